"""All use cases together, as the entrances are given them."""

from dataclasses import dataclass

from letterhead.service.announcements import Announcements
from letterhead.service.breaker import Breaker
from letterhead.service.deliveries import Dispatch
from letterhead.service.domains import Domains
from letterhead.service.following import Following
from letterhead.service.health import Health
from letterhead.service.history import History
from letterhead.service.idempotency import Idempotency
from letterhead.service.keys import Keys
from letterhead.service.members import Members
from letterhead.service.owner_notices import OwnerNotices
from letterhead.service.patrol import Patrol
from letterhead.service.platform_addresses import PlatformAddresses
from letterhead.service.portfolio import Portfolio
from letterhead.service.queues import Queues
from letterhead.service.related import RelatedNames
from letterhead.service.sweep import Sweep
from letterhead.service.teams import Teams
from letterhead.service.transfers import Transfers
from letterhead.service.verification import Verification
from letterhead.service.watching import Watching
from letterhead.service.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class Services:
    """Each use case under its noun. `patrol`: None where there is no resolver that can be asked that much."""

    domains: Domains
    portfolio: Portfolio
    verification: Verification
    watching: Watching
    history: History
    transfers: Transfers
    related: RelatedNames
    keys: Keys
    members: Members
    teams: Teams
    platform_addresses: PlatformAddresses
    following: Following
    webhooks: Webhooks
    owner_notices: OwnerNotices
    sweep: Sweep
    patrol: Patrol | None
    announcements: Announcements
    dispatch: Dispatch
    health: Health
    queues: Queues
    breaker: Breaker
    idempotency: Idempotency
