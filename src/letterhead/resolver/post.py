"""The POST request that carries a query, and what a response must be to carry a reply (RFC 8484 §4)."""

from collections.abc import Iterable
from http import HTTPStatus

from letterhead.core.answer import Fault
from letterhead.core.endpoint import Endpoint
from letterhead.resolver.conversation import Failed

MEDIA_TYPE = "application/dns-message"  # RFC 8484 §6
MAX_MESSAGE = 65_535
"""Bytes of a DNS message in a body (RFC 8484 §6)."""

Headers = list[tuple[str, str]]


def authority(endpoint: Endpoint) -> str:
    """The name that the certificate bears, and the port where it is not the usual one (RFC 9110 §7.2)."""
    host = endpoint.certified
    host = f"[{host}]" if ":" in host else host
    return host if endpoint.port == 443 else f"{host}:{endpoint.port}"


def headers(wire: bytes) -> Headers:
    """The headers of a query, their names in lower case."""
    return [
        ("accept", MEDIA_TYPE),
        ("accept-encoding", "identity"),
        ("content-type", MEDIA_TYPE),
        ("content-length", str(len(wire))),
    ]


class Response:
    """A response as it arrives, a piece at a time; `add` raises Failed for more than we read."""

    def __init__(self) -> None:
        self._status = 0
        self._kind = ""
        self._body = bytearray()

    def begin(self, status: int, fields: Iterable[tuple[bytes, bytes]]) -> None:
        """Take the status and the headers, whose names are in lower case."""
        self._status = status
        kind = dict(fields).get(b"content-type", b"").decode("latin-1")
        self._kind = kind.partition(";")[0].strip().lower()

    def add(self, data: bytes) -> None:
        """Take a piece of the body."""
        self._body += data
        if len(self._body) > MAX_MESSAGE:
            raise Failed(Fault.TOO_LARGE, f"the reply has more than {MAX_MESSAGE} bytes")

    def message(self) -> bytes:
        """The DNS message in it, whatever its rcode (RFC 8484 §4.2.1). Raises Failed."""
        if not 200 <= self._status < 300:
            raise Failed(Fault.NETWORK, f"HTTPS failed: status {_status(self._status)}")
        if self._kind != MEDIA_TYPE:
            raise Failed(Fault.MALFORMED, f"the reply is {self._kind!r:.60}, not {MEDIA_TYPE}")
        return bytes(self._body)


def _status(number: int) -> str:
    """The status for people: "429 Too Many Requests"."""
    known = number in HTTPStatus.__members__.values()
    return f"{number} {HTTPStatus(number).phrase}" if known else str(number)
