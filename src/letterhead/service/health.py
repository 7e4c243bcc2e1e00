"""Health: whether this process can do its work, told truthfully."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from letterhead.core.breaker import State
from letterhead.ports import Store, StoreError
from letterhead.service.breaker import Breaker
from letterhead.service.pulse import STILL, Pulse

PATIENCE: Final = 3.0
"""Seconds that the store has to answer: who asks for our health does not wait for long."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How we are.

    problems  one line for each thing that keeps us from working; empty when ready.
    remarks   what an operator should know, though we do our work: taking us out of service would help nobody.
    """

    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Health:
    """Asks the parts that everything stands on."""

    store: Store
    breaker: Breaker
    pulse: Pulse

    async def condition(self) -> Condition:
        """How we are at this moment."""
        return Condition([*await self._of_store(), *self._of_worker()], list(self._of_dns()))

    async def _of_store(self) -> list[str]:
        """Whether it can be read, takes changes, and stands at the schema that we know."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self.store.ready()
        except TimeoutError:
            return [f"store: no answer within {PATIENCE:g} seconds"]
        except StoreError as error:
            return [f"store: {error}"]
        return []

    def _of_worker(self) -> list[str]:
        """Which of its works stand still."""
        ages = self.pulse.ages.items()
        return [f"worker: {name} was last done {age:.0f} seconds ago" for name, age in ages if age > STILL]

    def _of_dns(self) -> list[str]:
        """Who is ill of those whom we ask, and whether the breaker holds."""
        ill = self.breaker.watch.ill.items()
        told = [f"resolver: {server or 'unknown'} is ill: {illness}" for server, illness in ill]
        if self.breaker.state is State.OPEN:
            told.append(f"breaker: open, nothing is taken from any domain: {self.breaker.why}")
        return told
