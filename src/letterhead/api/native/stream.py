"""The event stream: what happens, as it happens, as server-sent events (HTML Living Standard §9.2).

Each event bears its id, so a client that comes back with `Last-Event-ID` misses nothing. A stream ends when
its key does, when the server stops, and after a while anyway: its client comes back by itself.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Stream

from letterhead.api.native.events import shown
from letterhead.api.native.responses import problems
from letterhead.api.request import Request
from letterhead.api.streams import Streams
from letterhead.core.permission import Actor
from letterhead.service.following import Following, Place

POLL: Final = 1.0
"""Seconds between two looks at the tail, which is one lookup in an index, while no bell rings."""

HEARTBEAT: Final = 15.0
"""Seconds of silence after which a comment is sent, so that nobody between us takes the stream for dead."""

RECHECK: Final = 30.0
"""Seconds after which the key is read again."""

MEDIA_TYPE: Final = "text/event-stream"


@get(
    "/events/stream",
    tags=["events"],
    media_type=MEDIA_TYPE,
    responses={
        200: ResponseSpec(
            str, generate_examples=False, media_type=MEDIA_TYPE, description="Events as they happen."
        ),
        **problems(422),
    },
)
async def stream_events(request: Request) -> Response[Any]:
    """Events as they happen, or behind the one whose id the header `Last-Event-ID` names.

    Each is one message: `id`, `event` with its kind, and `data` with the event as `GET /api/v2/events` shows
    it. There are at most five streams of one key.
    """
    following = request.services.following
    place = await following.begin(request.actor, request.headers.get("last-event-id"))
    if request.is_head:
        return Stream(iter(()), media_type=MEDIA_TYPE)
    streams = request.state.streams
    streams.enter(request.actor.key)
    return Stream(
        _messages(following, request.actor, place, streams, request.settings.limits.stream_time),
        media_type=MEDIA_TYPE,
    )


async def _messages(
    following: Following, actor: Actor, place: Place, streams: Streams, lasts: float
) -> AsyncIterator[bytes]:
    key, time = actor.key, asyncio.get_running_loop().time
    begun = said = checked = time()
    try:
        yield b"retry: 2000\n\n"
        with following.waking(actor) as woken:
            while time() < begun + lasts and not streams.is_closing:
                woken.clear()
                if time() >= checked + RECHECK:
                    current = await following.still(actor)
                    if current is None:
                        return
                    actor, checked = current, time()
                found, place = await following.behind(actor, place)
                for event in found:
                    said = time()
                    yield _message(event.id, event.kind, msgspec.json.encode(shown(event)))
                if time() >= said + HEARTBEAT:
                    said = time()
                    yield b": still here\n\n"
                if not found:
                    await streams.rest(woken, min(POLL, lasts))
    finally:
        streams.leave(key)


def _message(number: int, kind: str, data: bytes) -> bytes:
    """One message; JSON holds no line breaks, so its data is one line."""
    return b"id: evt_%d\nevent: %s\ndata: %s\n\n" % (number, kind.encode(), data)
