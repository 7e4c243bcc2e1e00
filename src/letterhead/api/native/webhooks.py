"""Webhooks: where a team is told what happens to its domains, and what was sent there."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from letterhead.api import page
from letterhead.api.charging import examining
from letterhead.api.moment import in_utc, moment
from letterhead.api.native.events import Event
from letterhead.api.native.events import shown as event_shown
from letterhead.api.native.responses import BODY, POST, problems
from letterhead.api.request import Request
from letterhead.core import delivery, webhook
from letterhead.core.delivery import State
from letterhead.core.webhook import Disabled

LISTING = "webhooks"
_Url = Annotated[str, Meta(max_length=webhook.MAX_URL, examples=["https://hooks.acme.com/letterhead"])]
_Kind = Annotated[str, Meta(max_length=64, examples=["domain.failed"])]
_Kinds = Annotated[list[_Kind], Meta(min_length=1, max_length=100)]


class NewWebhook(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A webhook to make.

    Without `kinds` it is told of the usual ones: created, verified, lapsed, failed, recovered, suspended and
    deleted domains.
    """

    url: _Url
    kinds: _Kinds | None = None


class WebhookChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What can be changed of a webhook: what is given."""

    url: _Url | None = None
    kinds: _Kinds | None = None
    enabled: bool | None = None


class Replay(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to send again: one event by its id, or the oldest thousand since a moment."""

    event: Annotated[str, Meta(max_length=64, examples=["evt_12"])] | None = None
    since: Annotated[datetime, Meta(tz=True)] | None = None


class Webhook(msgspec.Struct, kw_only=True):
    """A webhook. `disabled` says why nothing is sent to it, or is null.

    `failing_since` is when the first of the attempts failed that have all failed since.
    """

    id: str
    url: str
    kinds: list[str]
    enabled: bool
    disabled: Disabled | None
    disabled_at: datetime | None
    failing_since: datetime | None
    created_at: datetime


class WebhookWithSecret(Webhook, kw_only=True):
    """A webhook with the secret that signs its messages, which is never shown again."""

    secret: str


class WebhookPage(msgspec.Struct, kw_only=True):
    """Webhooks, newest first."""

    data: list[Webhook]
    next_cursor: str | None


class Replayed(msgspec.Struct, kw_only=True):
    """How many events are sent again."""

    deliveries: int


class TestCall(msgspec.Struct, kw_only=True):
    """What came of a test: the status of the answer, or why there was none."""

    delivered: bool
    status: int | None
    fault: str
    elapsed_ms: float


class Delivery(msgspec.Struct, kw_only=True):
    """An event on its way to a webhook; `status` and `fault` are those of the last attempt."""

    event: Event
    state: State
    attempts: int
    attempted_at: datetime | None
    next_attempt_at: datetime | None
    status: int | None
    fault: str


class DeliveryPage(msgspec.Struct, kw_only=True):
    """Deliveries, the newest event first."""

    data: list[Delivery]
    next_cursor: str | None


def shown(hook: webhook.Webhook) -> Webhook:
    """A webhook in the words of this interface."""
    return Webhook(
        id=hook.id,
        url=hook.url,
        kinds=sorted(hook.kinds),
        enabled=hook.disabled is None,
        disabled=hook.disabled,
        disabled_at=moment(hook.disabled_at),
        failing_since=moment(hook.failing_since),
        created_at=moment(hook.created_at),
    )


def _with_secret(hook: webhook.Webhook, secret: str) -> WebhookWithSecret:
    return WebhookWithSecret(**msgspec.structs.asdict(shown(hook)), secret=secret)


def _delivery(each: delivery.Delivery) -> Delivery:
    return Delivery(
        event=event_shown(each.event),
        state=each.state,
        attempts=each.attempts,
        attempted_at=moment(each.attempted_at),
        next_attempt_at=moment(each.due_at),
        status=each.status,
        fault=each.fault,
    )


def _kinds(names: list[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


@post(
    "/webhooks",
    tags=["webhooks"],
    responses=problems(*POST, *BODY),
)
async def create_webhook(request: Request, data: JSONBody[NewWebhook]) -> WebhookWithSecret:
    """Make a webhook. The answer is the only place where its secret is shown."""
    made = await request.services.webhooks.create(request.actor, url=data.url, kinds=_kinds(data.kinds))
    return _with_secret(*made)


@get("/webhooks", tags=["webhooks"], responses=problems(422))
async def list_webhooks(
    request: Request, limit: page.Limit = page.DEFAULT, cursor: page.CursorText = None
) -> WebhookPage:
    """The team's webhooks, newest first, without their secrets."""
    before = page.position(request, LISTING, cursor)
    found = await request.services.webhooks.page(request.actor, limit=limit + 1, before=before)
    hooks, next_cursor = page.cut(request, LISTING, found, limit, lambda each: each.id)
    return WebhookPage(data=[shown(each) for each in hooks], next_cursor=next_cursor)


@get("/webhooks/{webhook_id:str}", tags=["webhooks"], responses=problems(404))
async def show_webhook(request: Request, webhook_id: FromPath[str]) -> Webhook:
    """One webhook."""
    return shown(await request.services.webhooks.get(request.actor, webhook_id))


@patch(
    "/webhooks/{webhook_id:str}",
    tags=["webhooks"],
    responses=problems(404, 409, *BODY),
)
async def change_webhook(
    request: Request, webhook_id: FromPath[str], data: JSONBody[WebhookChange]
) -> Webhook:
    """Change its URL or its kinds, disable or enable it.

    What waits for a disabled one is given up; at a new URL all that waits is sent at once.
    """
    changed = await request.services.webhooks.change(
        request.actor, webhook_id, url=data.url, kinds=_kinds(data.kinds), enabled=data.enabled
    )
    return shown(changed)


@delete("/webhooks/{webhook_id:str}", tags=["webhooks"], responses=problems(404))
async def remove_webhook(request: Request, webhook_id: FromPath[str]) -> None:
    """Remove a webhook, its secret, and all that was sent to it or waits to be."""
    await request.services.webhooks.remove(request.actor, webhook_id)


@post("/webhooks/{webhook_id:str}/rotate", tags=["webhooks"], responses=problems(404, *POST))
async def rotate_secret(request: Request, webhook_id: FromPath[str]) -> WebhookWithSecret:
    """Give it a new secret. For 24 hours every message bears two signatures, one with each."""
    return _with_secret(*await request.services.webhooks.rotate(request.actor, webhook_id))


@post(
    "/webhooks/{webhook_id:str}/test",
    tags=["webhooks"],
    status_code=200,
    guards=[examining],
    responses=problems(404, *POST),
)
async def test_webhook(request: Request, webhook_id: FromPath[str]) -> TestCall:
    """Send a message of the kind `webhook.test` now, once, and say what came of it.

    It is sent to a disabled webhook too. If it arrives, all that waits for an enabled one is sent at once.
    """
    posted = await request.services.webhooks.test(request.actor, webhook_id)
    return TestCall(
        delivered=posted.has_arrived,
        status=posted.status,
        fault=posted.fault,
        elapsed_ms=posted.elapsed_ms,
    )


@post(
    "/webhooks/{webhook_id:str}/replay",
    tags=["webhooks"],
    status_code=200,
    responses=problems(404, *POST, *BODY),
)
async def replay_events(request: Request, webhook_id: FromPath[str], data: JSONBody[Replay]) -> Replayed:
    """Send events again, under the same `webhook-id` as before, and all that waits, at once."""
    sent = await request.services.webhooks.replay(
        request.actor, webhook_id, event=data.event, since=in_utc(data.since, "since")
    )
    return Replayed(deliveries=sent)


@get("/webhooks/{webhook_id:str}/deliveries", tags=["webhooks"], responses=problems(404, 422))
async def list_deliveries(
    request: Request,
    webhook_id: FromPath[str],
    limit: page.Limit = page.DEFAULT,
    cursor: page.CursorText = None,
) -> DeliveryPage:
    """What was sent to a webhook in the last 30 days, or waits to be, the newest event first."""
    listing = f"deliveries {webhook_id}"
    position = page.position(request, listing, cursor)
    found = await request.services.webhooks.deliveries(
        request.actor, webhook_id, limit=limit + 1, before=None if position is None else int(position)
    )
    sent, next_cursor = page.cut(request, listing, found, limit, lambda each: str(each.event.id))
    return DeliveryPage(data=[_delivery(each) for each in sent], next_cursor=next_cursor)
