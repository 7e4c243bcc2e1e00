"""Whose turn it is: late answers hold up nobody else, and a turn that ends early loses nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from letterhead.core.delivery import Posted, State
from letterhead.core.permission import Actor
from letterhead.core.webhook import Webhook
from letterhead.ports import Store
from letterhead.service import deliveries
from letterhead.service.deliveries import AT_ONCE, SHARE
from letterhead.worker import Work, beat
from tests.clock import ManualClock
from tests.service.mailroom import SlowReceiver
from tests.service.paper import PaperDns
from tests.service.test_waking import until, working
from tests.service.world import World

SLOW, FAST = "https://slow.acme.net/", "https://fast.acme.net/"


@pytest.fixture
def receiver() -> SlowReceiver:
    return SlowReceiver(held={SLOW})


@pytest.fixture
def world(store: Store, world: World, clock: ManualClock, dns: PaperDns, receiver: SlowReceiver) -> World:
    return World(store, world.path, clock, dns, outgoing=receiver)


async def hooked(
    world: World, team: str, url: str, *, hooks: int = 1, events: int = 1
) -> tuple[Actor, Webhook]:
    """A team with webhooks to which that many events are to be sent; the newest of the webhooks."""
    actor = await world.actor(team)
    made = [(await world.services.webhooks.create(actor, url=url, kinds=None))[0] for _ in range(hooks)]
    for number in range(events):
        await world.registered(actor, f"{team}{number}.com")
    while await world.services.announcements.once():
        pass
    return actor, made[-1]


async def begin(world: World) -> int:
    """Begin all the turns for which there is room; returns how many."""
    begun = 0
    while some := await world.services.dispatch.once():
        begun += some
    return begun


def urls_got(receiver: SlowReceiver) -> Callable[[], Awaitable[bool]]:
    async def has_come() -> bool:
        return FAST in {url for url, *_ in receiver.got}

    return has_come


async def test_W05_a_slow_receiver_holds_up_nobody_else(world: World, receiver: SlowReceiver) -> None:
    await hooked(world, "slow", SLOW, events=12)
    assert await begin(world) == 1
    await hooked(world, "acme", FAST)
    assert await begin(world) == 1
    await until(urls_got(receiver))
    assert receiver.waiting == [SLOW], "one message is under way all the while, and one alone"
    receiver.let_go()
    await world.services.dispatch.finish()
    assert len(receiver.got) == 13


async def test_W05_many_slow_receivers_of_a_team_leave_room_for_the_others(
    world: World, receiver: SlowReceiver
) -> None:
    await hooked(world, "slow", SLOW, hooks=20)
    assert await begin(world) == SHARE
    await hooked(world, "acme", FAST)
    assert await begin(world) == 1
    await until(urls_got(receiver))
    assert len(receiver.waiting) == SHARE
    receiver.let_go()
    await world.services.dispatch.finish()
    while await begin(world):
        await world.services.dispatch.finish()
    assert len(receiver.got) == 21, "all have had their turn"


async def test_W05_slow_receivers_of_several_teams_do_so_too(world: World, receiver: SlowReceiver) -> None:
    slow = AT_ONCE // SHARE - 1
    for number in range(slow):
        await hooked(world, f"slow{number}", SLOW, hooks=SHARE + 1)
    assert await begin(world) == slow * SHARE
    await hooked(world, "acme", FAST)
    await begin(world)
    await until(urls_got(receiver))
    receiver.let_go()
    await world.services.dispatch.finish()


async def test_a_turn_that_ends_makes_room_at_once(
    world: World, receiver: SlowReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker rests for a minute between two looks that nothing rings for."""
    monkeypatch.setattr(world.services.dispatch.turns, "count", 2)
    await hooked(world, "slow", SLOW)
    await hooked(world, "slower", SLOW)
    async with working(world.services, world.store):

        async def are_full() -> bool:
            return len(receiver.waiting) == 2

        await until(are_full)
        await hooked(world, "acme", FAST)
        await asyncio.sleep(0.1)
        assert receiver.got == [], "there is no room"
        receiver.let_go()
        await until(urls_got(receiver))


async def test_a_queue_that_is_longer_than_a_turn_goes_on_at_once(
    world: World, receiver: SlowReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "MOST", 2)
    await hooked(world, "acme", FAST, events=7)

    async def all_came() -> bool:
        return len(receiver.got) == 7

    async with working(world.services, world.store):
        await until(all_came)
    assert receiver.ids == sorted(receiver.ids, key=lambda each: int(each[4:]))


async def test_X12_turns_under_way_are_finished_when_we_are_told_to_stop(
    world: World, receiver: SlowReceiver
) -> None:
    actor, hook = await hooked(world, "slow", SLOW, events=3)
    stopping, dispatch = asyncio.Event(), world.services.dispatch
    beating = asyncio.create_task(beat([Work(dispatch.once, finish=dispatch.finish)], stopping))

    async def is_under_way() -> bool:
        return receiver.waiting == [SLOW]

    await until(is_under_way)
    stopping.set()
    await asyncio.sleep(0.05)
    assert not beating.done()
    receiver.let_go()
    await beating
    sent = await world.services.webhooks.deliveries(actor, hook.id, limit=9)
    assert {each.state for each in sent} == {State.DELIVERED}


async def under_way(world: World, receiver: SlowReceiver) -> tuple[Actor, Webhook]:
    """A webhook to which a message is under way that will be refused."""
    receiver.answers = [Posted(503)]
    actor, hook = await hooked(world, "acme", SLOW)
    await begin(world)

    async def is_under_way() -> bool:
        return receiver.waiting == [SLOW]

    await until(is_under_way)
    return actor, hook


async def test_what_is_replayed_while_it_is_under_way_is_sent_again_and_at_once(
    world: World, receiver: SlowReceiver
) -> None:
    """Whatever comes of the attempt before; and nobody waits until its lease has run out."""
    actor, hook = await under_way(world, receiver)
    world.pass_time(timedelta(seconds=1))
    since = world.clock.now() - timedelta(days=1)
    assert await world.services.webhooks.replay(actor, hook.id, since=since) == 1
    receiver.let_go()
    await world.services.dispatch.finish()
    assert await begin(world) == 1
    await world.services.dispatch.finish()
    assert len(receiver.got) == 2
    (sent,) = await world.services.webhooks.deliveries(actor, hook.id, limit=9)
    assert (sent.state, sent.attempts) == (State.DELIVERED, 1)


async def test_W05_a_webhook_that_moves_takes_nothing_with_it_from_where_it_was(
    world: World, receiver: SlowReceiver
) -> None:
    actor, hook = await under_way(world, receiver)
    world.pass_time(timedelta(seconds=1))
    await world.services.webhooks.change(actor, hook.id, url=FAST)
    receiver.let_go()
    await world.services.dispatch.finish()
    moved = await world.services.webhooks.get(actor, hook.id)
    assert (moved.failing_since, moved.rests_until) == (None, None)
    assert await begin(world) == 1
    await world.services.dispatch.finish()
    assert [url for url, *_ in receiver.got] == [SLOW, FAST]


async def test_W05_a_webhook_disabled_while_a_message_is_under_way_stays_so_and_is_told_of_once(
    world: World, receiver: SlowReceiver
) -> None:
    actor, hook = await under_way(world, receiver)
    receiver.answers = [Posted(410)]
    await world.services.webhooks.change(actor, hook.id, enabled=False)
    receiver.let_go()
    await world.services.dispatch.finish()
    assert (await world.services.webhooks.get(actor, hook.id)).disabled == "by_hand"
    kinds = [event.kind for event in await world.services.history.of_team(actor, limit=99)]
    assert kinds.count("webhook.disabled") == 1
