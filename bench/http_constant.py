"""The limit of the HTTP measurements: a bare ASGI application that knows its answer beforehand."""

from collections.abc import Awaitable, Callable
from typing import Any

from uvicorn._types import ASGIApplication


def constant(body: bytes) -> ASGIApplication:
    """An ASGI application that says the same to everybody: what the server itself costs."""
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-request-id", b"req_0123456789abcdef01234567"),
        (b"cache-control", b"no-store"),
    ]

    async def answer(_scope: Any, _receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer
