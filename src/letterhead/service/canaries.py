"""The canaries asked, of everybody whom we ask about domains; and who is ill by what they said.

They are asked again every so many seconds while there is work, not for each domain, and before anything
definite is believed that would cost a domain what it has (service/breaker.py).
"""

import asyncio
import math
from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from letterhead.core import quorum
from letterhead.core.answer import Answer, Observation, Question, Source
from letterhead.core.canary import Canaries, Illness
from letterhead.ports import Clock, Resolver
from letterhead.service.minting import probe_label

SECONDS = 5.0
"""How long everybody has to answer."""

log = structlog.get_logger()


class Watch:
    """Knows who is ill among the zone's own servers, reached by `own`, and the `recursive` resolvers.

    seconds  after which what is known counts no longer.
    needed   how many of the resolvers must be well.
    """

    def __init__(
        self,
        canaries: Canaries,
        own: Resolver | None,
        recursive: Sequence[Resolver],
        *,
        needed: int,
        seconds: float,
        clock: Clock,
    ) -> None:
        self._canaries = canaries
        self._own = own
        self._recursive = tuple(recursive)
        self._needed = needed
        self._seconds = seconds
        self._clock = clock
        self._asking = asyncio.Lock()
        self._asked_at = -math.inf
        self._ill: dict[Resolver, Illness] = {}
        self._vouching: set[Resolver] = set()
        self._urls: dict[Resolver, str] = {}
        self.worse_at: datetime | None = None
        """When somebody was found ill who had not been before; None while nobody ever was."""

    @property
    def is_set(self) -> bool:
        """Whether there are canaries to ask."""
        return bool(self._canaries)

    @property
    def is_sure(self) -> bool:
        """Whether everybody whom we ask is known to be well."""
        return self.is_set and self._asked_at > -math.inf and not self._ill

    @property
    def trouble(self) -> str:
        """Why nothing can be found out now, in words; "" where enough of those whom we ask are well."""
        if self._own is not None and self._own in self._ill:
            return f"the way to the zones' own servers is ill: {self._ill[self._own]}"
        well = sum(resolver not in self._ill for resolver in self._recursive)
        if well >= self._needed:
            return ""
        told = "; ".join(f"{self._url(r)}: {self._ill[r]}" for r in self._recursive if r in self._ill)
        return f"{well} of {len(self._recursive)} resolvers are well, {self._needed} are needed: {told}"

    @property
    def ill(self) -> dict[str, Illness]:
        """Who is ill and why, by URL; "authoritative" is the way to the zones' own servers."""
        return {self._url(resolver): illness for resolver, illness in self._ill.items()}

    def illness_of(self, resolver: Resolver) -> Illness | None:
        """Why somebody is not to be asked; None where they are well, as far as is known."""
        return self._ill.get(resolver)

    @property
    def sees_signatures(self) -> bool:
        """Whether every resolver called the signature of the good canary good (AD, RFC 4035 §3.2.3)."""
        return bool(self._recursive) and self._vouching == set(self._recursive)

    async def look(self, *, anew: bool = False) -> None:
        """Ask the canaries unless that was done lately; `anew`: unless it began after this call."""
        oldest = self._clock.monotonic() - (0 if anew else self._seconds)
        async with self._asking:
            if self.is_set and self._asked_at < oldest:
                await self._ask()

    async def _ask(self) -> None:
        self._asked_at = self._clock.monotonic()
        everybody = [*([self._own] if self._own else []), *self._recursive]
        found = await asyncio.gather(*(self._examined(resolver) for resolver in everybody))
        ill = {r: illness for r, illness in zip(everybody, found, strict=True) if illness is not None}
        before, self._ill = self._ill, ill
        for resolver in ill.keys() - before.keys():
            self.worse_at = self._clock.now()
            illness = ill[resolver]
            log.warning(
                "resolver.ill", server=self._url(resolver), symptom=illness.symptom, detail=illness.detail
            )
        for resolver in before.keys() - ill.keys():
            log.info("resolver.well", server=self._url(resolver))

    async def _examined(self, resolver: Resolver) -> Illness | None:
        questions = self._canaries.questions(probe_label(), validating=resolver is not self._own)
        said = await asyncio.gather(*(resolver.ask(q, within=SECONDS) for q in questions))
        observations = dict(zip(questions, said, strict=True))
        if resolver is not self._own:
            self._urls[resolver] = next((o.server for each in said for o in each), "")
            signed = self._canaries.signed
            if signed is not None and any(o.authenticated for o in observations[signed]):
                self._vouching.add(resolver)
            else:
                self._vouching.discard(resolver)
        return self._canaries.illness(_answers(observations))

    def _url(self, resolver: Resolver) -> str:
        return "authoritative" if resolver is self._own else self._urls.get(resolver, "")


def unwatched(clock: Clock) -> Watch:
    """A watch without canaries: nobody is known to be ill, or to be well."""
    return Watch(Canaries(), None, (), needed=0, seconds=0, clock=clock)


def _answers(observations: Mapping[Question, tuple[Observation, ...]]) -> dict[Question, Answer]:
    """What one party said, reduced: all of a zone's servers agree, or the one resolver speaks for itself."""
    return {question: _answer(question, said) for question, said in observations.items()}


def _answer(question: Question, said: tuple[Observation, ...]) -> Answer:
    if any(observation.source is Source.RECURSIVE for observation in said):
        return quorum.visible(question, said, 1)
    return quorum.published(question, said)
