"""A month of a handful of domains: the real services over a real store, and the plain model beside them.

Whatever is done here is done to both. At every step each domain must stand as the model of its life says
(reference.py), must have told the same events, and owners must have been written the same things, each once.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from letterhead.core.answer import Fault, Question
from letterhead.core.canary import Canaries
from letterhead.core.domain import Domain, Status
from letterhead.core.identity import Identity, Word
from letterhead.core.owner_notice import OwnerNotice
from letterhead.core.team import MemberRole
from letterhead.store.relational import open_store
from tests.clock import ManualClock
from tests.core.dns import observed
from tests.service.mailroom import Sink
from tests.service.paper import ApartDns, PaperProvider, lines
from tests.service.reference import Reference
from tests.service.world import CYCLE, MOST, World

PROFILES = {
    "acme.com": "letterhead",
    "acme.net": "anyreach",
    "acme.org": "inboxlayer",
    "acme.info": "agentmail_pro",
    "acme.dev": "letterhead",
}
NAMES = tuple(PROFILES)
CLAIMED = "acme.dev"
"""Nobody publishes anything for it at first."""

JUDGED = ("acme.com", "acme.net", "acme.dev")
"""Their profiles let the provider judge beside the DNS."""

MOMENT = timedelta(minutes=2)
"""Between two entries: canaries are asked again after one."""

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONTH = timedelta(days=30)
CLAIM = timedelta(days=9)
OWNER = "jane@elsewhere.net"


class Zone(StrEnum):
    """How a domain's DNS stands."""

    RIGHT = "right"
    EMPTY = "empty"
    WRONG = "wrong"  # one required record is missing
    PATCHY = "patchy"  # nobody answers one of the questions
    SILENT = "silent"  # nobody answers any


SAID = {Zone.RIGHT: "pass", Zone.EMPTY: "fail", Zone.WRONG: "fail"}


@dataclass
class Subject:
    """A domain, its DNS as it really stands, and what the model makes of both."""

    domain: Domain
    zone: Zone
    model: Reference
    lapsed_after: float | None = None
    set_back: timedelta = timedelta(0)  # the clock, since it was examined


class Chronicle:
    """One deployment from its first day on, held against the model.

    note  is told of each examination, for whoever looks for what went wrong.
    """

    def __init__(self, path: Path, empty: bytes, note: Callable[[str], None]) -> None:
        path.write_bytes(empty)
        self.store = open_store(f"sqlite:///{path}")
        self.clock = ManualClock()
        self.dns = ApartDns(self.clock)
        self.provider = PaperProvider()
        self.post = Sink()
        self.subjects: dict[str, Subject] = {}
        self.ended: list[Subject] = []
        self.is_ill = False
        self.is_alike = False
        self._path = path
        self._note = note
        self._set_at: float | None = None
        self._is_set_unseen = False
        self._began_at = 0.0

    @property
    def lasted(self) -> timedelta:
        """How much time has really passed."""
        return timedelta(seconds=self.clock.monotonic())

    def told(self) -> Counter[str]:
        """How often what was told, of all domains together."""
        return Counter(event for subject in self._everybody for event in subject.model.events)

    def written(self) -> Counter[str]:
        """The same for what owners were written."""
        return Counter(letter for subject in self._everybody for letter in subject.model.letters)

    async def close(self) -> None:
        await self.store.close()

    # What happens.

    async def open(self) -> None:
        self.dns.publish("canary.net", "good.canary.net TXT there")
        self.world = World(
            self.store,
            self._path,
            self.clock,
            self.dns,
            self.provider,
            canaries=Canaries("good.canary.net", "absent.canary.net", "bogus.canary.net"),
            smarthost=self.post,
            claim=CLAIM,
        )
        self.actor = await self.world.actor()
        await self.world.services.members.add(self.actor, email=OWNER, role=MemberRole.OWNER)
        for name in NAMES:
            await self._register(name, Zone.EMPTY if name == CLAIMED else Zone.RIGHT)
        await self.live(2 * HOUR)

    async def _register(self, name: str, zone: Zone) -> None:
        domain = await self.world.registered(self.actor, name, profile=PROFILES[name])
        model = Reference(CYCLE, domain.expires_at)
        self.subjects[name] = Subject(domain, Zone.EMPTY, model)
        await self.publish(name, zone)

    async def publish(self, name: str, zone: Zone) -> None:
        """The domain's DNS stands so from now on."""
        subject = self.subjects[name]
        subject.zone = zone
        view = await self.world.services.domains.get(self.actor, subject.domain.id)
        needed = next(record for record in view.plan.records if record.required)
        question = Question(needed.host, needed.type)
        self.dns.twists.pop(question, None)
        self.dns.silent.discard(name)
        match zone:
            case Zone.EMPTY:
                self.dns.publish(name)
            case Zone.WRONG:
                self.dns.publish(name, *lines(record for record in view.plan.records if record != needed))
            case Zone.SILENT:
                self.dns.silent.add(name)
            case _:
                self.dns.publish(name, *lines(view.plan.records))
        if zone is Zone.PATCHY:
            self.dns.twists[question] = lambda q: (observed(q, fault=Fault.SERVFAIL),)
        await self.live(MOMENT)

    async def live(self, span: timedelta) -> None:
        """Time passes, an hour or two at once; the worker works, and all is compared."""
        most = HOUR if span < DAY else 2 * HOUR
        while span:
            step = min(span, most)
            span -= step
            self.world.pass_time(step)
            await self._sweep()
            await self._work()
            await self.compare(self.subjects.values())

    async def _sweep(self) -> None:
        now = self.clock.now()
        before = {s.domain.hostname: self.dns.rounds(s.domain.hostname) for s in self.subjects.values()}
        due = {s.domain.hostname: (await self.world.now(s.domain)).due_at for s in self.subjects.values()}
        await self.world.sweep(timedelta(0))
        self._notice_the_clock()
        for name, subject in self.subjects.items():
            rounds, moment = self.dns.rounds(name) - before[name], due[name]
            assert rounds <= 1, f"{name} was examined {rounds} times at one moment"
            is_due = moment is not None and moment <= now
            if rounds:
                assert is_due, f"{name} was not due"
                self._checked(subject, by_hand=False)
            elif is_due and not self.is_ill:
                subject.model.expire(now)

    def _checked(self, subject: Subject, *, by_hand: bool) -> None:
        is_judged = subject.domain.hostname in JUDGED and self.provider.identities.dkim is Word.FAILED
        said = "refused" if is_judged else SAID.get(subject.zone, "unknown")
        if self.is_ill and said != "refused":
            said = "unknown"
        silent = subject.zone is Zone.SILENT or self.is_ill
        before, subject.set_back = subject.model.status, timedelta(0)
        subject.model.checked(
            self.clock.now(),
            said,
            by_hand=by_hand,
            fit=self._is_fit(),
            new=self.clock.monotonic() - self._began_at < CYCLE.total_seconds(),
            silent=silent,
        )
        self._note(
            f"{self.clock.now():%d %H:%M} {subject.domain.hostname} {said}: {before} > {subject.model.status}"
        )
        self._assert_two_strikes(subject, before, said)

    def _assert_two_strikes(self, subject: Subject, before: str, said: str) -> None:
        """By the time that has really passed, whatever the clock says (L06, L12)."""
        after = subject.model.status
        if after == "lapsed" != before:
            subject.lapsed_after = self.clock.monotonic()
        if (before, after) == ("lapsed", "failed") and said != "refused":
            assert subject.lapsed_after is not None
            assert self.clock.monotonic() - subject.lapsed_after >= CYCLE.total_seconds()

    async def verify(self, name: str) -> None:
        """Somebody asks for it; where the claim has expired, it begins anew."""
        subject, now = self.subjects[name], self.clock.now()
        if subject.model.status in {"pending", "failed"} and subject.model.has_expired(now):
            subject.model.renew(now, now + CLAIM)
        view = await self.world.verify(self.actor, subject.domain)
        if subject.zone is Zone.RIGHT and self.dns.lines[name] != lines(view.plan.records):
            subject.zone = Zone.WRONG  # a claim that begins anew asks for a token that nobody has published
        await self._was_examined(subject, view.domain)

    async def refresh(self, name: str) -> None:
        subject = self.subjects[name]
        view = await self.world.services.verification.refresh(self.actor, subject.domain.id)
        await self._was_examined(subject, view.domain)

    async def _was_examined(self, subject: Subject, domain: Domain) -> None:
        subject.domain = domain
        self._notice_the_clock()
        self._checked(subject, by_hand=True)
        await self.live(MOMENT)

    async def suspend(self, name: str) -> None:
        """Or resume, where it is suspended."""
        subject = self.subjects[name]
        is_suspended = subject.model.status == "suspended"
        await self.world.services.domains.change(self.actor, subject.domain.id, suspended=not is_suspended)
        act = subject.model.resume if is_suspended else subject.model.suspend
        act(self.clock.now())
        await self.live(MOMENT)

    async def delete(self, name: str, zone: Zone) -> None:
        """And register it anew, with this in the DNS."""
        subject = self.subjects[name]
        await self.world.services.domains.remove(self.actor, subject.domain.id)
        subject.model.delete(self.clock.now())
        self.ended.append(subject)
        await self._register(name, zone)

    async def hasten(self, name: str, *, is_patrolled: bool) -> None:
        """It is due at once, by what the patrol does or by somebody's watching."""
        subject = self.subjects[name]
        if is_patrolled:
            await self.store.leases.hasten([subject.domain.id], self.clock.now())
        elif subject.model.status != "suspended":
            await self.world.services.watching.watch(self.actor, subject.domain.id)
        await self.live(MOMENT)

    async def fall_ill(self, fault: Fault) -> None:
        """Whom we ask about everybody is ill."""
        self.dns.outage, self.is_ill = fault, True
        await self.live(MOMENT)

    async def recover(self) -> None:
        self.dns.outage, self.is_ill = None, False
        await self.live(MOMENT)

    async def provide(self, *, gives_up: bool) -> None:
        """The provider gives up on what it judges, or finds it well."""
        self.provider.identities = Identity(Word.FAILED) if gives_up else Identity()
        await self.live(MOMENT)

    async def set_the_clock(self, by: timedelta) -> None:
        self.clock.step(by.total_seconds())
        for subject in self.subjects.values():
            subject.set_back += max(-by, timedelta(0))
        self._is_set_unseen = True
        await self.live(MOMENT)

    async def start_anew(self) -> None:
        """A worker that knows nothing of what the one before it has seen."""
        self.world.services = self.world.node(self.dns)
        self._began_at = self.clock.monotonic()
        await self.live(MOMENT)

    async def _work(self) -> None:
        services = self.world.services
        while await services.announcements.once():
            pass
        await services.owner_notices.compose()
        await services.owner_notices.send()

    # What must be so.

    def is_right_clock(self) -> bool:
        if self._is_set_unseen:
            return False
        return self._set_at is None or self.clock.monotonic() - self._set_at >= CYCLE.total_seconds()

    def _is_fit(self) -> bool:
        return not self.is_ill and self.is_right_clock()

    def _notice_the_clock(self) -> None:
        if self._is_set_unseen:
            self._is_set_unseen, self._set_at = False, self.clock.monotonic()

    async def compare(self, subjects: Iterable[Subject]) -> None:
        self.is_alike = False
        for subject in subjects:
            domain, model = await self.world.now(subject.domain), subject.model
            where = f"{domain.hostname} at {self.clock.now()}: {model.events}"
            assert domain.status == model.status, where
            assert domain.may_send is domain.may_receive is model.mail_flows, where
            assert domain.lapsed_at == model.lapsed_at, where
            assert await self.world.turns(domain) == model.events, where
            if domain.status is not Status.DELETED and domain.due_at is not None:
                late = domain.due_at - self.clock.now() - subject.set_back
                assert late <= CYCLE * 1.1, f"no day is missed: {where}"
        await self._compare_letters()
        self.is_alike = True

    async def _compare_letters(self) -> None:
        """Every owner is written what the model says, once, in one letter of a cycle (L16)."""
        wanted = Counter((s.domain.id, event) for s in self._everybody for event in s.model.letters)
        notices = await self._notices()
        assert Counter((n.domain, n.kind.removeprefix("domain.")) for n in notices) == wanted
        moments = [letter.created_at for letter in self.post.got]
        for earlier, later in pairwise(moments):
            assert later - earlier >= CYCLE

    async def _notices(self) -> list[OwnerNotice]:
        return await self.world.services.owner_notices.page(self.actor, limit=MOST)

    def expired(self) -> list[str]:
        """Those whose claim is over."""
        now, claims = self.clock.now(), {"pending", "failed"}
        models = {name: subject.model for name, subject in self.subjects.items()}
        return [name for name, m in models.items() if m.status in claims and m.has_expired(now)]

    @property
    def _everybody(self) -> tuple[Subject, ...]:
        return (*self.subjects.values(), *self.ended)

    async def settle(self) -> None:
        """All is mended and a day goes by: all are well again, and the owner was told of everything."""
        self._note("all is mended")
        self.dns.outage, self.is_ill = None, False
        self.provider.identities = Identity()
        for name, subject in self.subjects.items():
            if subject.model.status == "suspended":
                await self.suspend(name)
            await self.publish(name, Zone.RIGHT)
            await self.verify(name)
            await self.publish(name, Zone.RIGHT)
        await self.live(timedelta(hours=24))
        notices = await self._notices()
        assert all(notice.sent_at for notice in notices)
        assert len(self.post.got) == len({notice.letter for notice in notices})
        assert {s.model.status for s in self.subjects.values()} == {"verified"}
