"""The envelope around every request: its id, its context in the log, its place in the metrics, no caching.

It lies around Litestar and not within it, because unknown paths and wrong methods reach no middleware of a
route.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from time import perf_counter
from typing import Any, cast

import structlog
from litestar.types import ASGIApp, HTTPResponseStartEvent, HTTPScope, Message, Receive, Scope, Send

from letterhead.api import errors, problem
from letterhead.api.answer import Answer
from letterhead.api.metrics import Metrics

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
UNMATCHED = "unmatched"
"""The route of a request that has none, in the metrics."""


class Envelope:
    """ASGI application around another one."""

    def __init__(
        self, app: ASGIApp, metrics: Metrics, public_url: str, methods: Mapping[str, Iterable[str]]
    ) -> None:
        self._app = app
        self._methods = methods
        self._metrics = metrics
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asked = cast("HTTPScope", scope)
        request_id = request_id_of(asked)
        inner = _inner(asked, request_id)
        started, status = perf_counter(), 499

        async def reply(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = self._sealed(message, inner, request_id)
            await send(message)

        async def listen() -> Any:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise problem.client_gone()
            return message

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            if _names_something(asked):
                await self._app(inner, listen, reply)
            else:
                await self._nothing_there(inner, request_id, reply)
        route = inner.get("path_template", UNMATCHED)
        self._metrics.answered(route, asked["method"], status, perf_counter() - started)

    def _sealed(
        self, message: HTTPResponseStartEvent, scope: HTTPScope, request_id: str
    ) -> HTTPResponseStartEvent:
        headers = [
            (name, self._allow(scope, value) if name == b"allow" else value)
            for name, value in message["headers"]
        ]
        return {**message, "headers": [*headers, *common_headers(request_id)]}

    def _allow(self, scope: HTTPScope, given: bytes) -> bytes:
        """The methods of a path in order; what has GET has HEAD.

        Litestar's own answer to OPTIONS names only the methods of the first handler at a path.
        """
        methods = set(self._methods.get(scope.get("path_template", ""), given.decode().split(", ")))
        return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set()))).encode()

    async def _nothing_there(self, scope: HTTPScope, request_id: str, send: Send) -> None:
        await _send(errors.worded(problem.not_found(), scope["path"], request_id, self._public_url), send)


def request_id_of(scope: HTTPScope) -> str:
    """The client's own X-Request-Id where it is harmless, else a fresh one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value.decode("latin-1")):
            return value.decode("latin-1")
    return mint_request_id()


def mint_request_id() -> str:
    """A fresh request id."""
    return f"req_{secrets.token_hex(12)}"


def common_headers(request_id: str) -> list[tuple[bytes, bytes]]:
    """The headers of every answer: nothing of ours belongs into a cache (RFC 9111 §5.2.2.5)."""
    return [(b"x-request-id", request_id.encode()), (b"cache-control", b"no-store")]


def _inner(scope: HTTPScope, request_id: str) -> HTTPScope:
    """The scope for what lies within: HEAD is GET, and the server cuts the body (RFC 9110 §9.3.2)."""
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    state = {**scope.get("state", {}), "request_id": request_id}
    return cast("HTTPScope", {**scope, "method": method, "state": state})


def _names_something(scope: HTTPScope) -> bool:
    """Whether the path is spelled in the one way that routes are spelled in.

    Litestar would take `/x/`, `//x` and `/x` for the same, and an encoded slash for a slash (RFC 3986 §2.2).
    """
    path, raw = scope["path"], scope.get("raw_path", b"")
    slashes = (path.endswith("/") and path != "/") or "//" in path or b"%2f" in raw.lower()
    return not slashes and not _CONTROL.search(path)


async def _send(answer: Answer, send: Send) -> None:
    headers = {**answer.headers, "content-length": str(len(answer.body))}
    fields = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": fields})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})
