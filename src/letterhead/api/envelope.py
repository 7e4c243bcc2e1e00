"""The envelope around every request: its id, its dialect, its context in the log, its place in the metrics.

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

from letterhead.api import problem
from letterhead.api.answer import Answer
from letterhead.api.auth import OPEN
from letterhead.api.bucket import Allowance
from letterhead.api.dialect import Dialect, Dialects
from letterhead.api.metrics import Metrics
from letterhead.api.rates import Rates, shown

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
UNMATCHED = "unmatched"
"""The route of a request that has none, in the metrics."""


class Envelope:
    """ASGI application around another one."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        dialects: Dialects,
        rates: Rates,
        metrics: Metrics,
        public_url: str,
        methods: Mapping[str, Iterable[str]],
    ) -> None:
        self._app = app
        self._dialects = dialects
        self._rates = rates
        self._methods = methods
        self._metrics = metrics
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asked = cast("HTTPScope", scope)
        request_id, dialect = request_id_of(asked), self._dialects.of(asked["path"])
        inner = _inner(asked, request_id, dialect)
        started, status = perf_counter(), 499

        async def reply(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = self._sealed(message, inner, dialect)
            await send(message)

        async def listen() -> Any:
            message = await receive()
            if message["type"] == "http.disconnect" and status == 499:  # else the answer is under way
                raise problem.client_gone()
            return message

        structlog.contextvars.bind_contextvars(request_id=request_id)  # each request is a task of its own
        if not _names_something(asked):
            await _send(dialect.word(problem.not_found(), request_id, self._public_url), reply)
        elif dialect.cors and _is_preflight(asked):
            await _send(Answer(204, {}, b""), reply)
        else:
            await self._app(inner, listen, reply)
        route = inner.get("path_template", UNMATCHED)
        self._metrics.answered(route, asked["method"], status, perf_counter() - started)

    def _sealed(
        self, message: HTTPResponseStartEvent, scope: HTTPScope, dialect: Dialect
    ) -> HTTPResponseStartEvent:
        headers = [
            (name, self._allow(scope, value) if name == b"allow" else value)
            for name, value in message["headers"]
        ]
        allowance = None if scope.get("path_template") in OPEN else self._rates.left(scope)
        common = common_headers(dialect, scope["state"]["request_id"], allowance)
        return {**message, "headers": [*headers, *common]}

    def _allow(self, scope: HTTPScope, given: bytes) -> bytes:
        """The methods of a path in order; what has GET has HEAD.

        Litestar's own answer to OPTIONS names only the methods of the first handler at a path.
        """
        methods = set(self._methods.get(scope.get("path_template", ""), given.decode().split(", ")))
        return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set()))).encode()


def request_id_of(scope: HTTPScope) -> str:
    """The client's own X-Request-Id where it is harmless, else a fresh one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value.decode("latin-1")):
            return value.decode("latin-1")
    return mint_request_id()


def mint_request_id() -> str:
    """A fresh request id."""
    return f"req_{secrets.token_hex(12)}"


def common_headers(
    dialect: Dialect, request_id: str, allowance: Allowance | None
) -> list[tuple[bytes, bytes]]:
    """The headers of every answer: nothing of ours belongs into a cache (RFC 9111 §5.2.2.5)."""
    fields = {
        "x-request-id": request_id,
        "cache-control": "no-store",
        **shown(allowance),
        **dialect.cors,
    }
    return [(name.encode(), value.encode()) for name, value in fields.items()]


def _inner(scope: HTTPScope, request_id: str, dialect: Dialect) -> HTTPScope:
    """The scope for what lies within: HEAD is GET, and the server cuts the body (RFC 9110 §9.3.2)."""
    is_head = scope["method"] == "HEAD"
    state = {**scope.get("state", {}), "request_id": request_id, "dialect": dialect, "is_head": is_head}
    method = "GET" if is_head else scope["method"]
    return cast("HTTPScope", {**scope, "method": method, "state": state})


def _names_something(scope: HTTPScope) -> bool:
    """Whether the path is spelled in the one way that routes are spelled in.

    Litestar would take `/x/`, `//x` and `/x` for the same, and an encoded slash for a slash (RFC 3986 §2.2).
    """
    path, raw = scope["path"], scope.get("raw_path", b"")
    slashes = (path.endswith("/") and path != "/") or "//" in path or b"%2f" in raw.lower()
    return not slashes and not _CONTROL.search(path)


def _is_preflight(scope: HTTPScope) -> bool:
    """Whether a browser asks if a script of another origin may send a request (Fetch §3.2.2)."""
    names = {name for name, _ in scope["headers"]}
    return scope["method"] == "OPTIONS" and {b"origin", b"access-control-request-method"} <= names


async def _send(answer: Answer, send: Send) -> None:
    # RFC 9110 §8.6: no Content-Length in a 204.
    length = {} if answer.status == 204 else {"content-length": str(len(answer.body))}
    headers = {**answer.headers, **length}
    fields = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": fields})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})
