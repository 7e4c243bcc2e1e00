"""What we need of the world outside of our own database."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from letterhead.core.answer import Observation, Question
from letterhead.core.delivery import Posted
from letterhead.core.domain import Domain
from letterhead.core.identity import Identity, Provision
from letterhead.core.owner_notice import Letter
from letterhead.core.profile import DkimStyle


class Clock(Protocol):
    """Time, injected so that a test can be a month long.

    boot  names the run of the machine through which `monotonic` goes on, over all of its processes; "" where
          that is unknown.
    """

    @property
    def boot(self) -> str:
        """See above."""

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


class Provider(Protocol):
    """Whoever signs and sends the mail of a domain."""

    async def provision(self, hostname: str, style: DkimStyle) -> Provision:
        """Make what a new domain needs: fresh selectors for each registration (K12), and keys."""

    async def identity(self, domain: Domain) -> Identity:
        """What the provider knows of the domain now. An outage is a pending word, never a failed one."""

    async def start(self, domain: Domain) -> None:
        """Ask the provider to verify the domain anew; nothing to do for own keys."""


class Outgoing(Protocol):
    """Whoever carries a message of ours to a URL that a stranger chose."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        """Post a body once. Never raises for what the other side does.

        Never connects where core/egress.py says no.
        """


class Undelivered(Exception):
    """A letter was not taken.

    is_final  nor would it be if it were sent again.
    is_ours   nothing is wrong with the letter: the smarthost can't be used, or would take none of ours, until
              whoever runs us has mended that.
    """

    def __init__(self, text: str, *, is_final: bool = False, is_ours: bool = False) -> None:
        super().__init__(text)
        self.is_final = is_final
        self.is_ours = is_ours


class Smarthost(Protocol):
    """Whoever takes our letters to owners."""

    async def send(self, letter: Letter) -> None:
        """Hand a letter over; returns once it was taken. Raises Undelivered."""


class SealBroken(Exception):
    """Sealed bytes can't be opened: another master key, bound to something else, damaged or forged."""


class Seal(Protocol):
    """Whoever keeps secrets unreadable at rest."""

    def seal(self, plain: bytes, bind: bytes) -> bytes:
        """Encrypt `plain`; it can be opened only with the same `bind`, which is not kept inside."""

    def open(self, sealed: bytes, bind: bytes) -> bytes:
        """What was sealed. Raises SealBroken."""
