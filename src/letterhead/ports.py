"""All that Letterhead needs of the world, on one page.

Services know these protocols and nothing behind them; each directory of adapters (resolver, provider,
store) fills the one it is named after, and app.py chooses which.
"""

from datetime import datetime
from typing import Protocol

from letterhead.core.answer import Observation, Question


class Clock(Protocol):
    """Time, injected so that a test can be a month long."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds on a clock that never steps; deadlines are counted on it."""


class Resolver(Protocol):
    """Somebody who can be asked about the DNS."""

    async def ask(self, question: Question, *, within: float) -> tuple[Observation, ...]:
        """Ask one question, absolutely (no search list), for at most `within` seconds.

        Returns an observation for each server that was asked: every name server of the zone, or the one
        recursive resolver. Never raises for what the DNS did: an outage is an observation with a fault.
        """
