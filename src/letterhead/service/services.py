"""All use cases together, as the entrances are given them."""

from dataclasses import dataclass

from letterhead.service.domains import Domains
from letterhead.service.health import Health
from letterhead.service.history import History
from letterhead.service.keys import Keys
from letterhead.service.sweep import Sweep
from letterhead.service.teams import Teams
from letterhead.service.transfers import Transfers
from letterhead.service.verification import Verification


@dataclass(frozen=True, slots=True)
class Services:
    """Each use case under its noun."""

    domains: Domains
    verification: Verification
    history: History
    transfers: Transfers
    keys: Keys
    teams: Teams
    sweep: Sweep
    health: Health
