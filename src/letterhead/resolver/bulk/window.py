"""How many questions may be on the way at a time: a step more for each good round, half after a loss.

Additive increase, multiplicative decrease, as TCP itself does (RFC 5681 §3.1). A resolver that is asked too
much resets the connection or falls silent, even when asked for a sign of life (stream.py), and what it bears
nobody knows beforehand. A zone that is slow says nothing of the resolver, and is no loss.
"""

from typing import Final

FIRST: Final = 256
LEAST: Final = 1
MOST: Final = 1000
"""Unbound serves so many of one address at a time before it resets (its `wait-limit`)."""

STEP: Final = 64.0
"""Questions added when a whole window was answered."""


class Window:
    """The window of one connection; it outlives the connection."""

    def __init__(self, most: int = MOST) -> None:
        self._most = max(LEAST, most)
        self._size = float(min(FIRST, self._most))

    @property
    def size(self) -> int:
        """Questions that may be on the way."""
        return int(self._size)

    def answered(self, count: int) -> None:
        """So many answers came."""
        self._size = min(self._size + STEP * count / self._size, self._most)

    def borne(self, count: int) -> None:
        """So many were left unanswered by a resolver that is well: no reason for less than at first."""
        if self._size < FIRST:
            self.answered(count)

    def lost(self, *, entirely: bool = False) -> None:
        """The connection broke, or the resolver is slow itself; `entirely`: broke, and had been of no use."""
        self._size = float(LEAST) if entirely else max(self._size / 2, LEAST)
