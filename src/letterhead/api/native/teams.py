"""The team that asks: its name, what it has, and where it may have addresses without verifying anything."""

from datetime import datetime

import msgspec
from litestar import get

from letterhead.api.moment import moment
from letterhead.api.native.responses import problems
from letterhead.api.request import Request


class Counts(msgspec.Struct, kw_only=True):
    """How much the team has."""

    domains: int
    members: int
    keys: int


class Team(msgspec.Struct, kw_only=True):
    """A team. `default_domain` is the id of the domain that is used where a mailbox names none."""

    id: str
    slug: str
    created_at: datetime
    default_domain: str | None
    platform_domain: str
    counts: Counts


@get("/team", tags=["team"], responses=problems())
async def show_team(request: Request) -> Team:
    """The team whose key this is."""
    overview = await request.services.teams.of(request.actor)
    return Team(
        id=overview.team.id,
        slug=overview.team.slug,
        created_at=moment(overview.team.created_at),
        default_domain=overview.team.default_domain,
        platform_domain=overview.platform_domain,
        counts=msgspec.convert(overview.tally, Counts, from_attributes=True),
    )
