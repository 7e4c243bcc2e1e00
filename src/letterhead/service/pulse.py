"""The pulse: when each of the worker's works was last done, so that one that stands still is noticed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from letterhead.ports import Clock

STILL: Final = 300.0
"""Seconds after which a work that was not done once stands still; the longest batch takes less."""


@dataclass(slots=True)
class Pulse:
    """Felt by whoever does the works; nothing is felt in a process without a worker."""

    clock: Clock
    _done_at: dict[str, float] = field(default_factory=dict)

    def felt(self, name: str, once: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[int]]:
        """The same work, noted each time that it is done. One that hangs, or raises, is not done."""
        self._done_at[name] = self.clock.monotonic()

        async def noted() -> int:
            taken = await once()
            self._done_at[name] = self.clock.monotonic()
            return taken

        return noted

    @property
    def ages(self) -> dict[str, float]:
        """Seconds since each work was done, by its name; since the start where it never was."""
        now = self.clock.monotonic()
        return {name: now - at for name, at in self._done_at.items()}
