"""Token buckets: how much somebody may still ask for. In memory, each process for itself."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from time import monotonic

MINUTE = 60.0
MOST = 50_000
"""Subjects that are remembered at once, some five megabytes; who was quiet the longest is forgotten first."""

_EPSILON = 1e-6
"""Seconds by which sums of fractions may be off."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one subject has left.

    limit   how many in a minute, which is also how many at once.
    left    how many at this moment.
    reset   seconds until all of them are back.
    wait    seconds until the next one, where this one was refused; 0 where it was granted.
    """

    limit: int
    left: int
    reset: int
    wait: int = 0


class Buckets:
    """A bucket for each subject, filled at an even pace of so many in a minute; 0 for no limit at all.

    Of each bucket only the moment is kept at which it will be full again: the generic cell rate algorithm
    (ITU-T I.371 §5.4.1.2). One that is full is no different from one that never was, so it is dropped.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic, most: int = MOST) -> None:
        self._limit = per_minute
        self._every = MINUTE / per_minute if per_minute else 0.0
        self._clock = clock
        self._most = most
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        """How many buckets are not full."""
        return len(self._full_at)

    def take(self, subject: str) -> Allowance | None:
        """Take one. `wait` says whether it was granted; None where there is no limit."""
        if not self._limit:
            return None
        now = self._clock()
        full_at = max(self._full_at.get(subject, now), now) + self._every
        excess = full_at - now - MINUTE
        if excess > _EPSILON:
            return self._allowance(full_at - self._every - now, wait=ceil(excess))
        self._full_at[subject] = full_at
        self._full_at.move_to_end(subject)
        self._forget(now)
        return self._allowance(full_at - now)

    def look(self, subject: str) -> Allowance | None:
        """What is left, without taking any."""
        if not self._limit:
            return None
        now = self._clock()
        return self._allowance(max(self._full_at.get(subject, now) - now, 0.0))

    def _allowance(self, missing: float, wait: int = 0) -> Allowance:
        """missing: seconds until the bucket is full."""
        left = int((MINUTE - missing + _EPSILON) / self._every)
        return Allowance(self._limit, left, ceil(missing - _EPSILON), wait)

    def _forget(self, now: float) -> None:
        """Drop those at the quiet end that are full, or too many."""
        while len(self._full_at) > self._most or next(iter(self._full_at.values())) <= now:
            self._full_at.popitem(last=False)
