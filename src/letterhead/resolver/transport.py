"""Getting a query to a server and its reply back, over UDP or TCP; deadlines are the caller's.

Every query has a socket of its own: connected, so that the kernel drops what comes from other addresses
and reports ports that nobody listens on, and with a source port that the kernel draws (RFC 5452 §9.2).
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import NamedTuple

from letterhead.resolver.poller import Poller
from letterhead.resolver.wire import Query

UDP_TRIES = 3
"""How often a query is sent before we give up."""

UDP_PATIENCE = 0.75
"""Seconds before the second try; each further one is given so much more than the one before."""

MAX_STRANGERS = 16
"""Replies from the server's address and port that are not ours to accept before we call it an attack.

With n of them let by, a blind attacker's chance to hit the id is n in 65,536 (RFC 5452 §4.2).
"""

_READ_AT_ONCE = 32  # datagrams taken in one turn of the loop, so that a flood leaves turns for others
_LENGTH = struct.Struct("!H")


class Forgery(Exception):
    """Somebody is guessing: too many replies arrived that don't belong to the query (RFC 5452 §9.3)."""


class Server(NamedTuple):
    """Where a name server listens: an IP address and a port, the same for UDP and TCP."""

    ip: str
    port: int

    def url(self, scheme: str) -> str:
        """The server for people and evidence: "udp://192.0.2.53:53" or "tcp://[2001:db8::53]:53"."""
        host = f"[{self.ip}]" if ":" in self.ip else self.ip
        return f"{scheme}://{host}:{self.port}"

    @property
    def family(self) -> socket.AddressFamily:
        """AF_INET or AF_INET6."""
        return socket.AF_INET6 if ":" in self.ip else socket.AF_INET


async def over_udp(server: Server, query: Query, until: float, poller: Poller) -> bytes:
    """Send the query as a datagram, again after a while; returns the first reply that belongs to it.

    Raises OSError (nobody listens, no way there), TimeoutError after the last try or `until`, Forgery.
    """
    sock = socket.SocketType(server.family, socket.SOCK_DGRAM)  # the bare one: it lives for milliseconds
    try:
        sock.setblocking(False)  # noqa: FBT003 - takes no keyword
        sock.connect((server.ip, server.port))
        asked = _Asked(sock, query, until)
        poller.watch(sock.fileno(), asked.look)
        try:
            asked.send()
            return await asked.arrived
        finally:
            asked.stop()
            poller.forget(sock.fileno())
    finally:
        sock.close()


class _Asked:
    """A query and the socket of its own over which it is asked; other datagrams are only counted."""

    def __init__(self, sock: socket.SocketType, query: Query, until: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._sock = sock
        self._query = query
        self._until = until
        self._tries = 0
        self._strangers = 0
        self.arrived: asyncio.Future[bytes] = self._loop.create_future()

    def send(self) -> None:
        """Send, and again unless something has come of it meanwhile."""
        self._within(self._send)

    def look(self) -> None:
        """Look at what has come in."""
        self._within(self._look)

    def stop(self) -> None:
        """Send no more."""
        self._timer.cancel()

    def _within(self, act: Callable[[], None]) -> None:
        """Act while nothing has come of it; what goes wrong then is what comes of it."""
        if self.arrived.done():
            return
        try:
            act()
        except BlockingIOError:
            return
        except (OSError, Forgery) as error:
            self.arrived.set_exception(error)

    def _send(self) -> None:
        self._tries += 1
        again = self._loop.time() + self._tries * UDP_PATIENCE
        is_last = self._tries == UDP_TRIES or again >= self._until
        then = self._give_up if is_last else self._send
        self._timer = self._loop.call_at(min(again, self._until), self._within, then)
        self._sock.send(self._query.wire)

    def _give_up(self) -> None:
        raise TimeoutError

    def _look(self) -> None:
        for _ in range(_READ_AT_ONCE):
            datagram = self._sock.recv(65_535)
            if self._query.is_answered_by(datagram):
                self.arrived.set_result(datagram)
                return
            self._strangers += 1
            if self._strangers > MAX_STRANGERS:
                raise Forgery(f"more than {MAX_STRANGERS} replies that don't belong to the question")


async def over_tcp(server: Server, query: Query, until: float) -> bytes:
    """Ask over a TCP connection of its own (RFC 7766); returns the reply, which belongs to the query.

    Raises OSError, EOFError when the server hangs up before its reply is whole, TimeoutError, Forgery when
    the reply belongs to another query.
    """
    async with asyncio.timeout_at(until):
        reply = await _over_connection(server, query)
    if not query.is_answered_by(reply):
        raise Forgery("the reply over TCP does not belong to the question")
    return reply


async def _over_connection(server: Server, query: Query) -> bytes:
    reader, writer = await asyncio.open_connection(server.ip, server.port)
    try:
        writer.write(_LENGTH.pack(len(query.wire)) + query.wire)  # one segment (RFC 7766 §8)
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        return await reader.readexactly(length)
    finally:
        writer.transport.abort()
