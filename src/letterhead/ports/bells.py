"""What wakes whoever waits for a change, so that it is seen at once and nobody has to look all the time.

A bell rings after the commit that it tells of. It says that there is something to see and never what that is.
A ring may be lost, and then nothing else is: whoever listens looks from time to time as well.
"""

import asyncio
from contextlib import AbstractContextManager
from typing import Final, NewType, Protocol

Bell = NewType("Bell", str)
"""The name of a bell, without blanks."""

HAPPENED: Final = Bell("event")
"""An event was saved: it waits for its place in the tail, and what it tells of may have made a domain due."""

DUE: Final = Bell("domain")
"""A domain was made due, maybe at once, and nothing happened to it."""

DELIVERY: Final = Bell("delivery")
"""There may be something to send to a webhook."""


def tail_of(team: str) -> Bell:
    """An event of the team has its place in the tail."""
    return Bell(f"tail:{team}")


class Bells(Protocol):
    """The bells of a store, heard by every process that works on it where the store can carry them."""

    def waking(self, *bells: Bell) -> AbstractContextManager[asyncio.Event]:
        """What is set whenever one of these bells rings. Clear it, look, and only then wait for it."""
