"""DNS and provider on paper: what they say is what a test last wrote down."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from letterhead.core.answer import Fault, Observation, Question, RecordType, Source
from letterhead.core.domain import Domain
from letterhead.core.hostname import registrable
from letterhead.core.identity import Identity, Provision, SealedKey
from letterhead.core.profile import DkimStyle
from letterhead.core.record import Record
from letterhead.ports import Clock
from tests.core.dns import Paper, observed
from tests.core.registration import KEY

Observations = tuple[Observation, ...]
Twist = Callable[[Question], Observations]

FIRST, SECOND = "udp://192.0.2.53:53", "udp://192.0.2.54:53"


class PaperDns:
    """Fills ports.Resolver from lines such as `acme.com MX 10 mx.example`; one server for each zone.

    A zone begins at each registrable domain, and wherever `cuts` says so. A twist replaces what is said to
    one question. After hold(), answers stay on their way until release(): they tell what stood there when
    it was asked for. `signs`: what it finds bears a good signature, as it says.
    """

    def __init__(self, clock: Clock, source: Source = Source.AUTHORITATIVE) -> None:
        self.lines: dict[str, list[str]] = {}
        self.cuts: set[str] = set()
        self.twists: dict[Question, Twist] = {}
        self.outage: Fault | None = None
        self.asked: list[Question] = []
        self._released = asyncio.Event()
        self._released.set()
        self._somebody_asked = asyncio.Event()
        self._clock = clock
        self._source = source
        self.signs = False

    async def ask(self, question: Question, *, within: float) -> Observations:  # noqa: ARG002 - the port's
        self.asked.append(question)
        self._somebody_asked.set()
        said = tuple(replace(o, asked_at=self._clock.now()) for o in self._say(question))
        await self._released.wait()
        return said

    def publish(self, name: str, *lines: str) -> None:
        """What stands at a name and below it from now on."""
        self.lines[name] = list(lines)

    def rounds(self, name: str) -> int:
        """How often the MX of a name was asked for: once in each examination."""
        return self.asked.count(Question(name, RecordType.MX))

    def hold(self) -> None:
        """Let no answer arrive from now on."""
        self._released.clear()
        self._somebody_asked.clear()

    async def until_asked(self) -> None:
        """Wait until somebody asks something, after hold()."""
        await self._somebody_asked.wait()

    def release(self) -> None:
        """Let all answers arrive."""
        self._released.set()

    def _say(self, question: Question) -> Observations:
        if self.outage is not None:
            return (observed(question, zone="", source=self._source, fault=self.outage),)
        if question in self.twists:
            return self.twists[question](question)
        zone = self._zone(question.name)
        (observation,) = self._paper(zone).answer(question).observations
        seen_by = {"source": self._source, "zone": zone if self._source is Source.AUTHORITATIVE else ""}
        soa = None if observation.records else observation.soa
        is_signed = self.signs and observation.fault is None
        return (replace(observation, soa=soa, authenticated=is_signed, **seen_by),)

    def _paper(self, zone: str) -> Paper:
        return Paper([line for lines in self.lines.values() for line in lines], zone)

    def _zone(self, name: str) -> str:
        cuts = [cut for cut in self.cuts if name == cut or name.endswith(f".{cut}")]
        return max(cuts, key=len, default=str(registrable(name)))


class ApartDns(PaperDns):
    """Zones that have nothing to do with one another: what is published stands at its own zone or below.

    So each is read by itself, and thousands of them are quick to ask. Of a zone in `silent` nobody answers.
    """

    def __init__(self, clock: Clock, source: Source = Source.AUTHORITATIVE) -> None:
        super().__init__(clock, source)
        self.silent: set[str] = set()
        self._read: dict[str, Paper] = {}

    def publish(self, name: str, *lines: str) -> None:
        super().publish(name, *lines)
        self._read.pop(self._zone(name), None)

    def _say(self, question: Question) -> Observations:
        if self._zone(question.name) in self.silent and question not in self.twists:
            return (observed(question, zone="", source=self._source, fault=Fault.TIMEOUT),)
        return super()._say(question)

    def _paper(self, zone: str) -> Paper:
        if zone not in self._read:
            self._read[zone] = Paper(self.lines.get(zone, ()), zone)
        return self._read[zone]


class SlowDns(ApartDns):
    """Zones whose servers do not answer before `release_all`, where they are in `slow`."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.slow: set[str] = set()
        self._answering = asyncio.Event()

    async def ask(self, question: Question, *, within: float) -> Observations:
        said = await super().ask(question, within=within)
        if self._zone(question.name) in self.slow:
            await self._answering.wait()
        return said

    def release_all(self) -> None:
        self._answering.set()


def line(record: Record) -> str:
    """A record of a plan as a line on paper."""
    return f"{record.host} {record.type} {record.text}"


def lines(records: Iterable[Record]) -> list[str]:
    """All records of a plan."""
    return [line(record) for record in records]


@dataclass
class PaperProvider:
    """Fills ports.Provider: one key for all, selectors that count, and a word that a test sets."""

    identities: Identity = field(default_factory=Identity)
    started: list[str] = field(default_factory=list)
    provisioned: int = 0

    async def provision(self, hostname: str, style: DkimStyle) -> Provision:  # noqa: ARG002 - the port's
        self.provisioned += 1
        if style is DkimStyle.KEY:
            selector = f"lh{self.provisioned:010}"
            return Provision((selector,), KEY, (SealedKey(selector, b"sealed"),))
        if style is DkimStyle.ALIASES:
            return Provision(tuple(f"{letter * 10}{self.provisioned:016}" for letter in "abc"))
        return Provision()

    async def identity(self, domain: Domain) -> Identity:  # noqa: ARG002 - the port's
        return self.identities

    async def start(self, domain: Domain) -> None:
        self.started.append(domain.id)
