"""Following: the events of a team as they happen, for as long as the key that asks is in force."""

import asyncio
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, NamedTuple

from letterhead.core.event import Event
from letterhead.core.permission import VERBS, Actor
from letterhead.core.refusal import Refusal, invalid
from letterhead.ports import Store, tail_of
from letterhead.service.keys import Keys
from letterhead.service.webhooks import event_number

MOST: Final = 100
"""Events read at once."""


class Place(NamedTuple):
    """Where a follower stands in the tail: behind a position.

    waits_for  behind this event instead, as soon as it has its position; 0 for none. Lists show an event
               before that.
    """

    position: int
    waits_for: int = 0


@dataclass(frozen=True, slots=True)
class Following:
    """Reads the tail of the events (store/tail.py): whoever follows it misses nothing."""

    store: Store
    keys: Keys

    async def begin(self, actor: Actor, last: str | None) -> Place:
        """Where to begin: behind the event with this id, or at the end. Raises `unknown_last_event`."""
        actor.must("domain.read")
        if last is None:
            return Place(await self.store.tail.end())
        event = event_number(last)
        position = await self.store.tail.place(actor.team, event)
        if position is None:
            raise invalid(
                "unknown_last_event",
                "There is no such event of this team to go on behind.",
                mend="Send the id of the last event that you have seen, such as evt_12, or leave it out.",
                param="Last-Event-ID",
            )
        return Place(position, 0 if position else event)

    def waking(self, actor: Actor) -> AbstractContextManager[asyncio.Event]:
        """What is set whenever something of the actor's team has its place. See ports.Bells."""
        return self.store.bells.waking(tail_of(actor.team))

    async def behind(self, actor: Actor, place: Place) -> tuple[list[Event], Place]:
        """What the actor may see of what happened since, oldest first, and the place behind that."""
        position = place.position
        if place.waits_for:
            position = await self.store.tail.place(actor.team, place.waits_for) or 0
            if not position:
                return [], place
        nouns = frozenset(noun for noun in VERBS if actor.may(f"{noun}.read"))
        events, position = await self.store.tail.behind(
            actor.team, after=position, limit=MOST, only=actor.domains, nouns=nouns
        )
        return events, Place(position)

    async def still(self, actor: Actor) -> Actor | None:
        """The actor with the rights of this moment; None where the key, or its right to follow, is gone."""
        try:
            actor = await self.keys.again(actor)
            actor.must("domain.read")
        except Refusal:
            return None
        return actor
