"""Following: the events of a team as they happen, for as long as the key that asks is in force."""

import asyncio
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from letterhead.core.event import Event
from letterhead.core.permission import VERBS, Actor
from letterhead.core.refusal import Refusal, invalid
from letterhead.ports import Store, tail_of
from letterhead.service.keys import Keys
from letterhead.service.webhooks import event_number

MOST: Final = 100
"""Events read at once."""


@dataclass(frozen=True, slots=True)
class Following:
    """Reads the tail of the events (store/tail.py): whoever follows it misses nothing."""

    store: Store
    keys: Keys

    async def begin(self, actor: Actor, last: str | None) -> int:
        """Where to begin: behind the event with this id, or at the end. Raises `unknown_last_event`."""
        actor.must("domain.read")
        if last is None:
            return await self.store.tail.end()
        place = await self.store.tail.place(actor.team, event_number(last))
        if place is None:
            raise invalid(
                "unknown_last_event",
                "There is no such event of this team to go on behind.",
                mend="Send the id of the last event that you have seen, such as evt_12, or leave it out.",
                param="Last-Event-ID",
            )
        return place

    def waking(self, actor: Actor) -> AbstractContextManager[asyncio.Event]:
        """What is set whenever something of the actor's team has its place. See ports.Bells."""
        return self.store.bells.waking(tail_of(actor.team))

    async def behind(self, actor: Actor, place: int) -> list[tuple[int, Event]]:
        """What the actor may see of what happened since, oldest first, each with its place."""
        nouns = frozenset(noun for noun in VERBS if actor.may(f"{noun}.read"))
        return await self.store.tail.behind(
            actor.team, after=place, limit=MOST, only=actor.domains, nouns=nouns
        )

    async def still(self, actor: Actor) -> Actor | None:
        """The actor with the rights of this moment; None where the key, or its right to follow, is gone."""
        try:
            actor = await self.keys.again(actor)
            actor.must("domain.read")
        except Refusal:
            return None
        return actor
