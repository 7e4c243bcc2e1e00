"""The patrol: cheap to notice, and only what it notices is examined before its time."""

from dataclasses import replace
from datetime import timedelta

import pytest
import structlog

from letterhead.core.answer import Fault, Source
from letterhead.core.breaker import Limits
from letterhead.core.canary import Canaries
from letterhead.core.domain import Domain, Status
from letterhead.core.record import Role
from letterhead.core.schedule import FIRST_ASIDE
from letterhead.ports import Snapshot
from letterhead.service import prospects
from letterhead.service.examination import Examination
from tests.service.eyes import PaperLookout, StillLookout
from tests.service.paper import PaperDns
from tests.service.world import CYCLE, World
from tests.store.inspection import query

DAY = 4 * CYCLE


@pytest.fixture
def eyes(world: World) -> PaperLookout:
    return PaperLookout(world.dns, world.clock)


@pytest.fixture
def watching(world: World, eyes: PaperLookout) -> World:
    """A world with a resolver that can be asked very much."""
    return replace(world, lookouts=(eyes, eyes))


async def settled(world: World, count: int) -> list[Domain]:
    """Verified domains, each examined by the sweep once since."""
    actor = await world.actor()
    domains = [await world.verified(actor, f"acme{n}.com") for n in range(count)]
    await world.sweep()
    return [await world.now(domain) for domain in domains]


async def snapshots(world: World) -> dict[str, Snapshot]:
    """Those that are kept, by domain."""
    stretch = await world.store.snapshots.stretch("", world.clock.now() + DAY, 1_000)
    return {snapshot.domain: snapshot for snapshot in stretch.due}


async def patrol(world: World) -> None:
    """A whole lap, whatever time that takes; then what it noticed is examined."""
    assert world.services.patrol is not None
    for _ in range(20):
        while await world.services.patrol.once():
            pass
        world.pass_time(CYCLE / 20)
    while await world.swept():
        pass


async def examined_since(world: World, domains: list[Domain]) -> list[str]:
    """The names of those that were examined carefully since they were read."""
    return [d.hostname for d in domains if (await world.now(d)).asked_at != d.asked_at]


async def test_the_sweep_keeps_a_snapshot_of_what_is_well_and_comes_back_in_a_day(watching: World) -> None:
    domains = await settled(watching, 3)
    kept = await snapshots(watching)
    assert kept.keys() == {domain.id for domain in domains}
    assert all(snapshot.digest for snapshot in kept.values())
    for domain in domains:
        assert domain.due_at is not None
        assert DAY * 0.75 <= domain.due_at - watching.clock.now() <= DAY


async def test_a_check_by_hand_leaves_no_snapshot_and_the_next_sweep_makes_one(watching: World) -> None:
    (domain,) = await settled(watching, 1)
    watching.pass_time(timedelta(seconds=1))
    domain = (await watching.verify(await watching.actor(), domain)).domain
    assert await snapshots(watching) == {}
    assert domain.due_at is not None
    assert domain.due_at <= watching.clock.now() + CYCLE * 1.1
    await watching.sweep()
    assert (await snapshots(watching)).keys() == {domain.id}


async def test_a_pending_domain_is_not_looked_at(watching: World, eyes: PaperLookout) -> None:
    await watching.registered(await watching.actor())
    await watching.sweep(timedelta(minutes=1))
    assert eyes.looks == [], "asked too early, the resolver would remember that nothing is there"


@pytest.mark.parametrize("ill", ["silent", "strange", "optional", "unknown", "failing"])
async def test_what_is_not_wholly_well_is_examined_again_in_a_cycle(
    watching: World, eyes: PaperLookout, ill: str
) -> None:
    domain = await watching.verified(await watching.actor())
    match ill:
        case "silent":
            eyes.silent.add("acme.com")
        case "strange":
            eyes.strange.add("acme.com")
        case "unknown":
            watching.dns.outage = Fault.TIMEOUT
        case "failing":
            await watching.publish(await watching.actor(), domain, but=[Role.MX])
        case "optional":
            await watching.publish(await watching.actor(), domain, but=[Role.DMARC])
    await watching.sweep()
    now = await watching.now(domain)
    assert now.due_at is not None
    is_kept = ill == "optional"  # what is not required and definitely not there is no reason for haste
    assert ((await snapshots(watching)).keys() == {domain.id}) is is_kept
    assert (now.due_at - watching.clock.now() <= CYCLE * 1.1) is not is_kept


async def test_a_look_that_gets_no_end_delays_the_examination_by_seconds_alone(
    watching: World, eyes: PaperLookout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prospects, "SECONDS", 0.05)
    domain = await watching.verified(await watching.actor())
    eyes.is_stuck = True
    await watching.sweep()
    assert (await watching.now(domain)).asked_at == watching.clock.now()
    assert await snapshots(watching) == {}


async def test_unchanged_domains_cost_no_examination_and_a_changed_one_lapses(watching: World) -> None:
    domains = await settled(watching, 12)
    await patrol(watching)
    await patrol(watching)
    assert await examined_since(watching, domains) == []
    changed = domains[5]
    await watching.publish(await watching.actor(), changed, but=[Role.SPF])
    await patrol(watching)
    assert await examined_since(watching, domains) == [changed.hostname]
    assert (await watching.now(changed)).status is Status.LAPSED
    assert changed.id not in await snapshots(watching)


async def test_what_changed_and_is_still_right_is_noticed_anew_from_then_on(watching: World) -> None:
    (domain,) = await settled(watching, 1)
    before = await snapshots(watching)
    watching.dns.lines["acme0.com"].append("acme0.com TXT something=else")
    await patrol(watching)
    examined = await watching.now(domain)
    assert (examined.status, examined.asked_at) == (Status.VERIFIED, watching.clock.now())
    assert (await snapshots(watching))[domain.id].digest != before[domain.id].digest
    await patrol(watching)
    assert (await watching.now(domain)).asked_at == examined.asked_at


async def test_every_domain_is_examined_once_a_day_whatever_the_patrol_says(watching: World) -> None:
    domains = await settled(watching, 5)
    for _ in range(5):
        await patrol(watching)
    assert len(await examined_since(watching, domains)) == 5
    assert watching.dns.rounds("acme0.com") == 3, "verified, the first sweep, and the next day"


async def test_R01_while_the_resolver_says_nothing_nothing_is_marked_and_nothing_hastened(
    watching: World, eyes: PaperLookout
) -> None:
    domains = await settled(watching, 24)
    marked = await snapshots(watching)
    eyes.is_blind = True
    before = watching.clock.now()
    with structlog.testing.capture_logs() as logs:
        await patrol(watching)
    assert await examined_since(watching, domains) == []
    assert {log["event"] for log in logs if log["log_level"] == "warning"} == {"patrol.blind"}
    unmarked = await watching.store.snapshots.stretch("", before, 99)
    assert {snapshot.domain for snapshot in unmarked.due} == marked.keys()
    assert [(await watching.now(domain)).due_at for domain in domains] == [d.due_at for d in domains]


async def test_R01_while_most_is_silent_what_did_change_is_examined(
    watching: World, eyes: PaperLookout
) -> None:
    """Whoever has many silent names in a stretch hides nothing of the others'."""
    domains = await settled(watching, 40)
    eyes.silent |= {domain.hostname for domain in domains[:30]}
    await watching.publish(await watching.actor(), domains[35], but=[Role.MX])
    await patrol(watching)
    assert await examined_since(watching, domains) == [domains[35].hostname]
    assert (await watching.now(domains[35])).status is Status.LAPSED


@pytest.mark.parametrize("count", [1, 3, 19])
async def test_R04_a_few_silent_zones_are_examined_also_where_there_are_no_others(
    watching: World, eyes: PaperLookout, count: int
) -> None:
    domains = await settled(watching, count)
    eyes.silent |= {domain.hostname for domain in domains}
    await patrol(watching)
    assert len(await examined_since(watching, domains)) == count


async def test_R02_a_zone_that_is_silent_by_itself_is_examined(watching: World, eyes: PaperLookout) -> None:
    domains = await settled(watching, 12)
    eyes.silent.add(domains[3].hostname)
    await patrol(watching)
    assert await examined_since(watching, domains) == [domains[3].hostname]
    assert (await watching.now(domains[3])).status is Status.VERIFIED


async def test_R01_while_the_canaries_say_that_nothing_can_be_seen_the_lap_waits(
    watching: World, eyes: PaperLookout
) -> None:
    watching.dns.publish("canary.net", "good.canary.net TXT there")
    world = replace(watching, canaries=Canaries("good.canary.net", "absent.canary.net", None))
    await settled(world, 3)
    eyes.looks.clear()
    world.dns.outage = Fault.TIMEOUT
    world.pass_time(timedelta(minutes=2))
    before = await world.store.snapshots.lap()
    assert world.services.patrol is not None
    assert await world.services.patrol.once() == 0
    assert (eyes.looks, await world.store.snapshots.lap()) == ([], before)
    world.dns.outage = None
    world.pass_time(timedelta(minutes=2))
    assert await world.services.patrol.once() == 3


async def test_R14_an_ill_resolver_is_asked_about_no_domain(world: World) -> None:
    """Of three the first, which the lookouts ask, finds nothing any more; the others are a quorum."""
    caches = [PaperDns(world.clock, Source.RECURSIVE) for _ in range(3)]
    world.dns.publish("canary.net", "good.canary.net TXT there")
    for cache in caches:
        cache.lines = world.dns.lines
    eyes = PaperLookout(world.dns, world.clock, caches[0])
    world = replace(
        world,
        canaries=Canaries("good.canary.net", "absent.canary.net", None),
        recursive=tuple(caches),
        lookouts=(eyes, eyes),
        looked_through=caches[0],
    )
    domains = await settled(world, 3)
    kept = await snapshots(world)
    assert kept.keys() == {domain.id for domain in domains}
    caches[0].lines = {}
    eyes.looks.clear()
    await patrol(world)
    assert eyes.looks == []
    assert await examined_since(world, domains) == []
    await world.sweep(DAY)
    assert len(await examined_since(world, domains)) == 3, "by the others"
    assert (eyes.looks, await snapshots(world)) == ([], {}), "what it says is kept nowhere"
    caches[0].lines = world.dns.lines
    await world.sweep(CYCLE * 1.2)
    assert (await snapshots(world)).keys() == kept.keys()


@pytest.mark.parametrize(
    ("changed", "silent", "count", "is_told"),
    [(11, 0, 20, True), (20, 0, 20, True), (10, 0, 20, False), (10, 10, 20, False), (19, 0, 19, False)],
)
async def test_where_most_of_a_stretch_seems_changed_the_operator_is_told(
    world: World, changed: int, silent: int, count: int, *, is_told: bool
) -> None:
    """With resolvers of different kind all would be examined in each lap, and nobody knew why."""
    eyes = PaperLookout(world.dns, world.clock)
    world = replace(world, lookouts=(eyes, eyes))
    domains = await settled(world, count)
    for domain in domains[:changed]:
        world.dns.lines[domain.hostname].append(f"{domain.hostname} TXT something=else")
    eyes.silent |= {domain.hostname for domain in domains[changed : changed + silent]}
    with structlog.testing.capture_logs() as logs:
        await patrol(world)
    told = [(log["changed"], log["looked_at"]) for log in logs if log["event"] == "patrol.strange"]
    assert told == [(changed, count)] * is_told
    assert len(await examined_since(world, domains)) == changed + silent, "they are examined all the same"


async def test_looks_are_counted_by_what_they_come_to(watching: World, eyes: PaperLookout) -> None:
    domains = await settled(watching, 12)
    patrolling = watching.services.patrol
    assert patrolling is not None
    watching.dns.lines["acme1.com"].append("acme1.com TXT something=else")
    eyes.silent |= {domain.hostname for domain in domains[2:4]}
    watching.pass_time(CYCLE)
    assert await patrolling.once() == 12
    assert patrolling.glances == {"same": 9, "changed": 1, "silent": 2}
    eyes.is_blind = True
    watching.pass_time(CYCLE)
    assert await patrolling.once() == 12
    assert patrolling.glances == {"same": 9, "changed": 1, "silent": 14}, "also where nothing is done for it"


async def part_fails(world: World, domains: list[Domain], failing: int) -> list[Status]:
    """How they stand when the first of them have failed, and a process was started anew just before.

    It holds everything when more than a quarter of the domains seen, and at least four of them, are lost.
    """
    world = replace(world)
    world.services.breaker.limits = Limits(percent=25, minimum=4)
    for domain in domains[:failing]:
        await world.publish(await world.actor(), domain, but=[Role.MX])
    await patrol(world)
    return [(await world.now(domain)).status for domain in domains]


async def test_L16_the_few_that_change_are_judged_among_the_many_that_do_not(watching: World) -> None:
    """By themselves they would be all that was seen, all of it lost, and the breaker would open."""
    statuses = await part_fails(watching, await settled(watching, 20), 4)
    assert statuses == [Status.LAPSED] * 4 + [Status.VERIFIED] * 16


async def test_L16_the_breaker_still_opens_when_too_many_change_at_once(watching: World) -> None:
    statuses = await part_fails(watching, await settled(watching, 20), 10)
    assert 0 < statuses.count(Status.LAPSED) < 10


async def test_L19_a_changed_registration_is_examined_at_once(watching: World) -> None:
    (domain,) = await settled(watching, 1)
    actor, _ = await watching.actor(), await watching.actor("zeta")
    await watching.services.transfers.offer(actor, domain.id, "zeta")
    assert await watching.swept() == 1
    assert (await snapshots(watching)).keys() == {domain.id}


async def test_a_changed_registration_is_due_from_its_change_on(
    watching: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is no lag; and if its examination breaks, it is tried again in an hour, as any other (L10)."""
    (domain,) = await settled(watching, 1)
    actor, _ = await watching.actor(), await watching.actor("zeta")
    watching.pass_time(DAY / 2)
    await watching.services.transfers.offer(actor, domain.id, "zeta")
    await watching.services.queues.look()
    assert watching.services.queues.lag == 0

    async def of(_: object, __: object) -> None:
        raise RuntimeError("poison")

    monkeypatch.setattr(Examination, "of", of)
    with structlog.testing.capture_logs() as logs:
        await watching.swept()
    (until,) = [log["until"] for log in logs if log["event"] == "sweep.set_aside"]
    assert until == (watching.clock.now() + FIRST_ASIDE).isoformat()


async def test_without_a_resolver_there_is_no_patrol_and_all_stays_careful(world: World) -> None:
    assert world.services.patrol is None
    (domain,) = await settled(world, 1)
    assert domain.due_at is not None
    assert domain.due_at - world.clock.now() <= CYCLE * 1.1


async def test_L09_after_a_day_of_rest_ten_thousand_domains_are_looked_at_evenly_and_within_a_cycle(
    world: World,
) -> None:
    eyes = StillLookout(world.clock)
    world = replace(world, lookouts=(None, eyes))
    many = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
    query(
        f"sqlite:///{world.path}",
        f"{many} INSERT INTO snapshot SELECT printf('dom_%06d', i), x'00', x'01', 0 FROM n",
    )
    await walk(world, 2 * CYCLE)
    world.pass_time(timedelta(days=1))
    eyes.looks.clear()
    began = world.clock.monotonic()
    await walk(world, 2 * CYCLE)
    assert sum(count for at, count in eyes.looks if at - began <= CYCLE.total_seconds()) >= 10_000
    tenth = CYCLE.total_seconds() / 10
    tenths = [range(int(began + n * tenth), int(began + (n + 1) * tenth)) for n in range(20)]
    loads = [sum(count for at, count in eyes.looks if int(at) in each) for each in tenths]
    assert max(loads) <= 2 * sum(loads) / len(loads), loads


async def walk(world: World, time: timedelta) -> None:
    """Let the patrol alone do its work for a while, asked each minute."""
    assert world.services.patrol is not None
    for _ in range(int(time.total_seconds()) // 60):
        while await world.services.patrol.once():
            pass
        world.pass_time(timedelta(minutes=1))
