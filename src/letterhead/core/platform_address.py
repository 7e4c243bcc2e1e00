"""Addresses on the platform domain: what a team has there without verifying a domain of its own."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PlatformAddress:
    """One address of a team's.

    local_part  in the spelling that local_part.py gives it, in which it is nobody else's.
    """

    id: str
    team: str
    local_part: str
    created_at: datetime

    def at(self, platform_domain: str) -> str:
        """The whole address, as mail is sent to it."""
        return f"{self.local_part}@{platform_domain}"
