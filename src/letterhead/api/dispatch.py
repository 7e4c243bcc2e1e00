"""The ASGI application: from a request to its operation, and from what comes of that to an answer.

Whatever happens on the way happens here, in order: an id and a place in the log, the dialect, the path, who
asks and how often, the parameters, an answer that was given already, the handler, and the words for whatever
was raised; then the answer is kept where it may be asked for again, sent, and counted.
"""

from collections.abc import Iterable
from time import perf_counter

import structlog

from letterhead.api import errors, problem
from letterhead.api.answer import Answer, Stream
from letterhead.api.asgi import Receive, Scope, Send
from letterhead.api.auth import OPEN, authenticate
from letterhead.api.operation import Operation
from letterhead.api.paths import Paths, Place, is_plain
from letterhead.api.repeat import remember, replay
from letterhead.api.request import Request
from letterhead.api.sending import send_stream, send_whole
from letterhead.api.state import State

UNMATCHED = "unmatched"
"""The route of a request that no operation takes, in the metrics."""


class Application:
    """Answers every request to one server."""

    def __init__(self, state: State, operations: Iterable[Operation]) -> None:
        self.state = state
        self.operations = tuple(operations)
        self._paths = Paths(self.operations, OPEN)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises what a stream raises once it has begun."""
        began = perf_counter()
        request = Request(self.state, scope, receive)
        structlog.contextvars.bind_contextvars(request_id=request.id)  # each request is a task of its own
        answer = await self._answer(request)
        if request.mark is not None:
            await remember(request, answer)
        if isinstance(answer, Stream):
            await send_stream(answer, request, send)
        else:
            await send_whole(answer, request, send)
        route = request.route or UNMATCHED
        self.state.metrics.answered(route, scope["method"], answer.status, perf_counter() - began)

    async def _answer(self, request: Request) -> Answer | Stream:
        """What is to be sent, whatever happens."""
        try:
            return await self._dispatched(request)
        except Exception as raised:  # noqa: BLE001 - the edge of a request
            return errors.answer(request, raised)

    async def _dispatched(self, request: Request) -> Answer | Stream:
        """What the operation at the path answers. Raises `not_found`, `method_not_allowed` and its own."""
        if request.method == "OPTIONS":
            return self._options(request)
        place, values = self._found(request)
        operation = place.operations.get(request.method)
        if operation is None:
            raise problem.method_not_allowed(place.allow)
        request.route, request.is_open = place.template, place.is_open
        if place.is_open:
            return await operation.perform(request, operation.parameters.read(values, b""))
        await authenticate(request)
        arguments = operation.parameters.read(values, request.query)
        for guard in operation.guards:
            await guard(request, operation)
        return await replay(request) or await operation.perform(request, arguments)

    def _options(self, request: Request) -> Answer:
        """To whoever asks, without a key: it says nothing but what the OpenAPI document says to everybody."""
        if request.dialect.cors and _is_preflight(request):
            return Answer(204, {}, b"")
        place, _ = self._found(request)
        request.route, request.is_open = place.template, place.is_open
        return Answer(204, {"allow": place.allow}, b"")

    def _found(self, request: Request) -> tuple[Place, list[str]]:
        found = self._paths.find(request.path) if is_plain(request.path, request.raw_path) else None
        if found is None:
            raise problem.not_found()
        return found


def _is_preflight(request: Request) -> bool:
    """Whether a browser asks if a script of another origin may send a request (Fetch §3.2.2)."""
    return "origin" in request.headers and "access-control-request-method" in request.headers
