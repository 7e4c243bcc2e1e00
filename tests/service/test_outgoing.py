"""What goes out to webhooks, from the event to the receiver: a day of outage, and two secrets at once."""

from datetime import timedelta

import pytest

from letterhead.core.delivery import Posted, State
from letterhead.core.refusal import Refusal
from letterhead.core.signature import headers, secret_of
from letterhead.core.webhook import MOST_WEBHOOKS, OVERLAP
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
