"""What goes out to webhooks, from the event to the receiver: a day of outage, and two secrets at once."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from letterhead.core.delivery import Posted, State, message_id
from letterhead.core.permission import Actor
from letterhead.core.refusal import Refusal
from letterhead.core.signature import headers, secret_of
from letterhead.core.webhook import MOST_WEBHOOKS, OVERLAP, Webhook
from letterhead.ports import Store
from tests.clock import ManualClock
from tests.service.world import CYCLE, World

URL = "https://hooks.acme.net/letterhead"


async def work(world: World) -> None:
    """What the worker does, until nothing is left to be done now."""
    services = world.services
    notices = services.owner_notices
    busy = 1
    while busy:
        busy = await services.announcements.once() + await services.dispatch.once()
        await services.dispatch.finish()
        busy += await notices.compose() + await notices.send()


async def test_W06_every_message_is_signed_and_while_secrets_change_with_both(world: World) -> None:
    actor = await world.actor()
    hook, old = await world.services.webhooks.create(actor, url=URL, kinds=None)
    _, new = await world.services.webhooks.rotate(actor, hook.id)
    await world.registered(actor)
    await work(world)
    ((url, sent, body),) = world.outgoing.got
    assert url == URL
    wanted = headers([secret_of(new), secret_of(old)], sent["webhook-id"], world.clock.now(), body)
    assert wanted.items() <= sent.items()
    world.pass_time(OVERLAP)
    await world.services.webhooks.test(actor, hook.id)
    assert " " not in world.outgoing.got[-1][1]["webhook-signature"]


async def test_A04_a_secret_is_never_kept_in_clear(world: World) -> None:
    actor = await world.actor()
    hook, secret = await world.services.webhooks.create(actor, url=URL, kinds=None)
    kept = world.contents()
    assert secret.encode() not in kept
    assert secret_of(secret) not in kept
    assert secret not in repr(hook)


async def test_W05_a_receiver_that_is_down_for_a_day_gets_all_of_it_in_order_and_once(world: World) -> None:
    actor = await world.actor()
    hook, _ = await world.services.webhooks.create(actor, url=URL, kinds=None)
    world.outgoing.always = Posted(None, "it did not answer")
    for number in range(24):
        await world.registered(actor, f"acme{number}.com")
        await work(world)
        world.pass_time(timedelta(hours=1))
    tried = len(world.outgoing.got)
    assert tried < 24
    world.outgoing.got.clear()
    world.outgoing.always = Posted(200)
    for _ in range(48):
        world.pass_time(timedelta(minutes=30))
        await work(world)
    assert len(world.outgoing.ids) == len(set(world.outgoing.ids)) == 24
    assert world.outgoing.ids == sorted(world.outgoing.ids, key=lambda each: int(each[4:]))
    sent = await world.services.webhooks.deliveries(actor, hook.id, limit=99)
    assert {each.state for each in sent} == {State.DELIVERED}
    assert (await world.services.webhooks.get(actor, hook.id)).failing_since is None


async def test_W05_a_receiver_that_stays_down_is_disabled_after_three_days_and_told_so(world: World) -> None:
    actor = await world.actor()
    hook, _ = await world.services.webhooks.create(actor, url=URL, kinds=None)
    world.outgoing.always = Posted(None, "it did not answer")
    await world.registered(actor)
    for _ in range(90):
        await work(world)
        world.pass_time(timedelta(hours=1))
    seen = await world.services.webhooks.get(actor, hook.id)
    assert seen.disabled == "failing"
    kinds = [event.kind for event in await world.services.history.of_team(actor, limit=99)]
    assert kinds.count("webhook.disabled") == 1
    with pytest.raises(Refusal, match="webhook_disabled"):
        await world.services.webhooks.replay(actor, hook.id, since=world.clock.now() - CYCLE)
    await world.services.webhooks.change(actor, hook.id, enabled=True)
    world.outgoing.always = Posted(200)
    assert (
        await world.services.webhooks.replay(actor, hook.id, since=world.clock.now() - timedelta(days=9)) == 1
    )
    await work(world)
    assert len(set(world.outgoing.ids)) == 1, "a replay bears the id of the first attempt"


async def lost(world: World) -> tuple[Actor, Webhook]:
    """A webhook at which nobody was found for forty hours, with ten events that wait."""
    actor = await world.actor()
    hook, _ = await world.services.webhooks.create(actor, url=URL, kinds=None)
    world.outgoing.always = Posted(None, "it did not answer")
    for number in range(10):
        await world.registered(actor, f"acme{number}.com")
        for _ in range(4):
            await work(world)
            world.pass_time(timedelta(hours=1))
    await work(world)
    world.outgoing.got.clear()
    world.outgoing.always = Posted(200)
    hook = await world.services.webhooks.get(actor, hook.id)
    assert hook.rests_until is not None
    assert hook.rests_until - world.clock.now() > timedelta(hours=1)
    return actor, hook


async def moved(world: World, actor: Actor, hook: Webhook) -> None:
    await world.services.webhooks.change(actor, hook.id, url="https://right.acme.net/")


async def tried(world: World, actor: Actor, hook: Webhook) -> None:
    assert (await world.services.webhooks.test(actor, hook.id)).has_arrived
    world.outgoing.got.clear()


async def replayed(world: World, actor: Actor, hook: Webhook) -> None:
    newest = (await world.services.webhooks.deliveries(actor, hook.id, limit=1))[0]
    assert await world.services.webhooks.replay(actor, hook.id, event=message_id(newest.event)) == 1


@pytest.mark.parametrize("mend", [moved, tried, replayed])
async def test_W05_a_webhook_that_was_mended_gets_all_that_waits_at_once_and_in_order(
    world: World, mend: Callable[[World, Actor, Webhook], Awaitable[None]]
) -> None:
    actor, hook = await lost(world)
    await mend(world, actor, hook)
    await work(world)
    assert len(world.outgoing.ids) == len(set(world.outgoing.ids)) == 10
    assert world.outgoing.ids == sorted(world.outgoing.ids, key=lambda each: int(each[4:]))
    seen = await world.services.webhooks.get(actor, hook.id)
    assert (seen.failing_since, seen.rests_until, seen.disabled) == (None, None, None)


async def test_W05_a_new_url_has_three_days_of_its_own(world: World) -> None:
    actor, hook = await lost(world)
    await moved(world, actor, hook)
    world.outgoing.always = Posted(None, "it did not answer")
    await work(world)
    world.pass_time(timedelta(days=2))
    await work(world)
    seen = await world.services.webhooks.get(actor, hook.id)
    assert (seen.disabled, seen.failing_since is not None) == (None, True)
    sent = await world.services.webhooks.deliveries(actor, hook.id, limit=99)
    assert {each.state for each in sent} == {State.PENDING}


async def test_W05_a_test_that_does_not_arrive_and_a_replay_of_nothing_change_nothing(world: World) -> None:
    actor, hook = await lost(world)
    world.outgoing.always = Posted(500)
    await world.services.webhooks.test(actor, hook.id)
    with pytest.raises(Refusal, match="event_not_found"):
        await world.services.webhooks.replay(actor, hook.id, event="evt_999999")
    assert await world.services.webhooks.get(actor, hook.id) == hook


async def test_a_test_is_sent_to_a_disabled_webhook_too_and_leaves_it_disabled(world: World) -> None:
    actor = await world.actor()
    hook, _ = await world.services.webhooks.create(actor, url=URL, kinds=None)
    gone = await world.services.webhooks.change(actor, hook.id, enabled=False)
    assert (await world.services.webhooks.test(actor, hook.id)).has_arrived
    assert len(world.outgoing.got) == 1
    assert await world.services.webhooks.get(actor, hook.id) == gone


async def test_W05_what_fails_for_want_of_something_of_ours_counts_for_nothing(world: World) -> None:
    actor = await world.actor()
    hook, _ = await world.services.webhooks.create(actor, url=URL, kinds=None)
    world.outgoing.always = Posted(None, "we are short of descriptors", is_ours=True)
    await world.registered(actor)
    for _ in range(5):
        await work(world)
        world.pass_time(timedelta(days=1))
    (waiting,) = await world.services.webhooks.deliveries(actor, hook.id, limit=9)
    assert (waiting.state, waiting.attempts, waiting.attempted_at) == (State.PENDING, 0, None)
    seen = await world.services.webhooks.get(actor, hook.id)
    assert (seen.failing_since, seen.disabled) == (None, None)
    world.outgoing.always = Posted(200)
    await work(world)
    assert (await world.services.webhooks.deliveries(actor, hook.id, limit=9))[0].state is State.DELIVERED


async def test_X10_a_worker_that_slept_through_its_lease_changes_nothing(
    world: World, store: Store, clock: ManualClock
) -> None:
    actor = await world.actor()
    hook, _ = await world.services.webhooks.create(actor, url=URL, kinds=None)
    await world.registered(actor)
    await world.services.announcements.once()
    now = clock.now()
    (asleep,) = await store.deliveries.lease(now, now + timedelta(minutes=1), 9, 9)
    world.pass_time(timedelta(minutes=2))
    await work(world)
    await world.services.dispatch._turn(asleep)
    assert len(world.outgoing.got) == 1
    (sent,) = await world.services.webhooks.deliveries(actor, hook.id, limit=9)
    assert (sent.attempts, sent.state) == (1, State.DELIVERED)


async def test_a_key_limited_to_domains_has_no_webhooks_and_a_team_no_more_than_it_may(world: World) -> None:
    actor, limited = await world.actor(), await world.actor("acme", domains=frozenset({"dom_1"}))
    hook, _ = await world.services.webhooks.create(actor, url=URL, kinds=None)
    with pytest.raises(Refusal, match="key_is_limited"):
        await world.services.webhooks.create(limited, url=URL, kinds=None)
    with pytest.raises(Refusal, match="webhook_not_found"):
        await world.services.webhooks.get(limited, hook.id)
    assert await world.services.webhooks.page(limited, limit=9) == []
    for _ in range(MOST_WEBHOOKS - 1):
        await world.services.webhooks.create(actor, url=URL, kinds=None)
    with pytest.raises(Refusal, match="too_many_webhooks"):
        await world.services.webhooks.create(actor, url=URL, kinds=None)
