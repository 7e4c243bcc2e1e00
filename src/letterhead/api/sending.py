"""Sending an answer, with the headers that every answer has."""

import asyncio
from contextlib import aclosing

from letterhead.api import charging
from letterhead.api.answer import Answer, Stream
from letterhead.api.asgi import Send
from letterhead.api.envelope import Fields, common_headers, encoded
from letterhead.api.request import Request

BODILESS = frozenset({204, 304})
"""Statuses of answers that have no body, and tell no length of one (RFC 9110 §8.6, §15.4.5)."""

_END = {"type": "http.response.body", "body": b"", "more_body": False}


async def send_whole(answer: Answer, request: Request, send: Send) -> None:
    """Send an answer at once."""
    fields = _fields(answer, request)
    if answer.status not in BODILESS:
        fields.append((b"content-length", b"%d" % len(answer.body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": fields})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


async def send_stream(answer: Stream, request: Request, send: Send) -> None:
    """Send pieces as they come, until there are no more or the client has gone away.

    Raises what the making of a piece raises; the server then cuts the connection, so that nobody takes what
    has come for the whole.
    """
    fields = _fields(answer, request)
    await send({"type": "http.response.start", "status": answer.status, "headers": fields})
    if request.is_head:
        await send(_END)
        return
    async with asyncio.TaskGroup() as group:
        pouring = group.create_task(_pour(answer, send))
        listening = group.create_task(request.gone())
        pouring.add_done_callback(lambda _: listening.cancel())
        listening.add_done_callback(lambda _: pouring.cancel())


async def _pour(answer: Stream, send: Send) -> None:
    async with aclosing(answer.pieces) as pieces:
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            # Neither need have waited: others have their turn now, and who is gone is noticed.
            await asyncio.sleep(0)
    await send(_END)


def _fields(answer: Answer | Stream, request: Request) -> Fields:
    allowance = None if request.is_open else charging.left(request)
    return [*encoded(answer.headers), *common_headers(request.dialect, request.id, allowance)]
