"""Operations over and over: memory and descriptors stay as they were once everything was done a few times."""

import gc
import os
from datetime import timedelta
from pathlib import Path

import pytest

from letterhead.core.team import MemberRole
from letterhead.ports import Store
from tests.clock import ManualClock
from tests.service.mailroom import Sink
from tests.service.paper import ApartDns, lines
from tests.service.world import CYCLE, World

WARM = 0.4
"""The share of the rounds after which memory is looked at first."""

GROWTH = 8 * 2**20
"""Octets that memory may grow by from then on, however many rounds there are."""


def memory() -> int:
    """Octets of this process that are in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize(
    "rounds", [25, pytest.param(10_000, marks=[pytest.mark.soak, pytest.mark.timeout(7200)])]
)
async def test_X11_many_operations_take_no_more_memory_or_descriptors_than_a_few(
    store: Store, world: World, clock: ManualClock, rounds: int
) -> None:
    """A dozen of them in each round: register, verify, lapse, fail, read, tell, remove."""
    dns, sink = ApartDns(clock), Sink()
    world = World(store, world.path, clock, dns, smarthost=sink)
    actor = await world.actor()
    services = world.services
    await services.members.add(actor, email="jane@elsewhere.net", role=MemberRole.OWNER)
    await services.webhooks.create(actor, url="https://hooks.acme.net/", kinds=None)
    before = 0, 0
    for number in range(rounds):
        domain = await world.registered(actor, f"acme{number % 7}.com")
        plan = (await services.domains.get(actor, domain.id)).plan
        dns.publish(domain.hostname, *lines(plan.records))
        await world.verify(actor, domain)
        dns.publish(domain.hostname)
        for _ in range(2):
            await world.sweep(CYCLE * 1.2)
        await services.domains.evidence(actor, domain.id)
        await services.history.of_team(actor, limit=9)
        await services.domains.remove(actor, domain.id)
        while await services.announcements.once() + await services.dispatch.once():
            await services.dispatch.finish()
        await services.owner_notices.compose()
        await services.owner_notices.send()
        for grown in (dns.asked, sink.got, world.outgoing.got):
            grown.clear()
        world.pass_time(timedelta(hours=12))
        if number == int(rounds * WARM):
            before = memory(), descriptors()
    assert memory() - before[0] < GROWTH
    assert descriptors() <= before[1]
