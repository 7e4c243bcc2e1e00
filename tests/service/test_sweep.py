"""The sweep: takes what is due, once, and lets no domain stand in another's way."""

import asyncio
from datetime import timedelta

import pytest
import structlog

from letterhead.core.answer import Fault, Question
from letterhead.core.domain import Status
from letterhead.core.schedule import FIRST_ASIDE
from letterhead.ports import StoreError
from letterhead.service import examination, prospects
from letterhead.service.examination import AT_ONCE, SECONDS, Examination
from letterhead.service.sweep import BATCH, LEASE, PENDING, SETTLED, WATCHED
from letterhead.worker import DRAIN
from tests.core.dns import observed
from tests.service.paper import Observations
from tests.service.world import CYCLE, LADDER, World, eventually, swept, working
from tests.store.inspection import query

DUE = timedelta(seconds=LADDER[0] * 1.2)


async def test_what_is_not_due_is_left_alone(world: World) -> None:
    await world.registered(await world.actor())
    assert await world.swept() == 0
    assert world.dns.asked == []
    world.pass_time(DUE)
    assert await world.swept() == 1


async def test_L10_a_domain_that_breaks_the_examination_does_not_stop_the_others(world: World) -> None:
    actor = await world.actor()
    domains = [await world.registered(actor, f"acme{n}.com") for n in range(5)]
    for domain in domains:
        await world.publish(actor, domain)
    poisoned, *others = domains

    def poison(_: Question) -> Observations:
        raise RuntimeError("poison")

    for question in await asked_about(world, poisoned.hostname):
        world.dns.twists[question] = poison
    with structlog.testing.capture_logs() as logs:
        await world.sweep(DUE)
    assert [(await world.now(domain)).status for domain in others] == [Status.VERIFIED] * 4
    assert (await world.now(poisoned)).status is Status.PENDING
    said = [(log["event"], log["domain"]) for log in logs if log["log_level"] == "error"]
    assert said == [("sweep.set_aside", poisoned.id)]
    assert world.services.sweep.broken == 1
    world.dns.twists.clear()
    world.pass_time(LEASE)
    assert await world.swept() == 0, "it is out of the way for an hour"
    world.pass_time(FIRST_ASIDE)
    assert await world.swept() == 1
    assert (await world.now(poisoned)).status is Status.VERIFIED


async def test_L10_what_breaks_again_and_again_is_tried_more_and_more_rarely(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.registered(await world.actor())
    tried = 0

    async def of(_: object, __: object) -> None:
        nonlocal tried
        tried += 1
        raise RuntimeError("poison")

    monkeypatch.setattr(Examination, "of", of)
    with structlog.testing.capture_logs():
        for _ in range(60 * 24):
            await world.sweep(timedelta(minutes=1))
    assert 4 <= tried <= 7, "once at first, then after one hour, two, four, eight"


async def test_L10_a_row_that_can_not_be_read_does_not_stop_the_others(world: World) -> None:
    actor = await world.actor()
    claims = [await world.registered(actor, f"acme{n}.com") for n in range(4)]
    held = [await world.verified(actor, f"acme{n}.net") for n in range(4)]
    world.pass_time(CYCLE * 1.2)
    damaged = {claims[1].id, held[2].id}
    for domain in damaged:
        query(f"sqlite:///{world.path}", f"UPDATE domain SET selectors = 'none' WHERE id = '{domain}'")
    with structlog.testing.capture_logs() as logs:
        await world.swept()
    told = {log["domain"]: log["until"] for log in logs if log["event"] == "sweep.set_aside"}
    assert told.keys() == damaged
    assert min(told.values()) >= (world.clock.now() + FIRST_ASIDE).isoformat()
    assert world.services.sweep.broken == 2
    others = [await world.now(domain) for domain in [*claims, *held] if domain.id not in damaged]
    assert {domain.asked_at for domain in others} == {world.clock.now()}
    world.pass_time(LEASE)
    with structlog.testing.capture_logs() as logs:
        await world.swept()
    assert "sweep.set_aside" not in {log["event"] for log in logs}, "it is out of the way for an hour"


async def test_L10_a_store_that_fails_sets_nobody_aside(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain = await world.registered(await world.actor())

    async def newest(_: str) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as failing, structlog.testing.capture_logs() as logs:
        failing.setattr(world.store.reports, "newest", newest)
        await world.sweep(DUE)
    assert [log["event"] for log in logs if log["log_level"] != "info"] == ["sweep.unsaved"]
    world.pass_time(LEASE)
    assert await world.swept() == 1
    assert (await world.now(domain)).asked_at == world.clock.now()


async def asked_about(world: World, name: str) -> set[Question]:
    """The questions that an examination of a name begins with."""
    actor = await world.actor()
    (view,) = await world.services.portfolio.page(actor, limit=1, hostname=name)
    return {Question(record.host, record.type) for record in view.plan.records}


async def test_L11_two_nodes_share_the_work_and_do_none_of_it_twice(world: World) -> None:
    actor = await world.actor()
    names = [f"acme{n}.com" for n in range(20)]
    for name in names:
        await world.registered(actor, name)
    world.pass_time(DUE)
    nodes = [world.services, world.node(world.dns)]
    taken = await asyncio.gather(*(swept(node) for node in nodes))
    assert sum(taken) == len(names)
    assert [world.dns.rounds(name) for name in names] == [1] * len(names)


async def test_L11_what_a_dead_node_had_taken_is_taken_again_when_its_lease_is_over(world: World) -> None:
    domain = await world.registered(await world.actor())
    world.pass_time(DUE)
    dead = world.node(world.dns)
    world.dns.hold()
    sweep = asyncio.create_task(swept(dead))
    await world.dns.until_asked()
    sweep.cancel()
    world.dns.release()
    assert await world.swept() == 0
    world.pass_time(LEASE)
    assert await world.swept() == 1
    assert (await world.now(domain)).asked_at == world.clock.now()


async def test_L09_what_was_due_at_once_is_drawn_apart(world: World) -> None:
    actor = await world.actor()
    for n in range(30):
        await world.registered(actor, f"acme{n}.com")
    await world.sweep(timedelta(days=1))
    views = await world.services.portfolio.page(actor, limit=100)
    moments = sorted(view.domain.due_at for view in views if view.domain.due_at)
    assert len(set(moments)) == 30
    assert moments[-1] - moments[0] > timedelta(seconds=LADDER[1] * 0.05)


def test_X12_what_is_under_way_is_over_within_thirty_seconds() -> None:
    """A look may be under way, and what it was for is begun; nothing after that."""
    assert prospects.SECONDS + SECONDS < DRAIN < 30


def test_a_lease_lasts_until_the_last_of_a_batch_is_done() -> None:
    before = -(-BATCH // SETTLED)
    assert prospects.SECONDS + (before + 1) * SECONDS < LEASE.total_seconds()


def test_whoever_examines_by_hand_finds_room_beside_the_sweep() -> None:
    assert SETTLED + PENDING + WATCHED < AT_ONCE


async def test_R17_a_hundred_domains_on_a_server_that_is_never_done_hold_the_worker_for_seconds_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has its deadline and makes room for the next, whoever's it is."""
    deadline = 0.2
    monkeypatch.setattr(examination, "SECONDS", deadline)
    actors = [await world.actor(f"team{n}") for n in range(3)]
    slow = [await world.registered(actor, f"slow{n}.com") for n in range(34) for actor in actors][:100]
    quick = await world.registered(actors[0], "quick.com")
    await world.publish(actors[0], quick)
    honest = world.dns.ask

    async def ask(question: Question, *, within: float) -> Observations:
        if "slow" not in question.name:
            return await honest(question, within=within)
        await asyncio.sleep(within)
        return (observed(question, fault=Fault.TIMEOUT),)

    async def are_done() -> bool:
        return None not in {(await world.now(domain)).asked_at for domain in slow}

    monkeypatch.setattr(world.dns, "ask", ask)
    world.pass_time(DUE)
    async with working(world.services):
        await world.until(quick, Status.VERIFIED)
        await eventually(are_done)
    assert {(await world.now(domain)).status for domain in slow} == {Status.PENDING}
