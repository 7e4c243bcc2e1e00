"""Dispatch of deliveries: takes the queues that are due, sends, and plans the next attempt.

Any number of workers may do so. A worker that was stopped for longer than its lease does no harm: it sends
nothing more from that queue, and what it sent last is written down only if nobody else was faster (X10).
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog

from letterhead.core.delivery import Delivery, message_id, payload, settled
from letterhead.core.webhook import Webhook
from letterhead.ports import Clock, Queue, Stale, Store
from letterhead.service.webhooks import Webhooks

LEASE: Final = timedelta(seconds=60)
"""How long a queue stays with the worker that took it."""

TURN: Final = timedelta(seconds=15)
"""How long one webhook's turn takes at most, its last attempt aside; then the others have theirs."""

AT_ONCE: Final = 25
"""Webhooks that are sent to side by side, one message at a time each."""

MOST: Final = 20
"""Messages in one turn."""

log = structlog.get_logger()


@dataclass(slots=True)
class Dispatch:
    """Sends what is due.

    outcomes  attempts of this process by what became of the delivery: delivered, pending, given_up.
    """

    store: Store
    webhooks: Webhooks
    clock: Clock
    outcomes: Counter[str] = field(default_factory=Counter)

    async def once(self) -> int:
        """Give every webhook for which something is due one turn. Returns how many had one."""
        now = self.clock.now()
        queues = await self.store.deliveries.lease(now, now + LEASE, AT_ONCE, MOST)
        await asyncio.gather(*(self._turn(queue) for queue in queues))
        return len(queues)

    async def _turn(self, queue: Queue) -> None:
        """One webhook's turn; whatever happens in it, the others go on, and its lease runs out by itself."""
        try:
            ends = queue.until - LEASE + TURN
            webhook: Webhook | None = queue.webhook
            for delivery in queue.due:
                if webhook is None or self.clock.now() >= ends:
                    break
                webhook = await self._attempt(webhook, delivery)
            await self.store.deliveries.release(queue, self.clock.now())
        except Stale:
            log.info("dispatch.stale", webhook=queue.webhook.id)
        except Exception:
            log.exception("dispatch.broke", webhook=queue.webhook.id)

    async def _attempt(self, webhook: Webhook, delivery: Delivery) -> Webhook | None:
        """Send one event; the webhook as it stands now, or None where its queue has to wait."""
        now = self.clock.now()
        posted = await self.webhooks.posted(webhook, message_id(delivery.event), payload(delivery.event), now)
        came = settled(webhook, delivery, posted, self.clock.now())
        await self.store.deliveries.settle(delivery, came)
        self.outcomes[came.delivery.state.value] += 1
        goes_on = came.webhook.disabled is None and came.webhook.rests_until is None
        return came.webhook if goes_on else None
