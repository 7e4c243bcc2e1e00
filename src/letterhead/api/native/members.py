"""Members: who belongs to the team, and what they may do at most."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from letterhead.api import page
from letterhead.api.moment import moment
from letterhead.api.native.responses import BODY, problems
from letterhead.api.request import Request
from letterhead.core import team
from letterhead.core.team import MemberRole

LISTING = "members"


class NewMember(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A person to add, whose role may hold no more than the asking key does itself."""

    email: Annotated[str, Meta(min_length=3, max_length=320, examples=["jane@acme.com"])]
    role: MemberRole


class MemberChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What can be changed of a member: their role."""

    role: MemberRole


class Member(msgspec.Struct, kw_only=True):
    """A member. The address is in lower case, its domain in A-labels."""

    id: str
    email: str
    role: MemberRole
    created_at: datetime


class MemberPage(msgspec.Struct, kw_only=True):
    """Members, newest first."""

    data: list[Member]
    next_cursor: str | None


def shown(member: team.Member) -> Member:
    """A member in the words of this interface."""
    return Member(id=member.id, email=member.email, role=member.role, created_at=moment(member.created_at))


@post("/members", tags=["members"], responses=problems(409, *BODY))
async def add_member(request: Request, data: JSONBody[NewMember]) -> Member:
    """Add a person to the team. A key that is theirs is made with `POST /keys` and their id."""
    return shown(await request.services.members.add(request.actor, email=data.email, role=data.role))


@get("/members", tags=["members"], responses=problems(422))
async def list_members(
    request: Request, limit: page.Limit = page.DEFAULT, cursor: page.CursorText = None
) -> MemberPage:
    """The team's members, newest first."""
    before = page.position(request, LISTING, cursor)
    found = await request.services.members.page(request.actor, limit=limit + 1, before=before)
    members, next_cursor = page.cut(request, LISTING, found, limit, lambda member: member.id)
    return MemberPage(data=[shown(member) for member in members], next_cursor=next_cursor)


@patch(
    "/members/{member_id:str}",
    tags=["members"],
    responses=problems(404, 409, *BODY),
)
async def change_member(request: Request, member_id: FromPath[str], data: JSONBody[MemberChange]) -> Member:
    """Give a member another role; what their keys may do follows with their next request."""
    return shown(await request.services.members.change(request.actor, member_id, role=data.role))


@delete("/members/{member_id:str}", tags=["members"], responses=problems(404, 409))
async def remove_member(request: Request, member_id: FromPath[str]) -> None:
    """Remove a member, and revoke every key that is theirs."""
    await request.services.members.remove(request.actor, member_id)
