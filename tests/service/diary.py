"""A diary of thirty days of a handful of domains, held against a plain model of DESIGN §3 (reference.py).

Hypothesis writes the diary: records that go, come back or are wrong, zones that fall silent, a resolver that
is ill, people who verify, suspend and delete, clocks that are set, workers that are started anew. After every
entry each domain stands as the model says, has told the same events, and owners have been written the same
things, each of them once.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)

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

T = TypeVar("T")

PROFILES = {
    "acme.com": "letterhead",
    "acme.net": "anyreach",
    "acme.org": "inboxlayer",
    "acme.info": "agentmail_pro",
}
NAMES = tuple(PROFILES)
JUDGED = ("acme.com", "acme.net")
"""Their profiles let the provider judge beside the DNS."""

MOMENT = timedelta(minutes=2)
"""Between two entries: canaries are asked again after one."""

HOUR = timedelta(hours=1)
CLAIM = timedelta(days=30)
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


class Diary(RuleBasedStateMachine):
    """The real services over a real store, and the model beside them."""

    def __init__(self, path: Path, empty: bytes) -> None:
        super().__init__()
        path.write_bytes(empty)
        self.store = open_store(f"sqlite:///{path}")
        self.runner = asyncio.Runner()
        self.clock = ManualClock()
        self.dns = ApartDns(self.clock)
        self.provider = PaperProvider()
        self.post = Sink()
        self.subjects: dict[str, Subject] = {}
        self.ended: list[Subject] = []
        self.path = path
        self.is_ill = False
        self.set_at: float | None = None
        self.is_set_unseen = False
        self.is_alike = False
        self.began_at = 0.0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    # What happens.

    @initialize()
    def register(self) -> None:
        self.run(self._open())

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self.run(self._live(hours * HOUR))

    @rule(name=st.sampled_from(NAMES), zone=st.sampled_from(Zone))
    def change(self, name: str, zone: Zone) -> None:
        self.run(self._publish(self.subjects[name], zone))

    @rule(name=st.sampled_from(NAMES), hours=st.integers(1, 9), is_watched=st.booleans())
    def flap(self, name: str, hours: int, is_watched: bool) -> None:
        """The records go and come back, less than a cycle apart or more; somebody may ask meanwhile."""
        self.run(self._publish(self.subjects[name], Zone.EMPTY))
        for _ in range(2 if is_watched else 0):
            self.run(self._verify(self.subjects[name]))
        self.run(self._live(hours * HOUR))
        self.run(self._publish(self.subjects[name], Zone.RIGHT))

    @rule(fault=st.sampled_from([Fault.TIMEOUT, Fault.SERVFAIL, Fault.BOGUS, Fault.NETWORK]))
    def fall_ill(self, fault: Fault) -> None:
        """Whom we ask about everybody is ill."""
        self.dns.outage, self.is_ill = fault, True
        self.run(self._live(MOMENT))

    @precondition(lambda self: self.is_ill)
    @rule()
    def recover(self) -> None:
        self.dns.outage, self.is_ill = None, False
        self.run(self._live(MOMENT))

    @rule(gives_up=st.booleans())
    def provide(self, gives_up: bool) -> None:
        """The provider gives up on what it judges, or finds it well."""
        self.provider.identities = Identity(Word.FAILED) if gives_up else Identity()
        self.run(self._live(MOMENT))

    @rule(name=st.sampled_from(NAMES))
    def verify(self, name: str) -> None:
        self.run(self._verify(self.subjects[name]))

    @rule(name=st.sampled_from(NAMES))
    def refresh(self, name: str) -> None:
        self.run(self._refresh(self.subjects[name]))

    @rule(name=st.sampled_from(NAMES))
    def suspend_or_resume(self, name: str) -> None:
        self.run(self._suspend(self.subjects[name]))

    @rule(name=st.sampled_from(NAMES))
    def delete(self, name: str) -> None:
        self.run(self._delete(self.subjects[name]))

    @rule(minutes=st.integers(2, 360), back=st.booleans())
    def set_the_clock(self, minutes: int, back: bool) -> None:
        self.clock.step(60 * minutes * (-1 if back else 1))
        for subject in self.subjects.values() if back else ():
            subject.set_back += timedelta(minutes=minutes)
        self.is_set_unseen = True
        self.run(self._live(MOMENT))

    @precondition(lambda self: self._is_right_clock())
    @rule()
    def start_anew(self) -> None:
        """A worker that knows nothing of what the one before it has seen."""
        self.world.services = self.world.node(self.dns)
        self.began_at = self.clock.monotonic()
        self.run(self._live(MOMENT))

    def teardown(self) -> None:
        try:
            if self.is_alike:
                self.run(self._settle())
        finally:
            self.run(self.store.close())
            self.runner.close()

    # How it happens.

    async def _open(self) -> None:
        self.dns.publish("canary.net", "good.canary.net TXT there")
        self.world = World(
            self.store,
            self.path,
            self.clock,
            self.dns,
            self.provider,
            canaries=Canaries("good.canary.net", "absent.canary.net", "bogus.canary.net"),
            smarthost=self.post,
        )
        self.actor = await self.world.actor()
        await self.world.services.members.add(self.actor, email=OWNER, role=MemberRole.OWNER)
        for name in NAMES:
            await self._register(name)
            await self._publish(self.subjects[name], Zone.RIGHT)
        await self._live(2 * HOUR)

    async def _register(self, name: str) -> None:
        domain = await self.world.registered(self.actor, name, profile=PROFILES[name])
        model = Reference(CYCLE, domain.expires_at)
        self.subjects[name] = Subject(domain, Zone.EMPTY, model)
        self.dns.publish(name)

    async def _publish(self, subject: Subject, zone: Zone) -> None:
        name, subject.zone = subject.domain.hostname, zone
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
        await self._live(MOMENT)

    async def _live(self, span: timedelta) -> None:
        """Time passes, an hour at most at once; the worker works; all is compared."""
        while span:
            step = min(span, HOUR)
            span -= step
            self.world.pass_time(step)
            await self._sweep()
            await self._work()
            await self._compare()

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
            new=self.clock.monotonic() - self.began_at < CYCLE.total_seconds(),
            silent=silent,
        )
        note(
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

    async def _verify(self, subject: Subject) -> None:
        now = self.clock.now()
        if subject.model.status in {"pending", "failed"} and subject.model.has_expired(now):
            subject.model.renew(now, now + CLAIM)
            subject.zone = Zone.WRONG if subject.zone is Zone.RIGHT else subject.zone
        view = await self.world.verify(self.actor, subject.domain)
        await self._was_examined(subject, view.domain)

    async def _refresh(self, subject: Subject) -> None:
        view = await self.world.services.verification.refresh(self.actor, subject.domain.id)
        await self._was_examined(subject, view.domain)

    async def _was_examined(self, subject: Subject, domain: Domain) -> None:
        subject.domain = domain
        self._notice_the_clock()
        self._checked(subject, by_hand=True)
        await self._live(MOMENT)

    async def _suspend(self, subject: Subject) -> None:
        is_suspended = subject.model.status == "suspended"
        await self.world.services.domains.change(self.actor, subject.domain.id, suspended=not is_suspended)
        act = subject.model.resume if is_suspended else subject.model.suspend
        act(self.clock.now())
        await self._live(MOMENT)

    async def _delete(self, subject: Subject) -> None:
        await self.world.services.domains.remove(self.actor, subject.domain.id)
        subject.model.delete(self.clock.now())
        self.ended.append(subject)
        await self._register(subject.domain.hostname)
        await self._publish(self.subjects[subject.domain.hostname], Zone.RIGHT)

    async def _work(self) -> None:
        services = self.world.services
        while await services.announcements.once():
            pass
        await services.owner_notices.compose()
        await services.owner_notices.send()

    # What must be so.

    def _is_right_clock(self) -> bool:
        if self.is_set_unseen:
            return False
        return self.set_at is None or self.clock.monotonic() - self.set_at >= CYCLE.total_seconds()

    def _is_fit(self) -> bool:
        return not self.is_ill and self._is_right_clock()

    def _notice_the_clock(self) -> None:
        if self.is_set_unseen:
            self.is_set_unseen, self.set_at = False, self.clock.monotonic()

    async def _compare(self) -> None:
        self.is_alike = False
        for subject in self._everybody:
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

    @property
    def _everybody(self) -> tuple[Subject, ...]:
        return (*self.subjects.values(), *self.ended)

    async def _settle(self) -> None:
        """All is mended and a day goes by: all are well again, and the owner was told of everything."""
        note("all is mended")
        self.dns.outage, self.is_ill = None, False
        self.provider.identities = Identity()
        for subject in self.subjects.values():
            if subject.model.status == "suspended":
                await self._suspend(subject)
            await self._publish(subject, Zone.RIGHT)
            await self._verify(subject)
            await self._publish(subject, Zone.RIGHT)
        await self._live(timedelta(hours=24))
        notices = await self._notices()
        assert all(notice.sent_at for notice in notices)
        assert len(self.post.got) == len({notice.letter for notice in notices})
        assert {s.model.status for s in self.subjects.values()} == {"verified"}
