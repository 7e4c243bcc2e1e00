"""Events: what happened, to one domain or to all of a team's."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from litestar import get
from litestar.params import FromPath

from letterhead.api import page
from letterhead.api.moment import moment
from letterhead.api.native.responses import problems
from letterhead.api.request import Request
from letterhead.core import event
from letterhead.core.wording import in_words


class Event(msgspec.Struct, kw_only=True):
    """One thing that happened, in `text` for people; where it was to no domain, that is null.

    `data` is flat and for programs; which members it has hangs on `kind`. Any version may bring new kinds.
    """

    id: str
    kind: str
    domain_id: str | None
    domain: str | None
    at: datetime
    text: str
    data: dict[str, str]


class EventPage(msgspec.Struct, kw_only=True):
    """Events, newest first."""

    data: list[Event]
    next_cursor: str | None


def shown(happened: event.Event) -> Event:
    """An event in the words of this interface."""
    return Event(
        id=f"evt_{happened.id}",
        kind=happened.kind,
        domain_id=happened.domain or None,
        domain=happened.hostname or None,
        at=moment(happened.at),
        text=in_words(happened),
        data=happened.data,
    )


@get("/events", tags=["events"], responses=problems(422))
async def list_events(
    request: Request, limit: page.Limit = page.DEFAULT, cursor: page.CursorText = None
) -> EventPage:
    """What happened to all domains that the key may see, and to keys and members if it may read those."""
    before = _before(request, "events", cursor)
    found = await request.services.history.of_team(request.actor, limit=limit + 1, before=before)
    return _page(request, "events", found, limit)


@get("/domains/{domain_id:str}/history", tags=["events"], responses=problems(404, 422))
async def list_history(
    request: Request,
    domain_id: FromPath[str],
    limit: page.Limit = page.DEFAULT,
    cursor: page.CursorText = None,
) -> EventPage:
    """What happened to one domain, newest first."""
    listing = f"history {domain_id}"
    before = _before(request, listing, cursor)
    found = await request.services.history.of_domain(request.actor, domain_id, limit=limit + 1, before=before)
    return _page(request, listing, found, limit)


def _before(request: Request, listing: str, cursor: str | None) -> int | None:
    position = page.position(request, listing, cursor)
    return None if position is None else int(position)


def _page(request: Request, listing: str, found: Sequence[event.Event], limit: int) -> EventPage:
    happened, next_cursor = page.cut(request, listing, found, limit, lambda each: str(each.id))
    return EventPage(data=[shown(each) for each in happened], next_cursor=next_cursor)
