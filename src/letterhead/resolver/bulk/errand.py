"""One domain's questions on their way, and what came back to each of them."""

import struct
from typing import Final, Generic, TypeVar, cast

from letterhead.resolver.bulk.questions import opened

K = TypeVar("K")
T = TypeVar("T")

BITS: Final = 4
"""An id is the errand's number, and in its lower bits the place of the question in the errand."""

_ID = struct.Struct("!H")


class Errand(Generic[K, T]):
    """What is asked for `key`, in the form of questions.prepared, and the readings of the answers.

    awaited   for each question the section that a reply must echo; None once it was answered.
    readings  what was made of each answer; None of one that is missing or not definite.
    missing   questions without any answer yet.
    losses    connections that broke with it as the oldest on them, since the last answer came.
    until     when it is given up, on the event loop's clock.
    """

    __slots__ = ("_queries", "_shape", "awaited", "key", "losses", "missing", "readings", "until")

    def __init__(self, key: K, questions: bytes) -> None:
        self.key = key
        self._shape, self._queries = opened(questions)
        self.awaited: list[bytes | None] = [*self._shape.sections.unpack(self._queries)]
        self.missing = len(self.awaited)
        self.readings: list[T | None] = [None] * self.missing
        self.losses = 0
        self.until = 0.0

    @property
    def findings(self) -> list[T] | None:
        """The readings in the order of the questions; None when not every answer is there and definite."""
        return None if None in self.readings else cast("list[T]", self.readings)

    def numbered(self, number: int) -> bytes:
        """What is to be sent: the questions not answered yet, under the ids of this number."""
        whole = bytearray(self._queries)
        first = number << BITS
        for index, place in enumerate(self._shape.ids, first):
            _ID.pack_into(whole, place, index)
        return bytes(whole) if self.missing == len(self.awaited) else self._unanswered(whole)

    def _unanswered(self, whole: bytearray) -> bytes:
        ends = self._shape.ends
        frames = zip(self.awaited, (0, *ends), ends, strict=False)
        return b"".join(whole[start:end] for awaited, start, end in frames if awaited is not None)
