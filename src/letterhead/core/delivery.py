"""Deliveries: one event on its way to one webhook, and what becomes of both when an attempt has ended.

An attempt that found nobody holds up the webhook's whole queue, so that events arrive in their order once
somebody is there again; one that was answered with a refusal holds up nothing but itself.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from letterhead.core.event import Event, EventKind
from letterhead.core.webhook import Disabled, Webhook
from letterhead.core.wording import in_words

SCHEDULE: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""What is waited before each further attempt: ten attempts in all, over three days and three hours
(Standard Webhooks, "Deliverability and reliability")."""

LONGEST_FAILING: Final = timedelta(days=3)
"""For how long every attempt must have failed before nothing more is sent to a webhook."""

KEPT: Final = timedelta(days=30)
"""How long a delivery that has ended is kept, to be shown and sent again."""

_AWAY: Final = frozenset({429, 502, 503, 504})
"""Statuses that speak of the receiver and not of the message (RFC 6585 §4, RFC 9110 §15.6)."""


class State(StrEnum):
    """How far a delivery has come."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of sending something to a URL.

    status   of the answer; None where there was none, and then `fault` says why. No more of it is read.
    is_ours  whether it failed for want of something of ours: the receiver was never asked.
    """

    status: int | None
    fault: str = ""
    elapsed_ms: float = 0.0
    is_ours: bool = False

    @property
    def has_arrived(self) -> bool:
        """Whether the receiver has taken it: redirects are not followed and count as failures."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def found_nobody(self) -> bool:
        """Whether it says nothing about the message: whatever comes next would fare alike."""
        return self.status is None or self.status in _AWAY


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to a webhook.

    due_at    the moment of the next attempt, None once it has ended.
    attempts  how many there were; each write is fenced by it.
    status, fault  of the last attempt; see Posted.
    """

    webhook: str
    event: Event
    state: State = State.PENDING
    due_at: datetime | None = None
    attempts: int = 0
    attempted_at: datetime | None = None
    status: int | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """What an attempt makes of a delivery and its webhook, and the event that tells of it, if any does."""

    delivery: Delivery
    webhook: Webhook
    event: Event | None = None


def settled(webhook: Webhook, delivery: Delivery, posted: Posted, now: datetime) -> Settled:
    """What becomes of a delivery and its webhook after an attempt; one that failed by our fault is none."""
    if posted.is_ours:
        soon = now + SCHEDULE[0]
        put_off = replace(delivery, due_at=soon, status=None, fault=posted.fault)
        return Settled(put_off, replace(webhook, rests_until=soon))
    tried = replace(
        delivery,
        attempts=delivery.attempts + 1,
        attempted_at=now,
        status=posted.status,
        fault=posted.fault,
        due_at=None,
    )
    if posted.has_arrived:
        return Settled(
            replace(tried, state=State.DELIVERED), replace(webhook, failing_since=None, rests_until=None)
        )
    webhook = replace(webhook, failing_since=webhook.failing_since or now, rests_until=None)
    cause = _given_up_on(webhook, posted, now)
    if cause is not None:
        gone, told = disabled(webhook, cause, now)
        return Settled(replace(tried, state=State.GIVEN_UP), gone, told)
    if delivery.attempts >= len(SCHEDULE):
        return Settled(replace(tried, state=State.GIVEN_UP), webhook)
    due_at = now + SCHEDULE[delivery.attempts]
    if posted.found_nobody:
        webhook = replace(webhook, rests_until=due_at)
    return Settled(replace(tried, due_at=due_at), webhook)


def disabled(
    webhook: Webhook, cause: Disabled, now: datetime, actor: str = "letterhead"
) -> tuple[Webhook, Event]:
    """A webhook to which nothing is sent from now on, and the event that tells of it."""
    about = {"webhook": webhook.id, "url": webhook.url, "cause": cause.value, "actor": actor}
    told = Event(EventKind.WEBHOOK_DISABLED, webhook.team, "", "", now, about)
    gone = replace(webhook, disabled=cause, disabled_at=now, failing_since=None, rests_until=None)
    return gone, told


def _given_up_on(webhook: Webhook, posted: Posted, now: datetime) -> Disabled | None:
    if posted.status == 410:  # RFC 9110 §15.5.11
        return Disabled.GONE
    if webhook.failing_since is not None and now - webhook.failing_since >= LONGEST_FAILING:
        return Disabled.FAILING
    return None


def message_id(event: Event) -> str:
    """What tells a receiver that it has seen a message before: the same in every attempt and replay."""
    return f"evt_{event.id}"


def payload(event: Event) -> bytes:
    """The body of a message: type, timestamp, and the event as `GET /api/v2/events` shows it."""
    at = f"{event.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    shown = {
        "id": message_id(event),
        "kind": str(event.kind),
        "domain_id": event.domain or None,
        "domain": event.hostname or None,
        "at": at,
        "text": in_words(event),
        "data": event.data,
    }
    body = {"type": str(event.kind), "timestamp": at, "data": shown}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
