"""What becomes of a delivery and its webhook after each attempt."""

import json
from datetime import timedelta

import pytest

from letterhead.core.delivery import (
    LONGEST_FAILING,
    SCHEDULE,
    Delivery,
    Posted,
    State,
    message_id,
    payload,
    settled,
)
from letterhead.core.event import Event, EventKind
from letterhead.core.webhook import USUAL, Disabled, Webhook
from tests.core.dns import NOON

EVENT = Event(EventKind.FAILED, "team", "dom_1", "acme.com", NOON, {"cause": "mx_foreign"}, 7)
HOOK = Webhook("whk_1", "team", "https://a.com/", USUAL, b"sealed", NOON)
WAITING = Delivery("whk_1", EVENT, due_at=NOON)
NOBODY = Posted(None, "it did not answer")


def test_W05_the_schedule_lasts_over_three_days_and_never_hurries_again() -> None:
    assert timedelta(days=3) <= sum(SCHEDULE, timedelta()) <= timedelta(days=4)
    assert list(SCHEDULE) == sorted(SCHEDULE)


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_what_is_taken_is_delivered_and_ends_a_failure(status: int) -> None:
    failing = Webhook(**{**_fields(HOOK), "failing_since": NOON, "rests_until": NOON})
    came = settled(failing, WAITING, Posted(status), NOON)
    assert (came.delivery.state, came.delivery.due_at, came.delivery.attempts) == (State.DELIVERED, None, 1)
    assert (came.webhook.failing_since, came.webhook.rests_until, came.event) == (None, None, None)


@pytest.mark.parametrize("posted", [NOBODY, Posted(429), Posted(502), Posted(503), Posted(504)])
def test_W05_where_nobody_is_found_the_whole_queue_rests(posted: Posted) -> None:
    came = settled(HOOK, WAITING, posted, NOON)
    assert came.delivery.due_at == came.webhook.rests_until == NOON + SCHEDULE[0]
    assert came.webhook.failing_since == NOON


@pytest.mark.parametrize("status", [199, 301, 302, 307, 400, 404, 500])
def test_W05_what_is_refused_holds_up_itself_alone(status: int) -> None:
    came = settled(HOOK, WAITING, Posted(status), NOON)
    assert (came.delivery.state, came.delivery.due_at) == (State.PENDING, NOON + SCHEDULE[0])
    assert came.webhook.rests_until is None


def test_a_receiver_that_is_gone_is_not_asked_again() -> None:
    came = settled(HOOK, WAITING, Posted(410), NOON)
    assert (came.delivery.state, came.webhook.disabled) == (State.GIVEN_UP, Disabled.GONE)
    assert came.event is not None
    assert (came.event.kind, came.event.data["cause"]) == (EventKind.WEBHOOK_DISABLED, "gone")


def test_W05_after_three_days_of_failures_it_is_disabled_and_that_is_told() -> None:
    hook, delivery, now = HOOK, WAITING, NOON
    attempts = 0
    while delivery.due_at is not None:
        now = delivery.due_at
        came = settled(hook, delivery, NOBODY, now)
        hook, delivery, attempts = came.webhook, came.delivery, attempts + 1
    assert (hook.disabled, delivery.state, attempts) == (Disabled.FAILING, State.GIVEN_UP, len(SCHEDULE) + 1)
    assert now - NOON >= LONGEST_FAILING
    assert came.event is not None


def test_W05_what_fails_by_our_fault_is_no_attempt_and_only_waits_a_little() -> None:
    failing = Webhook(**{**_fields(HOOK), "failing_since": NOON - 2 * LONGEST_FAILING})
    came = settled(failing, WAITING, Posted(None, "we are short", is_ours=True), NOON)
    assert came.delivery.due_at == came.webhook.rests_until == NOON + SCHEDULE[0]
    assert (came.delivery.attempts, came.delivery.attempted_at, came.delivery.fault) == (
        0,
        None,
        "we are short",
    )
    assert (came.webhook.failing_since, came.webhook.disabled) == (failing.failing_since, None)


def test_one_message_that_is_always_refused_ends_without_the_webhook() -> None:
    hook, delivery = HOOK, WAITING
    while delivery.due_at is not None:
        came = settled(hook, delivery, Posted(500), delivery.due_at)
        hook = settled(came.webhook, WAITING, Posted(200), NOON).webhook  # others arrive in between
        delivery = came.delivery
    assert (hook.disabled, delivery.state, delivery.attempts) == (None, State.GIVEN_UP, len(SCHEDULE) + 1)


def test_W06_the_message_of_an_event_is_the_same_in_every_attempt() -> None:
    assert message_id(EVENT) == "evt_7"
    assert payload(EVENT) == payload(EVENT)
    body = json.loads(payload(EVENT))
    assert body["type"] == body["data"]["kind"] == "domain.failed"
    assert body["timestamp"] == body["data"]["at"] == "2026-01-15T12:00:00Z"
    assert (body["data"]["id"], body["data"]["domain"]) == ("evt_7", "acme.com")


def _fields(hook: Webhook) -> dict[str, object]:
    return {name: getattr(hook, name) for name in Webhook.__slots__}
