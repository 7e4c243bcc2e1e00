"""Webhooks: made, listed, changed, removed, tried, and told again what they missed."""

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from letterhead.core import signature
from letterhead.core.delivery import KEPT, Delivery, Posted, disabled, payload
from letterhead.core.event import Event, EventKind
from letterhead.core.permission import Actor
from letterhead.core.refusal import Kind, Refusal, conflict, forbidden, invalid, missing
from letterhead.core.webhook import MOST_WEBHOOKS, OVERLAP, Disabled, Webhook, kinds_of, target
from letterhead.ports import Clock, NoRoom, Outgoing, Seal, Stale, Store
from letterhead.service.minting import identifier, webhook_secret

MOST_REPLAYED: Final = 1_000
"""Events that one replay sends again."""

TEST_KIND: Final = "webhook.test"

_EVENT_ID: Final = re.compile(r"evt_([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The use cases of webhooks. Whoever is limited to some domains sees none: a webhook is told of all."""

    store: Store
    outgoing: Outgoing
    seal: Seal
    clock: Clock
    allow_private: bool = False

    async def create(self, actor: Actor, *, url: str, kinds: frozenset[str] | None) -> tuple[Webhook, str]:
        """A webhook for the actor's team, and the secret that signs its messages, which is shown once.

        Raises `webhook_url`, `unknown_event_kind`, `too_many_webhooks`, `key_is_limited`.
        """
        actor.must("webhook.create")
        if actor.domains is not None:
            raise forbidden(
                "key_is_limited",
                "This key is limited to certain domains, and a webhook is told of all of the team's.",
                mend="Use a key of the team without that limit.",
            )
        now = self.clock.now()
        place = str(target(url, allow_private=self.allow_private))
        name, secret = identifier("whk", now), webhook_secret()
        webhook = Webhook(name, actor.team, place, kinds_of(kinds), self._sealed(name, secret), now)
        try:
            told = self._told(actor, EventKind.WEBHOOK_CREATED, webhook)
            await self.store.webhooks.add(webhook, told, MOST_WEBHOOKS)
        except NoRoom:
            raise Refusal(
                Kind.QUOTA,
                "too_many_webhooks",
                f"The team has {MOST_WEBHOOKS} webhooks, and may have no more.",
                mend="Remove one of them first.",
            ) from None
        return webhook, signature.shown(secret)

    async def page(self, actor: Actor, *, limit: int, before: str | None = None) -> list[Webhook]:
        """The team's webhooks, newest first."""
        actor.must("webhook.read")
        if actor.domains is not None:
            return []
        return await self.store.webhooks.page(actor.team, limit=limit, before=before)

    async def get(self, actor: Actor, webhook_id: str) -> Webhook:
        """One webhook. Raises `webhook_not_found`."""
        return await self._owned(actor, "webhook.read", webhook_id)

    async def change(
        self,
        actor: Actor,
        webhook_id: str,
        *,
        url: str | None = None,
        kinds: frozenset[str] | None = None,
        enabled: bool | None = None,
    ) -> Webhook:
        """Change what is given. What happens while a webhook is disabled is sent to it by a replay alone.

        Another URL is a receiver of which nothing is known: all that waits is sent there at once.
        Raises `webhook_not_found`, `webhook_url`, `unknown_event_kind`, `webhook_changed`.
        """
        webhook = await self._owned(actor, "webhook.update", webhook_id)
        wanted = webhook
        if url is not None:
            wanted = replace(wanted, url=str(target(url, allow_private=self.allow_private)))
        if kinds is not None:
            wanted = replace(wanted, kinds=kinds_of(kinds))
        if enabled is True:
            wanted = replace(wanted, disabled=None, disabled_at=None)
        told = self._told(actor, EventKind.WEBHOOK_CHANGED, wanted)
        if enabled is False and webhook.disabled is None:
            wanted, told = disabled(wanted, Disabled.BY_HAND, self.clock.now(), actor.key)
        if wanted == webhook:
            return webhook
        return await self._saved(wanted, told, anew=wanted.url != webhook.url)

    async def rotate(self, actor: Actor, webhook_id: str) -> tuple[Webhook, str]:
        """A new secret, shown once; the one before signs beside it for a day.

        Raises `webhook_not_found`, `webhook_changed`.
        """
        webhook = await self._owned(actor, "webhook.update", webhook_id)
        secret = webhook_secret()
        wanted = replace(
            webhook,
            secret=self._sealed(webhook.id, secret),
            old_secret=webhook.secret,
            old_until=self.clock.now() + OVERLAP,
        )
        saved = await self._saved(wanted, self._told(actor, EventKind.WEBHOOK_CHANGED, wanted))
        return saved, signature.shown(secret)

    async def remove(self, actor: Actor, webhook_id: str) -> None:
        """Remove a webhook, its secret, and all that waits for it. Raises `webhook_not_found`."""
        webhook = await self._owned(actor, "webhook.delete", webhook_id)
        try:
            await self.store.webhooks.remove(webhook, self._told(actor, EventKind.WEBHOOK_DELETED, webhook))
        except Stale:
            raise not_found() from None

    async def test(self, actor: Actor, webhook_id: str) -> Posted:
        """Send a message of the kind `webhook.test`, once, also while it is disabled; say what came of it.

        One that arrived shows that somebody is there again: all that waits is sent at once. Of one that did
        not, nothing is kept. Raises `webhook_not_found`.
        """
        webhook = await self._owned(actor, "webhook.update", webhook_id)
        now = self.clock.now()
        event = Event(TEST_KIND, webhook.team, "", "", now, {"webhook": webhook.id})
        posted = await self.posted(webhook, identifier("test", now), payload(event), now)
        if posted.has_arrived:
            with suppress(Stale):  # it is disabled, or another one than was tried
                await self.store.webhooks.arrived(webhook, self.clock.now())
        return posted

    async def replay(
        self, actor: Actor, webhook_id: str, *, event: str | None = None, since: datetime | None = None
    ) -> int:
        """Send again: one event by its id, or the oldest thousand since a moment, of the webhook's kinds.

        Whatever else waits is sent at once as well. Returns how many are sent again. Raises
        `webhook_not_found`, `event_or_since`, `replay_too_old`, `event_not_found`, `webhook_disabled`,
        `webhook_changed`.
        """
        webhook = await self._owned(actor, "webhook.update", webhook_id)
        now = self.clock.now()
        if (event is None) == (since is None):
            raise invalid(
                "event_or_since",
                "Either one event or all since a moment are sent again.",
                mend='Send one of "event" and "since".',
                param="event",
            )
        if since is not None and since < now - KEPT:
            raise invalid(
                "replay_too_old",
                f"What happened more than {KEPT.days} days ago is not sent again.",
                mend="Read it with GET /api/v2/events.",
                param="since",
            )
        if webhook.disabled is not None:
            raise conflict(
                "webhook_disabled", "Nothing is sent to a disabled webhook.", mend="Enable it first."
            )
        number = None if event is None else event_number(event)
        try:
            sent = await self.store.deliveries.replay(
                webhook, now, event=number, since=since, most=MOST_REPLAYED
            )
        except Stale:
            raise changed() from None
        if event is not None and not sent:
            raise missing(
                "event_not_found",
                "There is no such event of this team, of a kind that the webhook is sent.",
                mend="List the events to see their ids and kinds.",
            )
        return sent

    async def deliveries(
        self, actor: Actor, webhook_id: str, *, limit: int, before: int | None = None
    ) -> list[Delivery]:
        """What was sent to a webhook or waits to be, the newest event first. Raises `webhook_not_found`."""
        webhook = await self._owned(actor, "webhook.read", webhook_id)
        return await self.store.deliveries.page(webhook.id, limit=limit, before=before)

    async def posted(self, webhook: Webhook, message: str, body: bytes, now: datetime) -> Posted:
        """Sign a body with the webhook's secrets and post it. Raises SealBroken."""
        bind = webhook.id.encode()
        secrets = [self.seal.open(each, bind) for each in webhook.sealed_secrets(now)]
        headers = {
            "content-type": "application/json",
            "user-agent": "Letterhead",
            **signature.headers(secrets, message, now, body),
        }
        return await self.outgoing.post(webhook.url, headers, body)

    async def _owned(self, actor: Actor, permission: str, webhook_id: str) -> Webhook:
        actor.must(permission)
        webhook = await self.store.webhooks.of_team(actor.team, webhook_id)
        if webhook is None or actor.domains is not None:
            raise not_found()
        return webhook

    async def _saved(self, webhook: Webhook, told: Event, *, anew: bool = False) -> Webhook:
        try:
            return await self.store.webhooks.change(webhook, told, anew=anew)
        except Stale:
            raise changed() from None

    def _sealed(self, webhook_id: str, secret: bytes) -> bytes:
        """Bound to the webhook, so that no row's secret opens in another's place."""
        return self.seal.seal(secret, webhook_id.encode())

    def _told(self, actor: Actor, kind: EventKind, webhook: Webhook) -> Event:
        about = {"webhook": webhook.id, "url": webhook.url, "actor": actor.key}
        return Event(kind, webhook.team, "", "", self.clock.now(), about)


def event_number(event: str) -> int:
    """The number of an event by its id; 0, which no event has, for what is no id."""
    match = _EVENT_ID.fullmatch(event)
    return int(match[1]) if match else 0


def changed() -> Refusal:
    """What is said to whoever decided about a webhook that is another one by now."""
    return conflict(
        "webhook_changed",
        "The webhook was changed or removed by somebody else at this moment.",
        mend="Read it again, and send the change again if you still want it.",
    )


def not_found() -> Refusal:
    """What is said of every webhook that the actor can't see."""
    return missing(
        "webhook_not_found", "There is no such webhook.", mend="List your webhooks to see their ids."
    )
