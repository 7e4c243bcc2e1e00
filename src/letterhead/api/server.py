"""The application put together, and the server that runs it inside our own event loop."""

import asyncio
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import cast

import uvicorn
from prometheus_client import ProcessCollector

from letterhead.api import health, openapi, problem_pages
from letterhead.api.alarms import Alarms
from letterhead.api.cursor import Cursors
from letterhead.api.dialect import Dialects
from letterhead.api.dialects.table import DIALECTS
from letterhead.api.dispatch import Application
from letterhead.api.metrics import Metrics
from letterhead.api.operation import operations
from letterhead.api.outbound import Outbound
from letterhead.api.protocol import Doorkeeper, GuardedProtocol
from letterhead.api.rates import Rates
from letterhead.api.settings import Settings
from letterhead.api.state import State
from letterhead.api.streams import Streams
from letterhead.api.workings import Lines, Workings
from letterhead.service.services import Services

BACKLOG = 2048
"""Connections that the kernel keeps for us until we accept them."""


def create_app(services: Services, settings: Settings, dialects: Dialects = DIALECTS) -> Application:
    """The ASGI application: every operation of every dialect, and what they share."""
    documents = {each.name: openapi.document(each, settings.public_url) for each in dialects.known}
    mounted = (openapi.mounted(dialect) for dialect in dialects.known)
    known = operations([*openapi.HANDLERS, *problem_pages.HANDLERS, *mounted])
    return Application(_state(services, settings, dialects, documents), known)


def create_health_app(services: Services, settings: Settings) -> Application:
    """The application of a process that is no API: whether it lives, can work, and what it counts."""
    return Application(_state(services, settings, DIALECTS, {}), operations(health.HANDLERS))


def _state(
    services: Services, settings: Settings, dialects: Dialects, documents: Mapping[str, bytes]
) -> State:
    """What all requests share; everything that is counted is in the registry from then on."""
    for collector in (
        Alarms(services.breaker),
        Outbound(services),
        Workings(services),
        Lines(settings.lines_dropped),
    ):
        settings.registry.register(collector)
    ProcessCollector(registry=settings.registry)
    return State(
        services=services,
        settings=settings,
        dialects=dialects,
        metrics=Metrics(settings.registry),
        rates=Rates(settings.rates),
        cursors=Cursors(settings.cursor_secret),
        streams=Streams(),
        documents=documents,
    )


class HttpServer:
    """Serves an application of create_app on one address. Port 0 takes any that is free."""

    def __init__(self, app: Application, host: str, port: int) -> None:
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
        self.app.state.streams.close()
        await self._serving
        self._server = self._serving = None

    def _config(self) -> uvicorn.Config:
        state = self.app.state
        protocol = partial(GuardedProtocol, doorkeeper=Doorkeeper(state))
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
            timeout_graceful_shutdown=state.settings.limits.drain_time,
        )


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: signals belong to whoever owns the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
