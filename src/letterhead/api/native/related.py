"""Related names: what other teams have above and below a domain, approved and revoked."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from letterhead.api.moment import moment
from letterhead.api.native.responses import BODY, problems
from letterhead.api.request import Request
from letterhead.service import related


class Approval(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A name below the domain, and the team that may have it: its slug or id."""

    domain: Annotated[str, Meta(max_length=1024, examples=["mail.acme.com"])]
    team: Annotated[str, Meta(min_length=1, max_length=64, examples=["other-team"])]


class Revocation(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A name below the domain that another team shall no longer have."""

    domain: Annotated[str, Meta(max_length=1024, examples=["mail.acme.com"])]


class Related(msgspec.Struct, kw_only=True):
    """A name above or below. Whose it is stays unsaid, but for a `team` that this one approved itself.

    `held`: another team holds it. `approved`: the holder of the upper one approves of the lower one.
    `yields_at`: when the lower one ends at the earliest, having been revoked.
    """

    domain: str
    place: Literal["above", "below"]
    held: bool
    approved: bool
    team: str | None
    yields_at: datetime | None


class RelatedList(msgspec.Struct, kw_only=True):
    """The name above that decides about the domain, if any, then the names below about which it decides."""

    data: list[Related]


def shown(names: list[related.Related]) -> RelatedList:
    """Related names in the words of this interface."""
    return RelatedList(
        data=[
            Related(
                domain=each.hostname,
                place=each.place,
                held=each.is_held,
                approved=each.approved,
                team=each.team,
                yields_at=moment(each.yields_at),
            )
            for each in names
        ]
    )


@get("/domains/{domain_id:str}/related", tags=["related"], responses=problems(404))
async def list_related(request: Request, domain_id: FromPath[str]) -> RelatedList:
    """The names above and below that other teams hold, and those below that are approved."""
    return shown(await request.services.related.of(request.actor, domain_id))


@post(
    "/domains/{domain_id:str}/related/approve",
    tags=["related"],
    status_code=200,
    responses=problems(404, 409, *BODY),
)
async def approve_name(request: Request, domain_id: FromPath[str], data: JSONBody[Approval]) -> RelatedList:
    """Let another team have a name below, once it has proven it by its own token."""
    return shown(await request.services.related.approve(request.actor, domain_id, data.domain, data.team))


@post(
    "/domains/{domain_id:str}/related/revoke",
    tags=["related"],
    status_code=200,
    responses=problems(404, 409, *BODY),
)
async def revoke_name(request: Request, domain_id: FromPath[str], data: JSONBody[Revocation]) -> RelatedList:
    """Take an approval back, or end a name below that was there first: its holder is told, then yields."""
    return shown(await request.services.related.revoke(request.actor, domain_id, data.domain))
