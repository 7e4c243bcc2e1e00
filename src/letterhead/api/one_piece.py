"""An answer on its way out: its head and its body in one piece, where the body comes whole.

uvicorn writes the two one after the other, which is two calls of the system and mostly two packets, and looks
at each field by itself. Answers that come piece by piece, and whatever fails, are left to it.
"""

from collections.abc import Awaitable
from typing import Any

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from letterhead.api.envelope import Fields

_HARMFUL = bytes({*range(0x20), 0x7F} - {0x09})
"""What no field may hold (RFC 9110 §5.5); a line feed would begin another one."""


def head(status: int, fields: Fields) -> bytes:
    """Status line, fields and the empty line behind them. Raises ValueError for a harmful field."""
    lines = b"".join([b"%b: %b\r\n" % field for field in fields])
    if len(lines.translate(None, _HARMFUL)) != len(lines) - 2 * len(fields):  # the two that end each
        raise ValueError("a header field holds a control character")
    return b"%b%b\r\n" % (STATUS_LINE[status], lines)


class OnePiece:
    """The application as one request finds it: it is given a `send` that waits for the body."""

    __slots__ = ("_app", "_cycle", "_start")

    def __init__(self, app: ASGI3Application, cycle: RequestResponseCycle) -> None:
        self._app = app
        self._cycle = cycle
        self._start: Any = None

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        """Answer the request."""
        del send
        return self._app(scope, receive, self._send)

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        start, self._start = self._start, None
        cycle = self._cycle
        if cycle.flow.write_paused and not cycle.disconnected:
            await cycle.flow.drain()
        if start is not None and message["body"] and not message["more_body"] and not cycle.disconnected:
            self._write(start["status"], start["headers"], message["body"])
            return
        if start is not None:
            await cycle.send(start)
        await cycle.send(message)

    def _write(self, status: int, fields: Fields, body: bytes) -> None:
        """What uvicorn does in two steps: the head, the body, and what follows on a whole answer."""
        cycle = self._cycle
        if not cycle.keep_alive:
            fields.append((b"connection", b"close"))
        written = head(status, cycle.default_headers + fields)
        cycle.response_started = True
        cycle.transport.write(written if cycle.scope["method"] == "HEAD" else written + body)
        cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()
