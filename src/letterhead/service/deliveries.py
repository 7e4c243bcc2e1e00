"""Dispatch of deliveries: takes the queues that are due, sends, and plans the next attempt.

Each webhook has its turn by itself, and whose turn is over makes room for the next at once: a slow receiver
holds up its own queue. A team has a share of the turns: its many slow receivers leave room for others.

Any number of workers may do so. A worker that was stopped for longer than its lease does no harm: it sends
nothing more from that queue, and what it sent last is written down only if nobody else was faster (X10).
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog

from letterhead.core.delivery import Delivery, message_id, payload, settled
from letterhead.core.webhook import Webhook
from letterhead.ports import Clock, Queue, Stale, Store
from letterhead.service.slots import Slots
from letterhead.service.webhooks import Webhooks

LEASE: Final = timedelta(seconds=60)
"""How long a queue stays with the worker that took it."""

TURN: Final = timedelta(seconds=5)
"""How long one webhook's turn takes at most, its last attempt aside; then the others have theirs."""

AT_ONCE: Final = 50
"""Webhooks that are sent to side by side, one message at a time each."""

SHARE: Final = 5
"""How many of them are one team's: with slow receivers of nine teams, a tenth need not wait."""

MOST: Final = 20
"""Messages in one turn."""

log = structlog.get_logger()


@dataclass(slots=True)
class Dispatch:
    """Sends what is due.

    outcomes  attempts of this process by what became of the delivery: delivered, pending, given_up.
    turns     those under way.
    """

    store: Store
    webhooks: Webhooks
    clock: Clock
    outcomes: Counter[str] = field(default_factory=Counter)
    turns: Slots = field(default_factory=lambda: Slots(AT_ONCE))

    async def once(self) -> int:
        """Begin the turns of webhooks for which something is due, as many as there is room for.

        Returns how many that were. The end of a turn rings DELIVERY: then there is room again.
        """
        if not self.turns.free:
            return 0
        now, full = self.clock.now(), self.turns.holding(SHARE)
        queues = await self.store.deliveries.lease(now, now + LEASE, self.turns.free, MOST, full)
        for queue in queues:
            self.turns.begin(queue.webhook.team, self._turn(queue))
        return len(queues)

    async def finish(self) -> None:
        """Returns when the turns under way are over."""
        await self.turns.finish()

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
        except Exception:
            log.exception("dispatch.broke", webhook=queue.webhook.id)

    async def _attempt(self, webhook: Webhook, delivery: Delivery) -> Webhook | None:
        """Send one event; the webhook as it stands now, or None where its turn is over."""
        now = self.clock.now()
        posted = await self.webhooks.posted(webhook, message_id(delivery.event), payload(delivery.event), now)
        came = settled(webhook, delivery, posted, self.clock.now())
        try:
            await self.store.deliveries.settle(delivery, came)
        except Stale:  # somebody else has sent it, or it is to be sent anew: whoever comes next sees which
            log.info("dispatch.stale", webhook=webhook.id)
            return None
        self.outcomes[came.delivery.state.value] += 1
        goes_on = came.webhook.disabled is None and came.webhook.rests_until is None
        return came.webhook if goes_on else None
