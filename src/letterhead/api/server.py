"""The application put together, and the server that runs it inside our own event loop."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import cast

import uvicorn
from litestar import Litestar
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from letterhead.api import errors, openapi, problem_pages
from letterhead.api.alarms import Alarms
from letterhead.api.auth import authenticate
from letterhead.api.cursor import Cursors
from letterhead.api.dialect import Connection, Dialects
from letterhead.api.dialects.table import DIALECTS
from letterhead.api.envelope import Envelope
from letterhead.api.metrics import Metrics
from letterhead.api.native.stream import Streams
from letterhead.api.outbound import Outbound
from letterhead.api.parameters import check_parameters
from letterhead.api.protocol import Doorkeeper, GuardedProtocol
from letterhead.api.rates import Rates
from letterhead.api.repeat import Remembering, replay
from letterhead.api.request import Request
from letterhead.api.settings import Settings
from letterhead.service.services import Services

BACKLOG = 2048
"""Connections that the kernel keeps for us until we accept them."""


def create_app(services: Services, settings: Settings, dialects: Dialects = DIALECTS) -> Litestar:
    """The ASGI application: every route, who may enter, what is said when something goes wrong."""
    metrics, rates = Metrics(settings.registry), Rates(settings)
    settings.registry.register(Alarms(services.breaker))
    settings.registry.register(Outbound(services))
    app = Litestar(
        [
            *openapi.HANDLERS,
            *problem_pages.HANDLERS,
            *(openapi.mounted(dialect) for dialect in dialects.known),
        ],
        guards=[_admit],
        before_request=replay,
        exception_handlers={Exception: errors.handle},
        request_class=Request,
        request_max_body_size=settings.limits.body,
        openapi_config=None,
        logging_config=None,
        state=State(
            {
                "services": services,
                "settings": settings,
                "metrics": metrics,
                "cursors": Cursors(settings.cursor_secret),
                "dialects": dialects,
                "rates": rates,
                "streams": Streams(),
                "documents": {
                    each.name: openapi.document(each, settings.public_url) for each in dialects.known
                },
            }
        ),
    )
    methods = {route.path_format: route.methods for route in app.routes if isinstance(route, HTTPRoute)}
    app.asgi_handler = Envelope(
        Remembering(app.asgi_handler, services.idempotency),
        dialects=dialects,
        rates=rates,
        metrics=metrics,
        public_url=settings.public_url,
        methods=methods,
    )
    return app


async def _admit(connection: Connection, handler: BaseRouteHandler) -> None:
    """The one guard of every route: Litestar copies the handler for each, and runs plain ones in a thread."""
    await authenticate(connection, handler)
    check_parameters(connection, handler)


class HttpServer:
    """Serves an application of create_app on one address. Port 0 takes any that is free."""

    def __init__(self, app: Litestar, host: str, port: int) -> None:
        self.app = app
        self._host = host
        self._port = port
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port that is listened on; known once started."""
        assert self._socket is not None
        return self._port

    async def start(self) -> None:
        """Listen; returns once requests are taken. Raises OSError where the address can't be had."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._socket = socket.create_server((self._host, self._port), family=family, backlog=BACKLOG)
        self._port = self._socket.getsockname()[1]
        self._server = _Server(self._config())
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="http")
        while not self._server.started:
            if self._serving.done():
                self._serving.result()
            await asyncio.sleep(0)

    async def stop(self) -> None:
        """Take no more connections, finish the requests at work, at most for the drain time; then return."""
        if self._server is None or self._serving is None:
            return
        self._server.should_exit = True
        self.app.state.streams.closing.set()
        await self._serving
        self._server = self._serving = None

    def _config(self) -> uvicorn.Config:
        settings: Settings = self.app.state.settings
        state = self.app.state
        doorkeeper = Doorkeeper(settings, state.dialects, state.rates, state.metrics)
        protocol = partial(GuardedProtocol, doorkeeper=doorkeeper)
        return uvicorn.Config(
            self.app,
            http=cast("type[asyncio.Protocol]", protocol),
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            log_level="error",  # warnings are what strangers can cause at will (A17)
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=settings.limits.drain_time,
        )


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: signals belong to whoever owns the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
