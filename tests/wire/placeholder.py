"""Placeholders: what no two runs have in common. {{id}} takes what stands there first and is then that.

The word says what it may be, a number behind it tells several apart: {{time1}}, {{time2}}.
"""

import re
from collections.abc import Iterator, Mapping

KINDS: Mapping[str, str] = {
    "id": r"[0-9A-Za-z]+",  # behind its prefix, which stands in the transcript: dom_{{id}}
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "token": r"[0-9a-z]+",
    "selector": r"[0-9a-z]+",
    "key": r"[0-9A-Za-z+/]+={0,2}",  # a public key in base64
    "cursor": r"[0-9A-Za-z_.=-]+",
    "etag": r"[^\"]+",
    "request": r"[0-9A-Za-z]+",
    "number": r"\d+",
    "text": r"[^\"\\]+",  # a sentence that no client compares
}
PASSING = frozenset({"request", "number", "text"})
"""Kinds that mean the same within one exchange and are forgotten after it."""

_PLACE = re.compile(r"\{\{([a-z]+)(\d*)\}\}")


class Bindings:
    """What each placeholder stands for. `given` are names that are known from the start: keys, say."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._bound = dict(given)

    def filled(self, text: str) -> str:
        """The text with every placeholder replaced by what it stands for. Raises KeyError for others."""
        return _PLACE.sub(lambda place: self._bound[place[1] + place[2]], text)

    def match(self, expected: str, actual: str) -> bool:
        """Whether the actual text is the expected one; if so, what its placeholders stand for is kept."""
        found = re.fullmatch("".join(self._pattern(expected)), actual, re.DOTALL)
        if found is not None:
            self._bound |= found.groupdict()
        return found is not None

    def forget(self) -> None:
        """Forget what holds for one exchange alone."""
        self._bound = {n: value for n, value in self._bound.items() if n.rstrip("0123456789") not in PASSING}

    def _pattern(self, expected: str) -> Iterator[str]:
        """The pieces of a regular expression: what is known literally, what is not by its kind."""
        end, seen = 0, set()
        for place in _PLACE.finditer(expected):
            name = place[1] + place[2]
            yield re.escape(expected[end : place.start()])
            if name in self._bound:
                yield re.escape(self._bound[name])
            elif name in seen:
                yield f"(?P={name})"
            else:
                yield f"(?P<{name}>{KINDS[place[1]]})"
            seen.add(name)
            end = place.end()
        yield re.escape(expected[end:])
