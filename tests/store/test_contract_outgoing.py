"""What every store does with what goes out: the tail, deliveries and webhooks."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from letterhead.core.delivery import KEPT, SCHEDULE, Posted, State, disabled, settled
from letterhead.core.event import Event, EventKind
from letterhead.core.team import Team
from letterhead.core.webhook import USUAL, Disabled, Webhook
from letterhead.ports import NoRoom, Queue, Stale, Store
from tests.store.samples import ACME, EVIL, HOUR, NOON, ZETA, a_domain, an_event, an_id, told

HOOKED = EventKind.WEBHOOK_CREATED
LATER = NOON + HOUR


def a_webhook(team: Team = ACME, **fields: Any) -> Webhook:
    given: dict[str, Any] = {"kinds": USUAL, "secret": b"\0sealed\xff", "created_at": NOON - HOUR, **fields}
    return Webhook(id=an_id("whk"), team=team.id, url="https://hooks.acme.com/", **given)


async def hooked(store: Store, **fields: Any) -> Webhook:
    webhook = a_webhook(**fields)
    await store.webhooks.add(webhook, told(kind=HOOKED), 20)
    return webhook


async def happened(store: Store, *kinds: EventKind, team: Team = ACME) -> None:
    domain = a_domain(f"{an_id('a')[-6:]}.com".replace("_", "a"), team)
    await store.domains.add(domain, [], [an_event(domain, kind) for kind in kinds])


async def announced(store: Store) -> list[Event]:
    events = await store.tail.waiting(100)
    if events:
        await store.tail.announce(events, [], [], NOON)
    return events


async def taken(store: Store, now: Any = NOON) -> list[Queue]:
    return await store.deliveries.lease(now, now + timedelta(minutes=1), 25, 20)


async def test_a_webhook_comes_back_as_it_went_in(store: Store) -> None:
    webhook = await hooked(store)
    assert await store.webhooks.of_team(ACME.id, webhook.id) == webhook
    assert await store.webhooks.of_team(EVIL.id, webhook.id) is None
    other = await hooked(store)
    assert await store.webhooks.page(ACME.id, limit=9) == [other, webhook]
    assert await store.webhooks.page(ACME.id, limit=9, before=other.id) == [webhook]
    assert await store.webhooks.page(EVIL.id, limit=9) == []


async def test_a_team_has_no_more_webhooks_than_it_may(store: Store) -> None:
    came = await asyncio.gather(
        *(store.webhooks.add(a_webhook(), told(kind=HOOKED), 3) for _ in range(8)), return_exceptions=True
    )
    assert sum(isinstance(each, NoRoom) for each in came) == 5


async def test_a_change_is_by_compare_and_set(store: Store) -> None:
    webhook = await hooked(store)
    changed = await store.webhooks.change(
        replace(webhook, old_secret=b"o", old_until=LATER), told(kind=HOOKED)
    )
    assert (changed.version, changed.old_secret, changed.old_until) == (2, b"o", LATER)
    with pytest.raises(Stale):
        await store.webhooks.change(webhook, told(kind=HOOKED))


async def test_L06_each_event_becomes_one_delivery_for_each_webhook_that_wants_it(store: Store) -> None:
    wants, wants_not = await hooked(store), await hooked(store, kinds=frozenset({"domain.deleted"}))
    foreign = await hooked(store, team=EVIL)
    await happened(store, EventKind.CREATED, EventKind.CHANGED, EventKind.FAILED)
    assert len(await announced(store)) == 6
    assert await announced(store) == []
    sent = await store.deliveries.page(wants.id, limit=9)
    assert [each.event.kind for each in sent] == [EventKind.FAILED, EventKind.CREATED]
    assert all(each.state is State.PENDING and each.due_at == NOON for each in sent)
    assert await store.deliveries.page(wants_not.id, limit=9) == []
    assert await store.deliveries.page(foreign.id, limit=9) == []


async def test_L01_workers_that_announce_at_once_make_one_delivery_each_and_no_gap(store: Store) -> None:
    webhook = await hooked(store)
    for _ in range(5):
        await happened(store, *[EventKind.FAILED] * 4)
    while waiting := await store.tail.waiting(100):
        tries = [store.tail.announce(waiting[:size], [], [], NOON) for size in (3, 7, 21, 5)]
        for came in await asyncio.gather(*tries, return_exceptions=True):
            assert came is None or isinstance(came, Stale)
    assert len(await store.deliveries.page(webhook.id, limit=99)) == 20
    tail, end = await store.tail.behind(ACME.id, after=0, limit=99)
    places = [await store.tail.place(ACME.id, event.id) for event in tail]
    assert places == list(range(1, len(places) + 1))
    assert await store.tail.end() == end == places[-1]


async def test_X06_who_follows_the_tail_misses_nothing_whatever_is_committed_when(store: Store) -> None:
    seen: list[int] = []

    async def follow() -> None:
        place = 0
        while len(seen) < 40:
            await announced_if_any(store)
            events, place = await store.tail.behind(ACME.id, after=place, limit=7)
            seen.extend(event.id for event in events)
            await asyncio.sleep(0)

    writing = [happened(store, EventKind.FAILED, EventKind.CREATED) for _ in range(20)]
    await asyncio.wait_for(asyncio.gather(follow(), *writing), 30)
    assert len(set(seen)) == len(seen) == 40


async def announced_if_any(store: Store) -> None:
    with suppress(Stale):
        await announced(store)


async def test_A01_the_tail_is_a_teams_own(store: Store) -> None:
    await happened(store, EventKind.CREATED)
    (event,) = await store.tail.waiting(9)
    assert await store.tail.place(ACME.id, event.id) == 0
    assert await store.tail.place(EVIL.id, event.id) is None
    await announced(store)
    assert await store.tail.place(ACME.id, event.id) == 1
    assert await store.tail.place(EVIL.id, event.id) is None
    nothing = ([], await store.tail.end())
    assert await store.tail.behind(EVIL.id, after=0, limit=9) == nothing
    assert await store.tail.behind(ACME.id, after=0, limit=9, only=frozenset({"dom_x"})) == nothing
    assert await store.tail.behind(ACME.id, after=0, limit=9, nouns=frozenset({"key"})) == nothing
    events, _ = await store.tail.behind(ACME.id, after=0, limit=9, nouns=frozenset({"domain"}))
    assert [each.id for each in events] == [event.id]


async def test_what_a_follower_may_not_see_it_passes_over_once(store: Store) -> None:
    kinds = [EventKind.FAILED, EventKind.LAPSED]
    for _ in range(3):
        await happened(store, *kinds)
        await happened(store, *kinds, team=EVIL)
        await store.webhooks.add(a_webhook(), told(kind=HOOKED), 20)
    await announced(store)
    end, place, seen = await store.tail.end(), 0, []
    for _ in range(4):
        events, place = await store.tail.behind(ACME.id, after=place, limit=4, nouns=frozenset({"domain"}))
        seen += [event.kind for event in events]
    assert (seen, place) == (kinds * 3, end), "whatever was left out, in whichever of the looks"
    blind = frozenset({"member"})
    assert await store.tail.behind(ACME.id, after=0, limit=4, nouns=blind) == ([], end)
    assert await store.tail.behind(ACME.id, after=end, limit=4) == ([], end)


async def test_L11_a_queue_is_leased_to_one_worker_and_comes_in_order(store: Store) -> None:
    for team in (ACME, EVIL):
        await hooked(store, team=team)
        await happened(store, EventKind.CREATED, EventKind.FAILED, EventKind.RECOVERED, team=team)
    await announced(store)
    first, second, third = await asyncio.gather(taken(store), taken(store), taken(store))
    queues = [*first, *second, *third]
    assert len({queue.webhook.id for queue in queues}) == len(queues) == 2
    kinds = [delivery.event.kind for delivery in queues[0].due]
    assert kinds == [EventKind.CREATED, EventKind.FAILED, EventKind.RECOVERED]
    assert await taken(store) == []
    await store.deliveries.release(queues[0], NOON)
    assert [queue.webhook.id for queue in await taken(store)] == [queues[0].webhook.id]
    assert len(await taken(store, NOON + timedelta(minutes=2))) == 2  # leases run out


async def test_W05_no_more_than_one_webhook_of_each_team_is_leased_at_once(store: Store) -> None:
    for team, hooks in ((ACME, 3), (EVIL, 1), (ZETA, 2)):
        for _ in range(hooks):
            await hooked(store, team=team)
        await happened(store, EventKind.FAILED, team=team)
    await announced(store)

    async def teams(limit: int, *but: str) -> list[str]:
        until = NOON + timedelta(minutes=1)
        return sorted(q.webhook.team for q in await store.deliveries.lease(NOON, until, limit, 20, but))

    assert await teams(9, ZETA.id) == [ACME.id, EVIL.id]
    assert await teams(1, ACME.id) == [ZETA.id]
    assert await teams(9) == [ACME.id, ZETA.id]
    assert await teams(9) == [ACME.id]
    assert await teams(9) == []


async def test_whoever_has_waited_longest_comes_first_of_a_team_and_of_all(store: Store) -> None:
    hooks = [await hooked(store, team=team) for team in (ACME, ACME, EVIL)]
    for team in (ACME, EVIL):
        await happened(store, EventKind.FAILED, team=team)
    await announced(store)
    queues = [queue for _ in range(2) for queue in await taken(store)]
    released = {hooks[0].id: 2, hooks[1].id: 1, hooks[2].id: 3}
    for queue in queues:
        await store.deliveries.release(queue, NOON + timedelta(seconds=released[queue.webhook.id]))
    now = NOON + timedelta(seconds=9)
    came = [await store.deliveries.lease(now, now + HOUR, 1, 20) for _ in range(3)]
    assert [queue.webhook.id for (queue,) in came] == [hooks[1].id, hooks[0].id, hooks[2].id]


async def test_L12_what_a_clock_that_was_ahead_has_put_off_is_due(store: Store) -> None:
    """Its deliveries, its lease and its rest; what waits for as long as anything may is left alone."""
    webhook = await hooked(store)
    await happened(store, EventKind.CREATED, EventKind.FAILED)
    ahead = NOON + timedelta(days=365)
    await store.tail.announce(await store.tail.waiting(9), [], [], ahead)
    (queue,) = await taken(store)
    assert len(queue.due) == 2
    away = settled(webhook, queue.due[0], Posted(None, "away"), ahead)
    await store.deliveries.settle(queue.due[0], away)
    await store.deliveries.release(queue, ahead)
    (queue,) = await taken(store)
    assert len(queue.due) == 2
    late = replace(queue.due[0], attempts=len(SCHEDULE) - 1)
    away = settled(webhook, late, Posted(None, "away"), NOON)
    await store.deliveries.settle(queue.due[0], away)
    await store.deliveries.release(queue, NOON)
    assert await taken(store) == []
    assert len(await taken(store, NOON + SCHEDULE[-1])) == 1


async def test_X10_only_one_outcome_of_an_attempt_is_written(store: Store) -> None:
    webhook = await hooked(store)
    await happened(store, EventKind.FAILED)
    await announced(store)
    ((delivery,),) = [queue.due for queue in await taken(store)]
    await store.deliveries.settle(delivery, settled(webhook, delivery, Posted(200), NOON))
    with pytest.raises(Stale):
        await store.deliveries.settle(delivery, settled(webhook, delivery, Posted(500), LATER))
    (kept,) = await store.deliveries.page(webhook.id, limit=9)
    assert (kept.state, kept.status, kept.attempts, kept.attempted_at) == (State.DELIVERED, 200, 1, NOON)


async def test_X10_an_attempt_of_before_a_replay_says_nothing_about_what_is_sent_again(store: Store) -> None:
    """Not even where it is as if it had never been sent, as far as the number of attempts tells."""
    webhook = await hooked(store)
    await happened(store, EventKind.FAILED)
    await announced(store)
    ((delivery,),) = [queue.due for queue in await taken(store)]
    await store.deliveries.settle(delivery, settled(webhook, delivery, Posted(200), NOON))
    assert await store.deliveries.replay(webhook, LATER, since=NOON, most=9) == 1
    with pytest.raises(Stale):
        await store.deliveries.settle(delivery, settled(webhook, delivery, Posted(200), NOON))
    (kept,) = await store.deliveries.page(webhook.id, limit=9)
    assert (kept.state, kept.due_at, kept.attempts) == (State.PENDING, LATER, 0)


async def resting(store: Store) -> Webhook:
    """A webhook whose queue of two rests for a while after its first attempt."""
    webhook = await hooked(store)
    await happened(store, EventKind.CREATED, EventKind.FAILED)
    await announced(store)
    (queue,) = await taken(store)
    away = settled(webhook, replace(queue.due[0], attempts=3), Posted(None, "away"), NOON)
    await store.deliveries.settle(queue.due[0], away)
    await store.deliveries.release(queue, NOON)
    assert await taken(store) == []
    return webhook


async def test_W05_somebody_who_was_found_again_is_sent_all_that_waits(store: Store) -> None:
    webhook = await resting(store)
    await store.webhooks.arrived(webhook, NOON)
    (queue,) = await taken(store)
    assert [each.attempts for each in queue.due] == [4, 0]
    assert (queue.webhook.failing_since, queue.webhook.rests_until) == (None, None)


async def test_W05_who_was_found_where_a_webhook_was_before_is_nobody(store: Store) -> None:
    webhook = await resting(store)
    await store.webhooks.change(replace(webhook, kinds=frozenset({"domain.failed"})), told(kind=HOOKED))
    with pytest.raises(Stale):
        await store.webhooks.arrived(webhook, NOON)
    assert await taken(store) == []


async def test_W05_a_webhook_that_begins_anew_keeps_nothing_of_before(store: Store) -> None:
    webhook = await resting(store)
    moved = await store.webhooks.change(replace(webhook, url="https://b.com/"), told(kind=HOOKED), anew=True)
    assert (moved.url, moved.failing_since, moved.rests_until) == ("https://b.com/", None, None)
    (queue,) = await taken(store)
    assert [each.attempts for each in queue.due] == [0, 0]


async def test_W05_any_other_change_leaves_what_was_found_out(store: Store) -> None:
    webhook = await resting(store)
    changed = await store.webhooks.change(
        replace(webhook, kinds=USUAL - {"domain.failed"}), told(kind=HOOKED)
    )
    assert (changed.failing_since, changed.rests_until is not None) == (NOON, True)
    assert await taken(store) == []


async def test_W05_a_replay_has_all_that_waits_sent_too_unless_it_is_of_nothing(store: Store) -> None:
    webhook = await resting(store)
    assert await store.deliveries.replay(webhook, NOON, event=10**9, most=1) == 0
    assert await taken(store) == []
    newest = (await store.deliveries.page(webhook.id, limit=1))[0].event
    assert await store.deliveries.replay(webhook, NOON, event=newest.id, most=1) == 1
    (queue,) = await taken(store)
    assert [each.event.kind for each in queue.due] == [EventKind.CREATED, EventKind.FAILED]
    assert queue.webhook.failing_since == NOON, "nobody was found there yet"


async def test_W05_what_is_disabled_already_is_not_disabled_and_told_of_again(store: Store) -> None:
    webhook = await hooked(store)
    await happened(store, EventKind.FAILED)
    events = await announced(store)
    (queue,) = await taken(store)
    gone, event = disabled(webhook, Disabled.BY_HAND, NOON)
    await store.webhooks.change(gone, event)
    with pytest.raises(Stale):
        await store.deliveries.settle(queue.due[0], settled(webhook, queue.due[0], Posted(410), NOON))
    with pytest.raises(Stale):
        await store.deliveries.replay(webhook, LATER, event=events[-1].id, most=1)
    kinds = [each.kind for each in await store.events.page(ACME.id, limit=9)]
    assert kinds.count(EventKind.WEBHOOK_DISABLED) == 1
    assert (await store.backlog(NOON)).deliveries == 0


@pytest.mark.parametrize("end", ["disable", "remove"])
async def test_X06_nothing_is_left_for_a_webhook_that_ends_while_events_are_announced(
    store: Store, end: str
) -> None:
    """Nor does either of the two fail."""

    async def ended(webhook: Webhook, moment: int) -> None:
        await asyncio.sleep(moment / 4_000)
        if end == "disable":
            await store.webhooks.change(*disabled(webhook, Disabled.BY_HAND, NOON))
        else:
            await store.webhooks.remove(webhook, told(kind=EventKind.WEBHOOK_DELETED))

    for number in range(60):
        webhook = await hooked(store)
        await happened(store, EventKind.FAILED)
        await asyncio.gather(announced(store), ended(webhook, number % 10))
        left = await store.deliveries.page(webhook.id, limit=9)
        assert {each.state for each in left} <= {State.GIVEN_UP}
        if end == "disable":
            await store.webhooks.remove(webhook, told(kind=EventKind.WEBHOOK_DELETED))


async def test_W05_a_queue_that_rests_is_left_alone_until_then(store: Store) -> None:
    webhook = await hooked(store)
    await happened(store, EventKind.CREATED, EventKind.FAILED)
    await announced(store)
    (queue,) = await taken(store)
    came = settled(webhook, queue.due[0], Posted(None, "away"), NOON)
    await store.deliveries.settle(queue.due[0], came)
    await store.deliveries.release(queue, NOON)
    assert await taken(store) == []
    assert came.webhook.rests_until is not None
    (again,) = await taken(store, came.webhook.rests_until)
    assert [each.attempts for each in again.due] == [1, 0]
    assert again.webhook.failing_since == NOON


async def test_W05_what_waits_for_a_disabled_webhook_is_given_up_and_can_be_sent_again(store: Store) -> None:
    webhook = await hooked(store)
    await happened(store, EventKind.CREATED, EventKind.FAILED)
    events = await announced(store)
    (queue,) = await taken(store)
    came = settled(webhook, queue.due[0], Posted(410), NOON)
    await store.deliveries.settle(queue.due[0], came)
    assert {each.state for each in await store.deliveries.page(webhook.id, limit=9)} == {State.GIVEN_UP}
    assert (await store.backlog(NOON)).deliveries == 0
    gone = await store.webhooks.of_team(ACME.id, webhook.id)
    assert gone is not None
    assert gone.disabled is Disabled.GONE
    await happened(store, EventKind.FAILED)
    await announced(store)
    assert len(await store.deliveries.page(webhook.id, limit=9)) == 2
    back = await store.webhooks.change(replace(gone, disabled=None, disabled_at=None), told(kind=HOOKED))
    assert await store.deliveries.replay(back, LATER, since=NOON, most=2) == 2
    assert await store.deliveries.replay(back, LATER, since=NOON, most=99) == 3
    assert await store.deliveries.replay(back, LATER, event=events[1].id, most=1) == 1
    assert await store.deliveries.replay(back, LATER, event=10**9, most=1) == 0
    assert (await store.backlog(NOON)).deliveries == 3


async def test_A01_a_replay_sends_nothing_of_another_team(store: Store) -> None:
    foreign = await hooked(store, team=EVIL)
    await happened(store, EventKind.FAILED)
    events = await announced(store)
    assert await store.deliveries.replay(foreign, LATER, since=NOON - HOUR, most=99) == 0
    assert await store.deliveries.replay(foreign, LATER, event=events[-1].id, most=1) == 0


async def test_a_removed_webhook_leaves_nothing_behind(store: Store) -> None:
    webhook = await hooked(store)
    await happened(store, EventKind.FAILED)
    await announced(store)
    await store.webhooks.remove(webhook, told(kind=EventKind.WEBHOOK_DELETED))
    assert await store.deliveries.page(webhook.id, limit=9) == []
    with pytest.raises(Stale):
        await store.webhooks.remove(webhook, told(kind=EventKind.WEBHOOK_DELETED))


async def test_deliveries_that_ended_long_ago_are_forgotten(store: Store) -> None:
    webhook = await hooked(store)
    await happened(store, EventKind.FAILED)
    await announced(store)
    (queue,) = await taken(store)
    await store.deliveries.settle(queue.due[0], settled(webhook, queue.due[0], Posted(200), NOON))
    await happened(store, EventKind.CREATED)
    waiting = await store.tail.waiting(9)
    await store.tail.announce(waiting, [], [], NOON + KEPT)
    assert [each.event.kind for each in await store.deliveries.page(webhook.id, limit=9)] == [
        EventKind.CREATED
    ]
