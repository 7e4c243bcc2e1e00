"""A server over TCP or TLS in the test's own loop, which does to a connection whatever a test wants."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import dns.message

from letterhead.core.answer import Observation, Question, RecordType
from letterhead.ports import Clock, Resolver
from letterhead.resolver.opening import opened
from tests.nameservers.liar import Script

Send = Callable[[bytes], None]
Answering = Callable[[dns.message.Message, Send, asyncio.StreamWriter], None]


class Stage:
    """A server in the loop of the test: `play` is called with each query, a way to reply, the connection."""

    def __init__(self, play: Answering, tls: ssl.SSLContext | None = None) -> None:
        self.play = play
        self.connections = 0
        self._tls = tls
        self._open: set[asyncio.Task[None]] = set()

    async def start(self) -> "Stage":
        self._server = await asyncio.start_server(self._converse, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await asyncio.sleep(0)  # the turn in which aborted transports let go of their sockets

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while True:
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                query = dns.message.from_wire(await reader.readexactly(length))
                self.play(query, lambda wire: writer.write(framed(wire)), writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            writer.transport.abort()


def framed(wire: bytes) -> bytes:
    return struct.pack("!H", len(wire)) + wire


def wire(script: Script, query: dns.message.Message) -> bytes:
    reply = script(query, "tcp")
    return reply if isinstance(reply, bytes) else reply.to_wire(max_size=65_535)


def saying(script: Script) -> Answering:
    return lambda query, send, _: send(wire(script, query))


@asynccontextmanager
async def staged(
    play: Answering, clock: Clock, *, tls: ssl.SSLContext | None = None, ca_file: Path | None = None
) -> AsyncIterator[tuple[Stage, Resolver]]:
    """A stage with this play, and the resolver that asks it."""
    stage = await Stage(play, tls).start()
    scheme = "tls" if tls else "tcp"
    try:
        async with opened(f"{scheme}://127.0.0.1:{stage.port}", clock, ca_file=ca_file) as resolver:
            yield stage, resolver
    finally:
        await stage.stop()


async def ask(resolver: Resolver, name: str = "acme.com", *, within: float = 3) -> Observation:
    """What the resolver observes of the TXT records of this name."""
    (observation,) = await resolver.ask(Question(name, RecordType.TXT), within=within)
    return observation
