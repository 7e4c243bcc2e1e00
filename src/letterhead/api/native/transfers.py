"""Transfers: a domain goes from one team to another, and both say so."""

from typing import Annotated

import msgspec
from litestar import delete, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from letterhead.api.native.domains import Domain, shown
from letterhead.api.native.responses import BODY, POST, problems
from letterhead.api.request import Request


class Offer(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """To whom a domain is offered: the team's slug or id."""

    team: Annotated[str, Meta(min_length=1, max_length=64, examples=["other-team"])]


@post(
    "/domains/{domain_id:str}/transfer",
    tags=["transfers"],
    status_code=200,
    responses=problems(404, 409, *BODY),
)
async def offer_domain(request: Request, domain_id: FromPath[str], data: JSONBody[Offer]) -> Domain:
    """Offer a domain to another team; nothing changes until they accept it."""
    return shown(await request.services.transfers.offer(request.actor, domain_id, data.team))


@delete(
    "/domains/{domain_id:str}/transfer", tags=["transfers"], status_code=200, responses=problems(404, 409)
)
async def withdraw_domain(request: Request, domain_id: FromPath[str]) -> Domain:
    """Take an offer back; nothing happens where there is none."""
    return shown(await request.services.transfers.withdraw(request.actor, domain_id))


@post(
    "/domains/{domain_id:str}/transfer/accept",
    tags=["transfers"],
    status_code=200,
    responses=problems(404, *POST),
)
async def accept_domain(request: Request, domain_id: FromPath[str]) -> Domain:
    """Take a domain that was offered to this team. It keeps its id, its state and its records."""
    return shown(await request.services.transfers.accept(request.actor, domain_id))
