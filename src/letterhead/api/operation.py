"""Operations: what Litestar knows of a handler, compiled once, at start, into what a request needs of it.

Handlers are declared in the words of Litestar, which describes them in the OpenAPI documents; nothing of it
is at work while a request is answered (docs/decisions/0012).
"""

import warnings
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from litestar import Litestar, MediaType, Response
from litestar.exceptions import LitestarDeprecationWarning
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.response import Stream as Streaming
from litestar.routes import HTTPRoute
from litestar.types import ControllerRouterHandler

from letterhead.api import body, problem
from letterhead.api.answer import Answer, Stream
from letterhead.api.parameters import Parameters, is_any_text
from letterhead.api.request import Request

Guard = Callable[[Request, "Operation"], Awaitable[None]]
"""What else must hold before a handler is called: raises a Problem or a Refusal."""

_OURS = frozenset({"request", "data"})
"""Names of a handler's arguments that are no parameters."""

_JSON = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method at one path.

    template       the path with `{name}` where a parameter stands.
    body           the shape that the body must have; None where none is read.
    takes_request  whether the handler asks for the request.
    status         of a success.
    media_type     of an answer that does not say it itself.
    """

    method: str
    template: str
    handler: Callable[..., Awaitable[Any]]
    guards: tuple[Guard, ...]
    parameters: Parameters
    body: type[Any] | None
    takes_request: bool
    status: int
    media_type: str

    async def perform(self, request: Request, arguments: dict[str, Any]) -> Answer | Stream:
        """Read the body, call the handler, and encode what it returns. Raises whatever it raises."""
        if self.body is not None:
            arguments["data"] = await self._data(request, self.body)
        if self.takes_request:
            arguments["request"] = request
        return self._answer(await self.handler(**arguments))

    async def _data(self, request: Request, shape: type[Any]) -> Any:
        raw = await request.body()
        if not raw:
            raise problem.malformed_json("The body is empty.")
        body.check_headers(request.headers)
        return body.read(raw, shape, depth=request.settings.limits.depth)

    def _answer(self, returned: Any) -> Answer | Stream:
        """A Response says status, headers and media type itself; anything else is the content alone.

        A Stream of Litestar holds an async generator of bytes, which is left alone where HEAD is answered.
        """
        if not isinstance(returned, Response):
            return _filled(self.status, {"content-type": self.media_type}, returned)
        status = returned.status_code or self.status
        media_type = _declared(returned.media_type) if returned.media_type else self.media_type
        headers = {"content-type": media_type, **returned.headers}
        if isinstance(returned, Streaming):
            return Stream(status, headers, cast("AsyncGenerator[bytes, None]", returned.iterator))
        return _filled(status, headers, returned.content)


def _filled(status: int, headers: dict[str, str], content: Any) -> Answer:
    if content is None:
        del headers["content-type"]
        return Answer(status, headers, b"")
    if isinstance(content, bytes):
        return Answer(status, headers, content)
    if isinstance(content, str):
        return Answer(status, headers, content.encode())
    return Answer(status, headers, _JSON.encode(content))


def operations(handlers: Sequence[ControllerRouterHandler]) -> Iterator[Operation]:
    """Every operation of these handlers; OPTIONS and HEAD are none, they are known of every path."""
    for route in registered(handlers).routes:
        assert isinstance(route, HTTPRoute)
        for handler in route.route_handlers:
            for method in handler.http_methods - {"OPTIONS"}:
                yield _compiled(method, route, handler)


def registered(handlers: Sequence[ControllerRouterHandler], config: OpenAPIConfig | None = None) -> Litestar:
    """What Litestar knows of handlers: an application that never serves anything."""
    with warnings.catch_warnings():
        # Handlers ask for our Request. Litestar expects a subclass of its own, which it would hand them.
        warnings.filterwarnings(
            "ignore", ".*Reserved kwarg 'request' declared as", LitestarDeprecationWarning
        )
        return Litestar(handlers, openapi_config=config, logging_config=None)


def _compiled(method: str, route: HTTPRoute, handler: HTTPRouteHandler) -> Operation:
    assert not handler.has_sync_callable, f"{handler.handler_name} must be async"
    arguments = {each.name: each for each in msgspec.structs.fields(handler.signature_model)}
    taken = {name: each for name, each in arguments.items() if name not in _OURS}
    return Operation(
        method=method,
        template=route.path_format,
        handler=handler.fn,
        guards=cast("tuple[Guard, ...]", tuple(handler.guards or ())),
        parameters=Parameters(
            path=tuple(route.path_parameters),
            types={name: each.type for name, each in taken.items()},
            required=frozenset(name for name, each in taken.items() if each.required),
            texts=frozenset(name for name, each in taken.items() if is_any_text(each.type)),
        ),
        body=handler.parsed_data_field.annotation if handler.parsed_data_field else None,
        takes_request="request" in arguments,
        status=handler.status_code,
        media_type=_declared(handler.media_type or MediaType.JSON),
    )


def _declared(media_type: MediaType | str) -> str:
    """A media type as Content-Type says it: all our texts are UTF-8."""
    name = media_type.value if isinstance(media_type, MediaType) else media_type
    return f"{name}; charset=utf-8" if name.startswith("text/") else name
