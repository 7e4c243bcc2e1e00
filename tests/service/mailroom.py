"""In place of the internet: a receiver of webhooks and a smarthost, on paper, that do as they are told."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from letterhead.core.delivery import Posted
from letterhead.core.owner_notice import Letter
from letterhead.ports import Undelivered


@dataclass
class Receiver:
    """Fills ports.Outgoing. `answers` are given one after the other, then `always`."""

    always: Posted = field(default_factory=lambda: Posted(204))
    answers: list[Posted] = field(default_factory=list)
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        self.got.append((url, dict(headers), body))
        return self.answers.pop(0) if self.answers else self.always

    @property
    def ids(self) -> list[str]:
        """The ids of the messages that came, in order."""
        return [headers["webhook-id"] for _, headers, _ in self.got]


@dataclass
class SlowReceiver(Receiver):
    """A receiver that leaves some URLs without an answer until they are let go.

    waiting  the URLs to which something was sent that is not answered, one for each message.
    """

    held: set[str] = field(default_factory=set)
    waiting: list[str] = field(default_factory=list)
    _let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        if url in self.held:
            self.waiting.append(url)
            await self._let_go.wait()
            self.waiting.remove(url)
        return await super().post(url, headers, body)

    def let_go(self) -> None:
        """Answer whatever waits, and whatever comes."""
        self._let_go.set()


@dataclass
class Sink:
    """Fills ports.Smarthost. Takes letters, unless it has troubles to raise first."""

    troubles: list[Undelivered] = field(default_factory=list)
    got: list[Letter] = field(default_factory=list)

    async def send(self, letter: Letter) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.got.append(letter)
