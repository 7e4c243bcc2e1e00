"""Canaries: whoever is ill by what they say of names that we know is left out, and told of."""

import asyncio
from dataclasses import replace

import pytest
import structlog

from letterhead.core.answer import Fault, Found, Question, RecordType, ResourceRecord, Sighting, Unreachable
from letterhead.core.canary import Canaries, Symptom
from letterhead.core.domain import Status
from letterhead.service.canaries import Watch, unwatched
from letterhead.service.witnesses import Hearing, Witnesses
from tests.clock import ManualClock
from tests.core.dns import Source, observed, rdata
from tests.service.paper import Observations, PaperDns
from tests.service.world import World

NAMES = Canaries("good.canary.net", "absent.canary.net", "bogus.canary.net")
WELL = ("good.canary.net TXT there", "bogus.canary.net * bogus")
MX = Question("acme.com", RecordType.MX)
SEEN = Sighting(MX.name, MX.type)
OURS = "acme.com MX 10 mx.letterhead.net"


@pytest.fixture
def caches(clock: ManualClock) -> list[PaperDns]:
    caches = [PaperDns(clock, Source.RECURSIVE) for _ in range(3)]
    for cache in caches:
        cache.publish("canary.net", *WELL)
        cache.publish("acme.com", OURS)
    return caches


@pytest.fixture
def own(dns: PaperDns) -> PaperDns:
    dns.publish("canary.net", *WELL)
    dns.publish("acme.com", OURS)
    return dns


def watching(own: PaperDns | None, caches: list[PaperDns], clock: ManualClock, needed: int = 2) -> Watch:
    return Watch(NAMES, own, caches, needed=needed, seconds=60, clock=clock)


async def heard(watch: Watch, own: PaperDns | None, caches: list[PaperDns], clock: ManualClock) -> object:
    await watch.look()
    hearing = Hearing(Witnesses(own, tuple(caches), 2, clock, watch), 10)
    answer = (await hearing.answers([MX]))[MX]
    return (await hearing.answers([SEEN]))[SEEN] if isinstance(answer, Found) else answer


def rewriting(cache: PaperDns) -> None:
    """Let a resolver answer with a search page whatever does not exist."""
    honest = cache.ask

    async def ask(question: Question, *, within: float) -> Observations:
        said = await honest(question, within=within)
        if question.type is not RecordType.A or said[0].records or said[0].fault:
            return said
        page = ResourceRecord(question.name, RecordType.A, 60, rdata("A", "192.0.2.99"))
        return (observed(question, page, source=Source.RECURSIVE),)

    cache.ask = ask  # type: ignore[method-assign] # a test's own twist


async def test_the_well_are_well(own: PaperDns, caches: list[PaperDns], clock: ManualClock) -> None:
    watch = watching(own, caches, clock)
    assert not watch.is_sure, "nobody was asked yet"
    answer = await heard(watch, own, caches, clock)
    assert isinstance(answer, Found)
    assert answer.unseen is None
    assert (watch.ill, watch.trouble, watch.is_sure) == ({}, "", True)


async def test_R14_a_resolver_that_rewrites_what_does_not_exist_is_left_out(
    own: PaperDns, caches: list[PaperDns], clock: ManualClock
) -> None:
    rewriting(caches[0])
    watch = watching(own, caches, clock)
    with structlog.testing.capture_logs() as logs:
        answer = await heard(watch, own, caches, clock)
    assert [(log["event"], log["symptom"]) for log in logs] == [("resolver.ill", Symptom.REWRITES)]
    assert isinstance(answer, Found)
    assert answer.unseen is None, "two of three are well and that is what the quorum asks for"
    assert MX not in caches[0].asked
    left_out = [o for o in answer.observations if o.fault is Fault.ILL]
    assert len(left_out) == 1
    assert "192.0.2.99" in left_out[0].detail
    assert not watch.is_sure
    assert watch.trouble == ""


async def test_R09_a_resolver_that_does_not_validate_is_noticed_at_the_first_look(
    own: PaperDns, caches: list[PaperDns], clock: ManualClock
) -> None:
    for cache in caches:
        cache.publish("canary.net", WELL[0], "bogus.canary.net TXT forged")
    watch = watching(own, caches, clock)
    answer = await heard(watch, own, caches, clock)
    assert {illness.symptom for illness in watch.ill.values()} == {Symptom.NOT_VALIDATING}
    assert isinstance(answer, Found)
    assert answer.unseen is not None
    assert answer.unseen.fault is Fault.ILL
    assert "0 of 3 resolvers are well, 2 are needed" in watch.trouble


async def test_the_zones_own_servers_need_not_validate(own: PaperDns, clock: ManualClock) -> None:
    own.publish("canary.net", WELL[0], "bogus.canary.net TXT forged")
    watch = watching(own, [], clock, needed=0)
    await watch.look()
    assert watch.is_sure


async def test_R08_with_fewer_well_than_the_quorum_nothing_is_established(
    caches: list[PaperDns], clock: ManualClock
) -> None:
    caches[0].outage = caches[1].outage = Fault.TIMEOUT
    watch = watching(None, caches, clock)
    answer = await heard(watch, None, caches, clock)
    assert isinstance(answer, Unreachable)
    assert "1 of 3 resolvers are well" in watch.trouble


async def test_R01_a_way_to_the_zones_own_servers_that_is_ill_establishes_nothing(
    own: PaperDns, caches: list[PaperDns], clock: ManualClock
) -> None:
    own.publish("canary.net")
    watch = watching(own, caches, clock)
    answer = await heard(watch, own, caches, clock)
    assert isinstance(answer, Unreachable)
    assert answer.fault is Fault.ILL
    assert watch.trouble.startswith("the way to the zones' own servers is ill: blind")


async def test_R10_a_good_name_that_is_called_bogus_makes_the_clock_a_suspect(
    caches: list[PaperDns], clock: ManualClock
) -> None:
    for cache in caches:
        cache.publish("canary.net", "good.canary.net * bogus", WELL[1])
    watch = watching(None, caches, clock)
    await watch.look()
    assert {illness.symptom for illness in watch.ill.values()} == {Symptom.CLOCK}


async def test_canaries_are_asked_every_so_often_and_not_for_each_domain(
    caches: list[PaperDns], clock: ManualClock
) -> None:
    watch = watching(None, caches, clock)
    await asyncio.gather(*(watch.look() for _ in range(50)))
    once = len(caches[0].asked)
    assert once == 5
    await watch.look(anew=True)
    assert len(caches[0].asked) == once, "no time has passed"
    clock.advance(59)
    await watch.look()
    assert len(caches[0].asked) == once
    await asyncio.gather(*(watch.look(anew=True) for _ in range(50)))
    assert len(caches[0].asked) == 2 * once
    clock.advance(61)
    await watch.look()
    assert len(caches[0].asked) == 3 * once
    strays = {q.name for q in caches[0].asked if q.name.startswith("lh-")}
    assert len(strays) == 3, "each time another name, that no cache knows"


async def test_who_is_well_again_is_asked_again(
    own: PaperDns, caches: list[PaperDns], clock: ManualClock
) -> None:
    caches[2].outage = Fault.NETWORK
    watch = watching(own, caches, clock)
    await watch.look()
    assert len(watch.ill) == 1
    caches[2].outage = None
    clock.advance(61)
    with structlog.testing.capture_logs() as logs:
        answer = await heard(watch, own, caches, clock)
    assert [log["event"] for log in logs] == ["resolver.well"]
    assert isinstance(answer, Found)
    assert MX in caches[2].asked


async def test_without_canaries_nobody_is_asked_and_nobody_is_known_to_be_well(
    own: PaperDns, clock: ManualClock
) -> None:
    watch = Watch(Canaries(), own, (), needed=0, seconds=60, clock=clock)
    await watch.look(anew=True)
    assert own.asked == []
    assert (watch.trouble, watch.is_sure) == ("", False)


async def test_R17_nobody_waits_long_for_a_resolver_that_can_change_nothing(
    own: PaperDns, caches: list[PaperDns], clock: ManualClock
) -> None:
    caches[1].hold()
    hearing = Hearing(Witnesses(own, tuple(caches), 2, clock, unwatched(clock)), 10)
    async with asyncio.timeout(5):
        await hearing.answers([MX])
        answer = (await hearing.answers([SEEN]))[SEEN]
    assert isinstance(answer, Found)
    assert answer.unseen is None
    assert len(answer.observations) == 3, "the zone's own server, and two resolvers"


async def test_R08_while_a_slow_resolver_can_still_matter_it_is_waited_for(
    own: PaperDns, caches: list[PaperDns], clock: ManualClock
) -> None:
    caches[0].publish("acme.com", "acme.com MX 10 mx.evil.net")
    caches[1].hold()
    hearing = Hearing(Witnesses(None, tuple(caches), 2, clock, unwatched(clock)), 10)
    asking = asyncio.create_task(hearing.answers([MX]))
    done, _ = await asyncio.wait({asking}, timeout=1)
    assert not done
    caches[1].release()
    assert isinstance((await asking)[MX], Found)


async def test_an_ill_resolver_keeps_a_domain_from_being_verified_when_too_few_are_left(
    world: World, own: PaperDns, caches: list[PaperDns]
) -> None:
    for cache in caches[:2]:
        cache.outage = Fault.TIMEOUT
    world = replace(world, recursive=tuple(caches), canaries=NAMES)
    actor = await world.actor()
    domain = await world.registered(actor)
    await world.publish(actor, domain)
    own.lines["canary.net"] = list(WELL)
    caches[2].lines = own.lines
    assert (await world.verify(actor, domain)).domain.status is Status.PENDING
    for cache in caches:
        cache.outage, cache.lines = None, own.lines
    world.clock.advance(61)
    assert (await world.verify(actor, domain)).domain.status is Status.VERIFIED
