"""Addresses on the platform domain: what a team has without verifying a domain."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from letterhead.api import page
from letterhead.api.moment import moment
from letterhead.api.native.responses import BODY, problems
from letterhead.api.request import Request
from letterhead.core import platform_address
from letterhead.core.local_part import MAX_LENGTH

LISTING = "platform-addresses"


class NewPlatformAddress(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An address to take: what is to stand before the `@`.

    Case, dots and what stands behind a plus do not count; names of the operator's are reserved.
    """

    local_part: Annotated[str, Meta(min_length=1, max_length=MAX_LENGTH, examples=["jane"])]


class PlatformAddress(msgspec.Struct, kw_only=True):
    """An address on the shared domain, in the one spelling that counts."""

    id: str
    address: str
    created_at: datetime


class PlatformAddressPage(msgspec.Struct, kw_only=True):
    """Addresses on the shared domain, newest first."""

    data: list[PlatformAddress]
    next_cursor: str | None


def shown(request: Request, found: platform_address.PlatformAddress) -> PlatformAddress:
    """An address in the words of this interface."""
    whole = found.at(request.services.platform_addresses.domain)
    return PlatformAddress(id=found.id, address=whole, created_at=moment(found.created_at))


@post("/platform-addresses", tags=["platform addresses"], responses=problems(409, *BODY))
async def take_address(request: Request, data: JSONBody[NewPlatformAddress]) -> Response[PlatformAddress]:
    """Take an address on the shared domain. No domain need be verified for it."""
    taken = await request.services.platform_addresses.take(request.actor, data.local_part)
    location = f"{request.settings.public_url}/api/v2/platform-addresses/{taken.id}"
    return Response(shown(request, taken), headers={"location": location})


@get("/platform-addresses", tags=["platform addresses"], responses=problems(422))
async def list_addresses(
    request: Request, limit: page.Limit = page.DEFAULT, cursor: page.CursorText = None
) -> PlatformAddressPage:
    """The team's addresses on the shared domain, newest first."""
    before = page.position(request, LISTING, cursor)
    found = await request.services.platform_addresses.page(request.actor, limit=limit + 1, before=before)
    addresses, next_cursor = page.cut(request, LISTING, found, limit, lambda each: each.id)
    return PlatformAddressPage(data=[shown(request, each) for each in addresses], next_cursor=next_cursor)


@get("/platform-addresses/{address_id:str}", tags=["platform addresses"], responses=problems(404))
async def show_address(request: Request, address_id: FromPath[str]) -> PlatformAddress:
    """One address of the team's."""
    return shown(request, await request.services.platform_addresses.get(request.actor, address_id))


@delete("/platform-addresses/{address_id:str}", tags=["platform addresses"], responses=problems(404))
async def release_address(request: Request, address_id: FromPath[str]) -> None:
    """Release an address; from then on any team may take it."""
    await request.services.platform_addresses.release(request.actor, address_id)
