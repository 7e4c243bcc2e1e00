"""One domain's questions on their way, and what came back to each of them."""

import struct
from typing import Final, Generic, TypeVar, cast

from letterhead.resolver.bulk.questions import opened

K = TypeVar("K")

BITS: Final = 4
"""An id is the errand's number, and in its lower bits the place of the question in the errand."""

_write_id = struct.Struct("!H").pack_into


class Errand(Generic[K]):
    """What is asked for `key`, in the form of questions.prepared, and the replies as they came.

    Raises ValueError where the questions have another form.

    asked    for each question the section that its reply must echo.
    replies  the whole message that answers each; None as long as there is none.
    missing  questions without a reply.
    losses   connections that broke with it as the oldest on them, since the last reply came.
    until    when it is given up, on the event loop's clock.
    """

    __slots__ = ("_queries", "_shape", "asked", "key", "losses", "missing", "replies", "until")

    def __init__(self, key: K, questions: bytes) -> None:
        self.key = key
        self._shape, self._queries, self.asked = opened(questions)
        self.missing = len(self.asked)
        self.replies: list[bytes | None] = [None] * self.missing
        self.losses = 0
        self.until = 0.0

    @property
    def heard(self) -> list[bytes] | None:
        """The replies in the order of the questions; None when not all of them are there."""
        return None if self.missing else cast("list[bytes]", self.replies)

    def numbered(self, number: int) -> bytes:
        """What is to be sent: the questions without a reply, under the ids of this number."""
        whole = bytearray(self._queries)
        for index, place in enumerate(self._shape.ids, number << BITS):
            _write_id(whole, place, index)
        return bytes(whole) if self.missing == len(self.asked) else self._unanswered(whole)

    def _unanswered(self, whole: bytearray) -> bytes:
        ends = self._shape.ends
        frames = zip(self.replies, (0, *ends), ends, strict=False)
        return b"".join(whole[start:end] for reply, start, end in frames if reply is None)
