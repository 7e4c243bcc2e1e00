"""The breaker at work: while the fault may be ours no domain loses anything, and one person is told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog
from structlog.typing import EventDict

from letterhead.core.answer import Fault
from letterhead.core.breaker import State
from letterhead.core.canary import Canaries
from letterhead.core.cause import Cause
from letterhead.core.domain import Domain, Status
from letterhead.core.hostname import Hostname
from letterhead.core.identity import Identity, Word
from letterhead.core.record import Role
from letterhead.core.team import MemberRole
from letterhead.ports import Store
from letterhead.service.minting import identifier
from tests.core.dns import Source
from tests.service.paper import PaperDns
from tests.service.world import CYCLE, World, finding

CANARIES = Canaries("good.canary.net", "absent.canary.net", "bogus.canary.net")
MANY = 30


@pytest.fixture
def logs() -> Iterator[list[EventDict]]:
    with structlog.testing.capture_logs() as logs:
        yield logs


@pytest.fixture
def watched(world: World) -> World:
    """A world with canaries, which are well."""
    world.dns.publish("canary.net", "good.canary.net TXT there")
    return replace(world, canaries=CANARIES)


def alerts(logs: list[EventDict]) -> list[str]:
    return [log["why"] for log in logs if log["event"] == "operator.alert"]


async def many_verified(world: World, count: int = MANY) -> list[Domain]:
    actor = await world.actor()
    return [await world.verified(actor, f"acme{n}.com") for n in range(count)]


async def statuses(world: World, domains: list[Domain]) -> set[Status]:
    return {(await world.now(domain)).status for domain in domains}


async def those(world: World, domains: list[Domain], status: Status) -> list[Domain]:
    return [domain for domain in domains if (await world.now(domain)).status is status]


async def taken_away(world: World, domains: list[Domain]) -> None:
    for domain in domains:
        world.dns.publish(domain.hostname)


async def test_what_fails_at_once_for_many_is_held_and_counts_as_no_strike(
    world: World, logs: list[EventDict]
) -> None:
    """The first few lapse in silence before the many are noticed; nobody fails, however long it lasts."""
    domains = await many_verified(world)
    records = {domain.hostname: world.dns.lines[domain.hostname] for domain in domains}
    await taken_away(world, domains)
    for _ in range(4):
        await world.sweep()
        assert world.services.breaker.state is State.OPEN
    now = [await world.now(domain) for domain in domains]
    assert {domain.may_send for domain in now} == {True}
    assert sum(domain.status is Status.LAPSED for domain in now) < 20
    held = next(d for d in now if d.status is Status.VERIFIED)
    actor = await world.actor()
    mx = finding(await world.services.domains.get(actor, held.id), Role.MX)
    assert mx.cause is Cause.HELD
    assert mx.known is not None
    assert mx.known.cause is Cause.OK, "the last definite result stands beside it"
    assert await world.turns(held) == ["verified"]
    assert all(change["to"] == "ok" for change in await world.changes(held)), "owners hear nothing"
    assert alerts(logs) == ["20 of 20 domains: 20 failed, 0 unknown"]

    world.dns.lines |= records
    await world.sweep()
    assert world.services.breaker.state is State.CLOSED, "by itself, when the share has fallen"
    assert await statuses(world, domains) == {Status.VERIFIED}
    assert len(alerts(logs)) == 1


async def test_a_few_that_fail_among_many_are_their_own_fault(world: World, logs: list[EventDict]) -> None:
    domains = await many_verified(world)
    await taken_away(world, domains[:5])
    await world.sweep()
    assert await statuses(world, domains[:5]) == {Status.LAPSED}
    await world.sweep()
    assert await statuses(world, domains[:5]) == {Status.FAILED}
    assert await statuses(world, domains[5:]) == {Status.VERIFIED}
    assert alerts(logs) == []


async def test_while_it_is_open_a_verify_by_hand_promotes_and_never_lapses(world: World) -> None:
    domains = await many_verified(world)
    await taken_away(world, domains)
    await world.sweep()
    actor = await world.actor()
    untouched, *_ = await those(world, domains, Status.VERIFIED)
    assert (await world.verify(actor, untouched)).domain.status is Status.VERIFIED
    assert (await world.verified(actor, "newcomer.com")).status is Status.VERIFIED
    lapsed, *_ = await those(world, domains, Status.LAPSED)
    await world.publish(actor, lapsed)
    assert (await world.verify(actor, lapsed)).domain.status is Status.VERIFIED
    assert world.services.breaker.state is State.OPEN


async def test_a_provider_that_gives_up_on_many_at_once_is_held_as_well(world: World) -> None:
    actor = await world.actor()
    domains = [await world.verified(actor, f"acme{n}.com", profile="anyreach") for n in range(MANY)]
    world.provider.identities = Identity(Word.FAILED)  # type: ignore[attr-defined] # PaperProvider's
    for _ in range(3):
        await world.sweep()
    assert Status.FAILED not in await statuses(world, domains)


async def test_asking_for_one_domain_again_and_again_opens_nothing(
    world: World, logs: list[EventDict]
) -> None:
    actor = await world.actor()
    domain = await world.verified(actor)
    await taken_away(world, [domain])
    for _ in range(50):
        world.pass_time(timedelta(minutes=1))
        await world.verify(actor, domain)
    assert alerts(logs) == []


async def test_R01_canaries_are_asked_before_a_failure_is_believed(
    watched: World, logs: list[EventDict]
) -> None:
    """All was well when the domain was asked for; then its records and the canary are gone together."""
    domain = await watched.verified(await watched.actor())
    watched.pass_time(CYCLE * 1.2)
    assert await watched.services.breaker.can_see()
    watched.pass_time(timedelta(seconds=30))
    watched.dns.publish("canary.net")
    watched.dns.publish("acme.com")
    await watched.sweep(timedelta(0))
    assert (await watched.now(domain)).status is Status.VERIFIED
    assert len(alerts(logs)) == 1
    assert "blind" in alerts(logs)[0]


async def test_R14_what_an_ill_resolver_said_a_moment_ago_is_not_believed(world: World) -> None:
    """One of three turned ill, the others are a quorum: the breaker stays closed, the report is held."""
    caches = [PaperDns(world.clock, Source.RECURSIVE) for _ in range(3)]
    canary = ["good.canary.net TXT there", "bogus.canary.net * bogus"]
    world.dns.publish("canary.net", *canary)
    for cache in caches:
        cache.lines = world.dns.lines
    world = replace(world, canaries=CANARIES, recursive=tuple(caches))
    domain = await world.verified(await world.actor())
    world.pass_time(CYCLE * 1.2)
    assert await world.services.breaker.can_see()
    world.pass_time(timedelta(seconds=30))
    world.dns.publish("acme.com")
    caches[0].outage = Fault.TIMEOUT
    await world.sweep(timedelta(0))
    assert (await world.now(domain)).status is Status.VERIFIED
    assert world.services.breaker.state is State.CLOSED
    await world.sweep()
    assert (await world.now(domain)).status is Status.LAPSED, "now it is known who is ill"


async def test_R01_the_sweep_rests_while_nothing_could_be_found_out_and_then_goes_on(
    watched: World, logs: list[EventDict]
) -> None:
    domain = await watched.verified(await watched.actor())
    due_at = (await watched.now(domain)).due_at
    watched.dns.outage = Fault.NETWORK
    rounds = watched.dns.rounds("acme.com")
    for _ in range(10):
        await watched.sweep(CYCLE)
    assert watched.dns.rounds("acme.com") == rounds
    assert (await watched.now(domain)).due_at == due_at, "what is due stays due"
    watched.dns.outage = None
    await watched.sweep(timedelta(minutes=2))
    assert watched.dns.rounds("acme.com") == rounds + 1
    assert len(alerts(logs)) == 1
    assert [log["event"] for log in logs if log["event"] == "breaker.closed"] == ["breaker.closed"]


async def test_R10_bogus_answers_for_many_name_the_clock_to_the_operator(
    world: World, logs: list[EventDict]
) -> None:
    domains = await many_verified(world)
    world.dns.outage = Fault.BOGUS
    await world.sweep()
    assert await statuses(world, domains) == {Status.VERIFIED}
    (why,) = alerts(logs)
    assert "is the clock right" in why


async def test_R04_a_zone_that_is_silent_while_the_canaries_sing_fails_after_four_cycles_and_one_more(
    watched: World, logs: list[EventDict]
) -> None:
    actor = await watched.actor()
    broken, fine = await watched.verified(actor), await watched.verified(actor, "acme.net")
    watched.dns.publish(
        "acme.com",
        "acme.com * lame",
        *(f"{name} * lame" for name in ("_letterhead.acme.com", "_dmarc.acme.com")),
    )
    watched.dns.lines["acme.com"] += [f"{s}._domainkey.acme.com * lame" for s in broken.selectors]
    told = []
    for _ in range(6):
        await watched.sweep(CYCLE * 1.11)
        told.append((await watched.now(broken)).status.value)
    assert told == ["verified"] * 4 + ["lapsed", "failed"]
    assert await watched.turns(broken) == ["verified", "broken", "lapsed", "failed"]
    assert (await watched.now(fine)).status is Status.VERIFIED
    assert alerts(logs) == []


@pytest.mark.parametrize("is_signed", [True, False])
async def test_R04_R10_a_zone_with_broken_signatures_is_told_of_where_a_signed_canary_clears_the_clock(
    world: World, is_signed: bool
) -> None:
    """Its own servers are well; each of the resolvers calls forged what they say."""
    caches = [PaperDns(world.clock, Source.RECURSIVE) for _ in range(3)]
    world.dns.publish("canary.net", "good.canary.net TXT there")
    for cache in caches:
        cache.publish("canary.net", "good.canary.net TXT there", "bogus.canary.net * bogus")
        cache.signs = is_signed
    world = replace(world, canaries=CANARIES, recursive=tuple(caches))
    actor = await world.actor()
    domain = await world.registered(actor)
    await world.publish(actor, domain)
    for cache in caches:
        cache.publish("acme.com", *world.dns.lines["acme.com"])
    assert (await world.verify(actor, domain)).domain.status is Status.VERIFIED
    names = {line.split()[0] for line in world.dns.lines["acme.com"]}
    for cache in caches:
        cache.publish("acme.com", *(f"{name} * bogus" for name in names))
    for _ in range(7):
        await world.sweep(CYCLE * 1.11)
    told = ["broken", "lapsed", "failed"] if is_signed else []
    assert await world.turns(domain) == ["verified", *told]
    spf = finding(await world.services.domains.get(actor, domain.id), Role.SPF)
    assert spf.cause is Cause.DNSSEC_BOGUS
    assert "DNSSEC" in spf.advice


async def test_R04_without_canaries_nobody_knows_whose_fault_it_is(world: World) -> None:
    domain = await world.verified(await world.actor())
    world.dns.outage = Fault.LAME
    for _ in range(10):
        await world.sweep()
    assert await world.turns(domain) == ["verified"]


@pytest.mark.parametrize("by", [timedelta(hours=6), timedelta(hours=-6), timedelta(days=2)])
async def test_L12_a_clock_that_is_set_makes_no_second_strike_and_no_day_is_missed(
    world: World, logs: list[EventDict], by: timedelta
) -> None:
    actor = await world.actor()
    lapsing, fine = await world.verified(actor), await world.verified(actor, "acme.net")
    await taken_away(world, [lapsing])
    await world.sweep()
    assert (await world.now(lapsing)).status is Status.LAPSED
    world.clock.step(by.total_seconds())
    await world.sweep(timedelta(minutes=5))
    assert (await world.now(lapsing)).status is Status.LAPSED, "five minutes are no cycle"
    assert len(alerts(logs)) == 1
    assert "clock" in alerts(logs)[0]
    rounds = world.dns.rounds("acme.net")
    for _ in range(12):
        await world.sweep(timedelta(hours=2))
    assert world.dns.rounds("acme.net") > rounds, "seen within a day"
    assert (await world.now(fine)).status is Status.VERIFIED
    assert (await world.now(lapsing)).status is Status.FAILED
    assert len(alerts(logs)) == 1


async def test_L20_a_gap_of_a_cycle_while_dns_moves_costs_nothing(world: World) -> None:
    actor = await world.actor()
    domain = await world.verified(actor)
    await taken_away(world, [domain])
    await world.sweep()
    assert (await world.now(domain)).may_send
    world.pass_time(CYCLE * 0.9)
    await world.publish(actor, domain)
    await world.sweep(CYCLE * 0.2)
    assert (await world.now(domain)).status is Status.VERIFIED
    assert await world.turns(domain) == ["verified", "lapsed", "recovered"]


async def kept(world: World, store: Store, count: int) -> list[Domain]:
    """So many verified domains, put straight into the store, due over the next cycle."""
    actor = await world.actor()
    first = await world.verified(actor, "acme.com")
    domains = []
    for n in range(count):
        due_at = world.clock.now() + CYCLE * (n / count)
        made = replace(
            first,
            id=identifier("dom", world.clock.now()),
            hostname=Hostname(f"acme{n}.net"),
            due_at=due_at,
        )
        domains.append(await store.domains.add(made, (), ()))
    return domains


@pytest.mark.parametrize("has_canaries", [True, False])
@pytest.mark.parametrize("count", [200, pytest.param(10_000, marks=pytest.mark.soak)])
async def test_R01_a_resolver_that_is_gone_for_a_day_flips_nothing_and_tells_one_person_once(
    world: World, store: Store, logs: list[EventDict], count: int, has_canaries: bool
) -> None:
    world.dns.publish("canary.net", "good.canary.net TXT there")
    world = replace(world, canaries=CANARIES if has_canaries else Canaries())
    actor = await world.actor()
    await world.services.members.add(actor, email="jane@elsewhere.net", role=MemberRole.OWNER)
    domains = await kept(world, store, count)
    before = await store.events.page(domains[0].team, limit=1_000)
    world.dns.outage = Fault.TIMEOUT
    for _ in range(24):
        await world.sweep(timedelta(hours=1))
    assert await statuses(world, domains) == {Status.VERIFIED}
    assert await store.events.page(domains[0].team, limit=1_000) == before
    assert len(alerts(logs)) == 1
    while await world.services.announcements.once():
        pass
    assert await world.services.owner_notices.page(actor, limit=9) == []
    examined = {(await world.now(domain)).asked_at for domain in domains}
    assert (len(examined) == 1) is has_canaries, "with canaries the sweep rests"
