"""Which operations live at a path.

A path is looked up as a whole where it holds no parameter, else segment by segment; a segment that is spelled
out goes before one that may be anything.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from letterhead.api.operation import Operation

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Place:
    """All operations at one path, by their methods.

    template  the path with `{name}` where a parameter stands.
    allow     its methods as the Allow header says them (RFC 9110 §10.2.1); what has GET has HEAD.
    is_open   whether no key is needed.
    """

    template: str
    operations: Mapping[str, Operation]
    allow: str
    is_open: bool


@dataclass(slots=True)
class _Node:
    spelled: dict[str, "_Node"] = field(default_factory=dict)
    anything: "_Node | None" = None
    place: Place | None = None


class Paths:
    """All paths of a server."""

    def __init__(self, operations: Iterable[Operation], open_paths: frozenset[str]) -> None:
        self._whole: dict[str, Place] = {}
        self._root = _Node()
        by_template: dict[str, dict[str, Operation]] = {}
        for each in operations:
            by_template.setdefault(each.template, {})[each.method] = each
        for template, methods in by_template.items():
            also = {"OPTIONS", "HEAD"} if "GET" in methods else {"OPTIONS"}
            allow = ", ".join(sorted(methods.keys() | also))
            self._add(Place(template, methods, allow, template in open_paths))

    def find(self, path: str) -> tuple[Place, list[str]] | None:
        """What lives at a path, and the values of its parameters in order; None for nothing."""
        place = self._whole.get(path)
        if place is not None:
            return place, []
        node, values = self._root, []
        for segment in path.split("/"):
            following = node.spelled.get(segment)
            if following is None:
                following = node.anything
                if following is None:
                    return None
                values.append(segment)
            node = following
        return None if node.place is None else (node.place, values)

    def _add(self, place: Place) -> None:
        if "{" not in place.template:
            self._whole[place.template] = place
            return
        node = self._root
        for segment in place.template.split("/"):
            if segment.startswith("{"):
                node.anything = node.anything or _Node()
                node = node.anything
            else:
                node = node.spelled.setdefault(segment, _Node())
        node.place = place


def is_plain(path: str, raw: bytes) -> bool:
    """Whether a path is spelled in the one way that ours are spelled in.

    Neither `/x/` nor `//x` is `/x`, and an encoded slash is no slash (RFC 3986 §2.2).
    """
    slashes = (path.endswith("/") and path != "/") or "//" in path or b"%2f" in raw.lower()
    return not slashes and not _CONTROL.search(path)
