"""Teams: who owns domains."""

import re
from dataclasses import dataclass, replace

from letterhead.core.permission import Actor
from letterhead.core.refusal import invalid
from letterhead.core.site import Site
from letterhead.core.team import Tally, Team
from letterhead.ports import Clock, Store
from letterhead.service.minting import identifier

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Overview:
    """A team as its own keys see it.

    platform_domain  the shared domain on which it may have addresses without verifying anything.
    """

    team: Team
    tally: Tally
    platform_domain: str


@dataclass(frozen=True, slots=True)
class Teams:
    """The use cases of teams."""

    store: Store
    site: Site
    clock: Clock

    async def of(self, actor: Actor) -> Overview:
        """The actor's own team. A default domain that the key may not see is not named."""
        actor.must("domain.read")
        team = await self.store.teams.by_slug(actor.team)
        assert team is not None, "a key's team is never removed"
        if team.default_domain is not None and not actor.sees(team.default_domain):
            team = replace(team, default_domain=None)
        return Overview(team, await self.store.teams.tally(team.id), self.site.platform_domain)

    async def known(self, slug_or_id: str) -> Team | None:
        """The team that is meant by a slug or an id; None where there is none."""
        return await self.store.teams.by_slug(slug_or_id)

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
