"""The request as our handlers see it: who asks, for what, and the services that they may ask."""

import re
from os import urandom

from letterhead.api import problem
from letterhead.api.asgi import Receive, Scope
from letterhead.api.bucket import Allowance
from letterhead.api.cursor import Cursors
from letterhead.api.dialect import Dialect
from letterhead.api.headers import Headers
from letterhead.api.safe import Mark
from letterhead.api.settings import Settings
from letterhead.api.state import State
from letterhead.core.permission import Actor
from letterhead.service.services import Services

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def mint_request_id() -> str:
    """A fresh request id."""
    return f"req_{urandom(12).hex()}"


class Request:
    """A request.

    method     GET also for HEAD (RFC 9110 §9.3.2); `is_head` tells them apart.
    path       decoded; `raw_path` as it came, without the query string.
    query      the query string as it came.
    id         as X-Request-Id says it.
    dialect    that the path belongs to.
    peer       the address at the other end of the connection; "" where it has none.
    route      the template of the path, once that is known and takes the method; "" until then.
    is_open    whether it needs no key.
    actor      who asks; set by auth.py before any handler runs that is not open to everybody. Until then, it
               is a stranger's request.
    allowance  what is left of the rate that the request counts for, once it has been counted.
    mark       of an attempt whose answer is to be kept (repeat.py).
    """

    __slots__ = (
        "_body",
        "_receive",
        "actor",
        "allowance",
        "dialect",
        "headers",
        "id",
        "is_head",
        "is_open",
        "is_stranger",
        "mark",
        "method",
        "path",
        "peer",
        "query",
        "raw_path",
        "route",
        "state",
    )

    actor: Actor

    def __init__(self, state: State, scope: Scope, receive: Receive) -> None:
        self.state = state
        self.is_head = scope["method"] == "HEAD"
        self.method: str = "GET" if self.is_head else scope["method"]
        self.path: str = scope["path"]
        self.raw_path: bytes = scope["raw_path"]
        self.query: bytes = scope["query_string"]
        self.headers = Headers(scope["headers"])
        self.id = _own_id(self.headers) or mint_request_id()
        self.dialect: Dialect = state.dialects.of(self.path)
        self.peer: str = scope["client"][0] if scope["client"] else ""
        self.route = ""
        self.is_open = False
        self.is_stranger = True
        self.allowance: Allowance | None = None
        self.mark: Mark | None = None
        self._receive = receive
        self._body: bytes | None = None

    @property
    def services(self) -> Services:
        """The use cases."""
        return self.state.services

    @property
    def settings(self) -> Settings:
        """What the entrance was told at start."""
        return self.state.settings

    @property
    def cursors(self) -> Cursors:
        """Writes and reads the cursors of lists."""
        return self.state.cursors

    async def body(self) -> bytes:
        """The whole body, read when it is first asked for. Raises `body_too_large`, `client_gone`."""
        if self._body is None:
            self._body = await self._read(self.settings.limits.body)
        return self._body

    async def gone(self) -> None:
        """Return once the client has gone away, or was given the whole answer. What it sends is let go."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _read(self, most: int) -> bytes:
        # The length may be announced falsely, or not at all where the body comes in chunks.
        if int(self.headers.get("content-length") or 0) > most:
            raise problem.body_too_large()
        body, more = bytearray(), True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise problem.client_gone()
            body += message["body"]
            more = message["more_body"]
            if len(body) > most:
                raise problem.body_too_large()
        return bytes(body)


def _own_id(headers: Headers) -> str | None:
    """The client's own X-Request-Id, where it is harmless."""
    return next((given for given in headers.getall("x-request-id") if _ID.fullmatch(given)), None)
