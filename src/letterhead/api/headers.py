"""The header fields of a request, as the server read them."""

from collections.abc import Sequence


class Headers:
    """Fields by their lower-case names (RFC 9110 §5.1). There are few of them, so they are not indexed."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Sequence[tuple[bytes, bytes]]) -> None:
        self._fields = fields

    def getall(self, name: str) -> list[str]:
        """The values of all fields with this name, in order."""
        wanted = name.encode()
        return [value.decode("latin-1") for given, value in self._fields if given == wanted]

    def get(self, name: str) -> str | None:
        """The value of the last field with this name; None where there is none."""
        fields = self.getall(name)
        return fields[-1] if fields else None

    def __contains__(self, name: str) -> bool:
        """Whether there is a field with this name."""
        wanted = name.encode()
        return any(given == wanted for given, _ in self._fields)
