"""Whom an examination asks: the zone's own servers first, caches only about what those have."""

import pytest
from msgspec.structs import replace

from letterhead.core.answer import Absent, Fault, Found, Question, RecordType, Sighting, Source, Unreachable
from letterhead.core.cause import Cause
from letterhead.core.domain import Status
from letterhead.core.record import Role
from letterhead.service.canaries import unwatched
from letterhead.service.witnesses import MAX_QUESTIONS, Hearing, Witnesses
from tests.clock import ManualClock
from tests.service.paper import PaperDns
from tests.service.world import World, finding

MX = Question("acme.com", RecordType.MX)
OURS = "acme.com MX 10 mx.letterhead.net"


@pytest.fixture
def caches(clock: ManualClock) -> list[PaperDns]:
    return [PaperDns(clock, Source.RECURSIVE) for _ in range(3)]


async def heard(clock: ManualClock, own: PaperDns | None, caches: list[PaperDns], quorum: int = 2) -> object:
    """What is established of our MX: at first, and seen by resolvers where it was found."""
    hearing = Hearing(Witnesses(own, tuple(caches), quorum, clock, unwatched(clock)), 10)
    answer = (await hearing.answers([MX]))[MX]
    seen = Sighting(MX.name, MX.type)
    return (await hearing.answers([seen]))[seen] if isinstance(answer, Found) else answer


async def test_R11_no_cache_is_asked_for_what_is_not_published_yet(
    dns: PaperDns, caches: list[PaperDns], clock: ManualClock
) -> None:
    assert isinstance(await heard(clock, dns, caches), Absent)
    dns.outage = Fault.TIMEOUT
    assert isinstance(await heard(clock, dns, caches), Unreachable)
    assert [cache.asked for cache in caches] == [[], [], []]


async def test_R11_no_cache_is_asked_for_what_is_published_and_wrong(
    world: World, clock: ManualClock
) -> None:
    """It would keep that for the record's whole TTL, and the customer who mends it would wait for it."""
    cache = PaperDns(clock, Source.RECURSIVE)
    cache.lines = world.dns.lines
    world.recursive = (cache,)
    world.services = world.node(world.dns)
    actor = await world.actor()
    claim = await world.registered(actor)
    await world.publish(actor, claim, but=[Role.MX])
    world.dns.lines["acme.com"].append("acme.com MX 10 mx.elsewhere.net")
    view = await world.verify(actor, claim)
    assert finding(view, Role.MX).cause is Cause.MX_FOREIGN
    assert MX not in cache.asked
    ownership = finding(await world.evidence(actor, claim), Role.OWNERSHIP)
    assert {w.source for w in ownership.witnesses} == {"authoritative", "recursive"}, "what is right is shown"
    await world.publish(actor, claim)
    assert (await world.verify(actor, claim)).domain.status is Status.VERIFIED
    assert MX in cache.asked


@pytest.mark.parametrize("seeing", range(4))
@pytest.mark.parametrize("alone", [True, False])
async def test_R08_as_many_as_the_quorum_says_must_see_it(
    dns: PaperDns, caches: list[PaperDns], clock: ManualClock, seeing: int, alone: bool
) -> None:
    """Forged for one vantage only, or not yet arrived at the others: three caches, two must agree."""
    dns.publish("acme.com", OURS)
    for cache in caches[:seeing]:
        cache.publish("acme.com", OURS)
    answer = await heard(clock, None if alone else dns, caches)
    if seeing >= 2:
        assert isinstance(answer, Found)
        assert answer.unseen is None
    elif alone:
        assert isinstance(answer, Absent)
    else:
        assert isinstance(answer, Found)
        assert answer.unseen is not None
        assert answer.unseen.fault is Fault.NOT_VISIBLE
    assert len(answer.observations) == 3 + (not alone)


async def test_R01_caches_that_are_ill_are_no_absence(
    dns: PaperDns, caches: list[PaperDns], clock: ManualClock
) -> None:
    dns.publish("acme.com", OURS)
    for cache in caches:
        cache.outage = Fault.NETWORK
    answer = await heard(clock, None, caches)
    assert isinstance(answer, Unreachable)
    assert answer.fault is Fault.NETWORK
    answer = await heard(clock, dns, caches)
    assert isinstance(answer, Found)
    assert answer.unseen is not None
    assert answer.unseen.fault is Fault.NETWORK


async def test_a_question_is_asked_once_in_an_examination(dns: PaperDns, clock: ManualClock) -> None:
    hearing = Hearing(Witnesses(dns, (), 0, clock, unwatched(clock)), 10)
    first = await hearing.answers([MX, MX])
    dns.publish("acme.com", OURS)
    assert await hearing.answers([MX]) == first
    assert dns.asked == [MX]


async def test_an_examination_asks_no_more_than_its_budget(dns: PaperDns, clock: ManualClock) -> None:
    hearing = Hearing(Witnesses(dns, (), 0, clock, unwatched(clock)), 10)
    questions = [replace(MX, name=f"n{n}.acme.com") for n in range(MAX_QUESTIONS + 5)]
    answers = await hearing.answers(questions)
    assert len(dns.asked) == MAX_QUESTIONS
    left = [a for a in answers.values() if isinstance(a, Unreachable)]
    assert [a.fault for a in left] == [Fault.NOT_ASKED] * 5, "not asked is never absent"


async def test_R11_published_but_not_yet_seen_says_when_it_will_be(world: World, clock: ManualClock) -> None:
    cache = PaperDns(clock, Source.RECURSIVE)
    world.recursive = (cache,)
    world.services = world.node(world.dns)
    actor = await world.actor()
    domain = await world.registered(actor)
    await world.publish(actor, domain)
    view = await world.verify(actor, domain)
    assert view.domain.status is Status.PENDING
    mx = finding(await world.evidence(actor, domain), Role.MX)
    assert mx.cause is Cause.NOT_VISIBLE_YET
    assert mx.visible_at is not None
    assert mx.visible_at > clock.now()
    assert {w.source for w in mx.witnesses} == {"authoritative", "recursive"}
    cache.lines = world.dns.lines
    clock.advance(1)
    assert (await world.verify(actor, domain)).domain.status is Status.VERIFIED


async def test_R08_a_token_behind_an_alias_must_be_seen_as_well(world: World, clock: ManualClock) -> None:
    """O06: whoever fools our way to the second zone alone gains nothing."""
    cache = PaperDns(clock, Source.RECURSIVE)
    world.recursive = (cache,)
    world.services = world.node(world.dns)
    actor = await world.actor()
    claim = await world.registered(actor)
    await world.publish(actor, claim, but=[Role.OWNERSHIP])
    world.dns.lines["acme.com"].append("_letterhead.acme.com CNAME proof.saas.net")
    cache.lines = dict(world.dns.lines)
    world.dns.publish("saas.net", f"proof.saas.net TXT letterhead-verify={claim.token}")
    view = await world.verify(actor, claim)
    proof = finding(await world.evidence(actor, claim), Role.OWNERSHIP)
    assert (view.domain.status, proof.cause) == (Status.PENDING, Cause.NOT_VISIBLE_YET)
    assert len(proof.witnesses) == 4, "both hops, by the zone's own server and by the cache"
    cache.lines = world.dns.lines
    assert (await world.verify(actor, claim)).domain.status is Status.VERIFIED


async def test_R12_a_cache_that_still_has_what_was_changed_hides_nothing(
    world: World, clock: ManualClock
) -> None:
    """And nobody is told to wait for a value that is wrong."""
    cache = PaperDns(clock, Source.RECURSIVE)
    cache.lines = world.dns.lines
    world.recursive = (cache,)
    world.services = world.node(world.dns)
    actor = await world.actor()
    domain = await world.verified(actor)
    cache.lines = dict(world.dns.lines)
    world.dns.publish("acme.com", "acme.com MX 10 mx.elsewhere.net")
    view = await world.verify(actor, domain)
    assert view.domain.status is Status.LAPSED
    assert finding(view, Role.MX).cause is Cause.MX_FOREIGN


async def test_R12_a_cache_that_still_has_what_is_gone_hides_nothing(
    world: World, clock: ManualClock
) -> None:
    cache = PaperDns(clock, Source.RECURSIVE)
    cache.lines = world.dns.lines
    world.recursive = (cache,)
    world.services = world.node(world.dns)
    actor = await world.actor()
    domain = await world.verified(actor)
    cache.lines = dict(world.dns.lines)
    world.dns.publish("acme.com")
    await world.sweep()
    assert (await world.now(domain)).status is Status.LAPSED
