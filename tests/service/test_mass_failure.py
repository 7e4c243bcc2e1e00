"""Thousands of domains of one DNS host that vanish at once: nobody fails, no owner is written to, one alert.

The first few lapse before so many are lost that it shows: a lapse is silent, mail keeps flowing, and none of
them turns into a failure, also when the worker is started anew in the midst of it. How many that may be is
set for each process that sweeps: its breaker opens above `percent` of the domains seen lately, of which it
remembers ten for each of `minimum`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import structlog
from structlog.typing import EventDict

from letterhead.config.sections import Lifecycle
from letterhead.core.breaker import State
from letterhead.core.domain import Domain, Status
from letterhead.core.owner_notice import GATHERING
from letterhead.core.team import MemberRole
from letterhead.service import patrol
from letterhead.service.breaker import REMEMBERED
from letterhead.service.patrol import STRETCH
from tests.service.eyes import PaperLookout
from tests.service.mailroom import Sink
from tests.service.paper import ApartDns
from tests.service.world import CYCLE, World, population

LIMITS = Lifecycle().breaker
BOUND = max(LIMITS.minimum - 1, LIMITS.percent * REMEMBERED * LIMITS.minimum // 100)
"""Domains that may lapse before the breaker opens."""

SIZES = [(200, 320), pytest.param(5_000, 8_000, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])]


@dataclass
class Hosted:
    """A world of verified domains, due over a whole cycle; the first of them are with one DNS host."""

    world: World
    dns: ApartDns
    post: Sink
    domains: list[Domain]
    there: dict[str, list[str]]

    async def go(self, names: list[Domain]) -> None:
        for domain in names:
            self.dns.publish(domain.hostname)

    async def come_back(self) -> None:
        for name, zone in self.there.items():
            self.dns.publish(name, *zone)

    async def live(self, span: timedelta) -> None:
        """The worker works every half an hour."""
        services = self.world.services
        for _ in range(int(span / timedelta(minutes=30))):
            await self.world.sweep(timedelta(minutes=30))
            while services.patrol is not None and await services.patrol.once():
                await self.world.sweep(timedelta(0))
            while await services.announcements.once():
                pass
            await services.owner_notices.compose()
            await services.owner_notices.send()

    async def standing(self) -> Counter[Status]:
        return Counter([(await self.world.now(domain)).status for domain in self.domains])


@pytest.fixture
def logs() -> Iterator[list[EventDict]]:
    with structlog.testing.capture_logs() as logs:
        yield logs


def alerts(logs: list[EventDict]) -> list[str]:
    return [log["why"] for log in logs if log["event"] == "operator.alert"]


async def hosted(world: World, count: int, *, is_patrolled: bool) -> Hosted:
    """So many verified domains of one team, put straight into the store."""
    store, clock, post = world.store, world.clock, Sink()
    dns = ApartDns(clock)
    lookouts = (
        (PaperLookout(dns, clock, dns), PaperLookout(dns, clock, dns)) if is_patrolled else (None, None)
    )
    world = World(store, world.path, clock, dns, smarthost=post, lookouts=lookouts)
    actor = await world.actor()
    await world.services.members.add(actor, email="jane@elsewhere.net", role=MemberRole.OWNER)
    domains = await population(world, count)
    there = {str(domain.hostname): dns.lines[domain.hostname] for domain in domains}
    return Hosted(world, dns, post, domains, there)


@pytest.fixture(params=[STRETCH, 40], ids=["one stretch", "many stretches"])
def stretch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many domains the patrol looks at in one go."""
    monkeypatch.setattr(patrol, "STRETCH", request.param)


@pytest.mark.parametrize("is_restarted", [False, True])
@pytest.mark.parametrize(("gone", "count"), SIZES)
async def test_L16_domains_of_one_dns_host_that_vanish_fail_nobody_and_tell_one_person_once(
    world: World, logs: list[EventDict], gone: int, count: int, is_restarted: bool
) -> None:
    await vanish(await hosted(world, count, is_patrolled=False), logs, gone, is_restarted=is_restarted)


@pytest.mark.usefixtures("stretch")
@pytest.mark.parametrize("is_restarted", [False, True])
@pytest.mark.parametrize(("gone", "count"), SIZES)
async def test_L16_nor_do_they_where_the_patrol_sees_all_the_others_well_again_and_again(
    world: World, logs: list[EventDict], gone: int, count: int, is_restarted: bool
) -> None:
    await vanish(await hosted(world, count, is_patrolled=True), logs, gone, is_restarted=is_restarted)


async def vanish(many: Hosted, logs: list[EventDict], gone: int, *, is_restarted: bool) -> None:
    """The first `gone` lose their records for three cycles and a half, and get them back."""
    count = len(many.domains)
    await many.live(CYCLE * 1.1)
    assert await many.standing() == {Status.VERIFIED: count}
    await many.go(many.domains[:gone])
    await many.live(CYCLE)
    if is_restarted:
        many.world.services = many.world.node(many.dns)
    await many.live(CYCLE * 2.5)
    standing = await many.standing()
    assert standing[Status.VERIFIED] + standing[Status.LAPSED] == count, "nobody fails"
    assert standing[Status.LAPSED] <= BOUND * (1 + is_restarted)
    assert many.world.services.breaker.state is State.OPEN
    assert len(alerts(logs)) == 1 + is_restarted, "once for each process"

    await many.come_back()
    await many.live(CYCLE * 1.5)
    assert await many.standing() == {Status.VERIFIED: count}
    assert many.world.services.breaker.state is State.CLOSED
    await many.live(CYCLE + 2 * GATHERING)
    assert len(alerts(logs)) == 1 + is_restarted
    assert many.post.got == []
    assert await many.world.services.owner_notices.page(await many.world.actor(), limit=9) == []


async def test_L16_a_customer_who_leaves_is_let_go_after_all_the_others_were_seen_well(
    world: World, logs: list[EventDict], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole stretches of the patrol are theirs, so it opens; of all they are too few to keep it open."""
    monkeypatch.setattr(patrol, "STRETCH", 40)
    many = await hosted(world, 700, is_patrolled=True)
    await many.live(CYCLE * 1.1)
    leaving = sorted(many.domains, key=lambda domain: domain.id)[:80]  # registered at one go
    await many.go(leaving)
    await many.live(CYCLE * 5)
    assert len(alerts(logs)) == 1
    assert many.world.services.breaker.state is State.CLOSED
    now = Counter([(await many.world.now(domain)).status for domain in leaving])
    assert now == {Status.FAILED: 80}
    assert await many.standing() == {Status.FAILED: 80, Status.VERIFIED: 620}
    assert len(many.post.got) <= 4, "one letter a cycle tells of all"
