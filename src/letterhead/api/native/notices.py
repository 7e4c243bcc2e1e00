"""Notices: what the team's owners were told by e-mail, and whether it left."""

from datetime import datetime

import msgspec
from litestar import get

from letterhead.api import page
from letterhead.api.moment import moment
from letterhead.api.native.responses import problems
from letterhead.api.request import Request
from letterhead.core import owner_notice

LISTING = "notices"


class Notice(msgspec.Struct, kw_only=True):
    """What an owner is told of one event. `sent_at` is null until the letter that it is in has left.

    Where the deployment has no smarthost, notices are only kept here.
    """

    id: str
    email: str
    kind: str
    domain_id: str
    domain: str
    at: datetime
    text: str
    letter: str | None
    sent_at: datetime | None


class NoticePage(msgspec.Struct, kw_only=True):
    """Notices, newest first."""

    data: list[Notice]
    next_cursor: str | None


def shown(notice: owner_notice.OwnerNotice) -> Notice:
    """A notice in the words of this interface."""
    return Notice(
        id=notice.id,
        email=notice.email,
        kind=notice.kind,
        domain_id=notice.domain,
        domain=notice.hostname,
        at=moment(notice.at),
        text=notice.text,
        letter=notice.letter,
        sent_at=moment(notice.sent_at),
    )


@get("/notices", tags=["notices"], responses=problems(422))
async def list_notices(
    request: Request, limit: page.Limit = page.DEFAULT, cursor: page.CursorText = None
) -> NoticePage:
    """What owners were told, or will be, of the domains that the key may see, newest first."""
    before = page.position(request, LISTING, cursor)
    found = await request.services.owner_notices.page(request.actor, limit=limit + 1, before=before)
    notices, next_cursor = page.cut(request, LISTING, found, limit, lambda each: each.id)
    return NoticePage(data=[shown(each) for each in notices], next_cursor=next_cursor)
