"""A domain moves to another DNS host, and for a while its records are at neither (L20).

Whenever that begins, in whatever order records are wrong, missing or nobody answers, and whoever looks, asks
and asks again meanwhile: a gap of a cycle at most ends where it began, and no owner hears of it.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from letterhead.core.canary import Canaries
from letterhead.core.domain import Domain, Status
from letterhead.core.permission import Actor
from letterhead.core.team import MemberRole
from letterhead.store.relational import open_store
from tests.clock import ManualClock
from tests.service.mailroom import Sink
from tests.service.paper import ApartDns, lines
from tests.service.world import CYCLE, World

MINUTE = timedelta(minutes=1)
MINUTES = CYCLE // MINUTE  # of a cycle
STEP = 10 * MINUTE
MOMENT = timedelta(seconds=1)

STATES = st.sampled_from(["empty", "partial", "silent"])
"""How the DNS stands in a part of the gap."""

ACTS = st.sampled_from(["verify", "refresh", "watch", "notice"])
"""What people do, or the patrol."""


@dataclass(frozen=True)
class Gap:
    """When it begins, in minutes after the worker has seen a cycle; its length; what stands there in turn.

    acts  each with its minute of the gap.
    """

    phase: int
    minutes: int
    states: tuple[str, ...]
    acts: tuple[tuple[int, str], ...]

    def events(self) -> list[tuple[float, str]]:
        """All that happens, in order, each with its minute of the gap; at last the records are back."""
        states = [(self.minutes * index / len(self.states), each) for index, each in enumerate(self.states)]
        acts = [(float(at), act) for at, act in self.acts if at <= self.minutes]
        return [*sorted([*states, *acts], key=lambda event: event[0]), (float(self.minutes), "right")]


GAPS = st.builds(
    Gap,
    phase=st.integers(0, MINUTES),
    minutes=st.integers(1, MINUTES),
    states=st.lists(STATES, min_size=1, max_size=3).map(tuple),
    acts=st.lists(st.tuples(st.integers(0, MINUTES), ACTS), max_size=6).map(tuple),
)


@dataclass
class Move:
    """One domain with its records, and the deployment that examines it."""

    world: World
    dns: ApartDns
    actor: Actor
    domain: Domain
    records: list[str]

    async def do(self, what: str) -> None:
        """The DNS stands so from now on, or somebody does this."""
        services, domain, name = self.world.services, self.domain.id, self.domain.hostname
        if what in {"right", "empty", "partial"}:
            self.dns.silent.discard(name)
        match what:
            case "right":
                self.dns.publish(name, *self.records)
            case "empty":
                self.dns.publish(name)
            case "partial":
                self.dns.publish(name, *self.records[1:])
            case "silent":
                self.dns.silent.add(name)
            case "verify":
                await services.verification.verify(self.actor, domain)
            case "refresh":
                await services.verification.refresh(self.actor, domain)
            case "watch":
                await services.watching.watch(self.actor, domain)
            case "notice":
                await self.world.store.leases.hasten([domain], self.world.clock.now())

    async def live(self, span: timedelta) -> None:
        """The worker works once in each step, and a moment before the end."""
        services, end = self.world.services, self.world.clock.now() + span
        while (left := end - self.world.clock.now()) > timedelta(0):
            await self.world.sweep(min(STEP, max(left - MOMENT, MOMENT), left))
            while await services.announcements.once():
                pass
            await services.owner_notices.compose()
            await services.owner_notices.send()
            assert (await self.world.now(self.domain)).may_receive

    async def through(self, gap: Gap) -> None:
        passed = 0.0
        for at, what in gap.events():
            await self.live((at - passed) * MINUTE)
            passed = at
            await self.do(what)


async def moving(world: World, dns: ApartDns) -> Move:
    actor = await world.actor()
    await world.services.members.add(actor, email="jane@elsewhere.net", role=MemberRole.OWNER)
    domain = await world.verified(actor, "acme.com")
    plan = (await world.services.domains.get(actor, domain.id)).plan
    return Move(world, dns, actor, domain, lines(record for record in plan.records if record.required))


async def moved(path: Path, gap: Gap) -> None:
    store, clock, post = open_store(f"sqlite:///{path}"), ManualClock(), Sink()
    try:
        dns = ApartDns(clock)
        dns.publish("canary.net", "good.canary.net TXT there")
        canaries = Canaries("good.canary.net", "absent.canary.net", "bogus.canary.net")
        move = await moving(World(store, path, clock, dns, canaries=canaries, smarthost=post), dns)
        await move.live(CYCLE * 1.2 + gap.phase * MINUTE)
        await move.through(gap)
        await move.live(CYCLE * 2.5)
        turns = await move.world.turns(move.domain)
        assert turns in (["verified"], ["verified", "lapsed", "recovered"])
        assert (await move.world.now(move.domain)).status is Status.VERIFIED
        assert post.got == []
        assert await move.world.services.owner_notices.page(move.actor, limit=9) == []
    finally:
        await store.close()


@pytest.mark.timeout(600)
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(gap=GAPS)
@example(gap=Gap(0, MINUTES, ("empty",), ((0, "verify"), (359, "notice"))))
@example(gap=Gap(0, MINUTES, ("partial",), ((0, "watch"), (300, "watch"), (359, "verify"))))
def test_L20_whoever_moves_within_a_cycle_never_fails_and_no_owner_hears_of_it(
    tmp_path: Path, migrated: bytes, gap: Gap
) -> None:
    path = tmp_path / f"{next(_numbers)}.db"
    path.write_bytes(migrated)
    asyncio.run(moved(path, gap))
    path.unlink()


_numbers = count()
