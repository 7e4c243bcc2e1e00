"""Teams: who owns domains."""

import re
from dataclasses import dataclass

from letterhead.core.refusal import invalid
from letterhead.core.team import Team
from letterhead.ports import Clock, Store
from letterhead.service.minting import identifier

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Teams:
    """The use cases of teams."""

    store: Store
    clock: Clock

    async def named(self, slug: str) -> Team:
        """The team with this slug, made if there is none. Raises `invalid_team`."""
        if not _SLUG.fullmatch(slug):
            raise invalid(
                "invalid_team",
                f"{slug!r} is no slug of a team.",
                mend="Use 1 to 63 lower-case letters, digits and hyphens.",
                param="team",
            )
        now = self.clock.now()
        return await self.store.teams.add(Team(identifier("team", now), slug, now))
