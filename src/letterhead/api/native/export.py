"""The export: the whole history of a domain in one answer, as JSON lines."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath
from litestar.response import Stream

from letterhead.api.native.events import shown
from letterhead.api.native.responses import problems
from letterhead.api.request import Request
from letterhead.core.event import Event
from letterhead.core.refusal import Kind, Refusal

AT_ONCE: Final = 500
"""Events read and sent at once."""

MEDIA_TYPE: Final = "application/x-ndjson"


@get(
    "/domains/{domain_id:str}/history/export",
    tags=["events"],
    media_type=MEDIA_TYPE,
    responses={
        200: ResponseSpec(
            str, generate_examples=False, media_type=MEDIA_TYPE, description="An event on each line."
        ),
        **problems(404, 422),
    },
)
async def export_history(request: Request, domain_id: FromPath[str]) -> Response[Any]:
    """Everything that happened to one domain, newest first, an event on each line.

    An event is what `GET /api/v2/domains/{domain_id}/history` shows. An answer that breaks off is not whole:
    its connection is cut. It counts as an event stream, of which a key has five at most.
    """
    history, actor = request.services.history, request.actor
    newest = await history.of_domain(actor, domain_id, limit=AT_ONCE)
    if request.is_head:
        return Stream(iter(()), media_type=MEDIA_TYPE)
    request.state.streams.enter(actor.key)
    return Stream(_lines(request, domain_id, newest), media_type=MEDIA_TYPE)


async def _lines(request: Request, domain_id: str, found: Sequence[Event]) -> AsyncIterator[bytes]:
    """The events found and all before them; each further page is read with the rights of its moment.

    Raises a Refusal where the key or the domain is gone meanwhile.
    """
    services, key = request.services, request.actor.key
    try:
        while found:
            yield b"".join(msgspec.json.encode(shown(event)) + b"\n" for event in found)
            actor = await services.following.still(request.actor)
            if actor is None:
                raise Refusal(Kind.UNAUTHENTICATED, "authentication_required", "The key is gone.")
            found = await services.history.of_domain(actor, domain_id, limit=AT_ONCE, before=found[-1].id)
    finally:
        request.state.streams.leave(key)
