"""A name server that says what a test tells it to, right or wrong. Ready-made scripts stand in lies.py."""

import asyncio
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, NamedTuple, Self, cast

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

from tests.nameservers.ports import free_port

Transport = Literal["udp", "tcp"]


@dataclass(frozen=True, slots=True)
class Delayed:
    """A reply that is sent after so many seconds."""

    seconds: float
    reply: "Reply"


Reply = dns.message.Message | bytes | list[bytes] | Delayed | None
"""What is sent: one message, raw bytes, several of them in this order, something later, or nothing at all."""

Script = Callable[[dns.message.Message, Transport], Reply]


class Seen(NamedTuple):
    """One query that arrived: name in lower case without the final dot, type as text, transport, RD flag."""

    name: str
    type: str
    transport: Transport
    rd: bool


class Liar:
    """A scripted server over UDP and, unless `tcp` is off, TCP, in a thread with a loop of its own.

    Port 0 takes a free one. Until it is given a script it refuses everything. A query that is no DNS
    message is passed over. An error inside a script is raised by stop().
    """

    def __init__(self, address: str = "127.0.0.1", port: int = 0, *, tcp: bool = True) -> None:
        self.address = address
        self.port = port or free_port()
        self.queries: list[Seen] = []
        self._tcp = tcp
        self._script: Script = lambda query, _: refusal(query)
        self._errors: list[Exception] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"liar {address}", daemon=True)
        self._udp: asyncio.DatagramTransport | None = None
        self._listener: asyncio.Server | None = None

    def script(self, script: Script) -> None:
        """Answer by this script from the next query on."""
        self._script = script

    def count(self, name: str | None = None, rtype: str | None = None, transport: str | None = None) -> int:
        """How many queries were seen with this name, type and transport; None stands for any."""
        asked = (name, rtype, transport)
        return sum(
            all(a is None or a == s for a, s in zip(asked, seen[:3], strict=True)) for seen in self.queries
        )

    def start(self) -> Self:
        """Start to listen; returns once queries are answered."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(timeout=10)
        return self

    def stop(self) -> None:
        """Stop; raises the first error that a script raised."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=10)
        self._loop.close()
        if self._errors:
            raise self._errors[0]

    async def _open(self) -> None:
        where = (self.address, self.port)
        self._udp, _ = await self._loop.create_datagram_endpoint(lambda: _Datagrams(self), local_addr=where)
        if self._tcp:
            self._listener = await asyncio.start_server(self._converse, *where)

    async def _close(self) -> None:
        if self._udp is not None:
            self._udp.close()
        if self._listener is not None:
            self._listener.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One TCP connection; queries may be pipelined (RFC 7766 §6.2.1.1)."""

        def send(wire: bytes) -> None:
            writer.write(struct.pack("!H", len(wire)) + wire)

        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                self.hear(await reader.readexactly(length), "tcp", send)
        writer.close()

    def hear(self, wire: bytes, transport: Transport, send: Callable[[bytes], None]) -> None:
        """Note a query down and send what the script says to it."""
        try:
            query = dns.message.from_wire(wire)
            (question,) = query.question
        except (dns.exception.DNSException, ValueError):
            return
        name = question.name.to_text(omit_final_dot=True).lower()
        rtype = dns.rdatatype.to_text(question.rdtype)
        self.queries.append(Seen(name, rtype, transport, bool(query.flags & dns.flags.RD)))
        try:
            self._send(self._script(query, transport), send)
        except Exception as error:  # noqa: BLE001 - kept for stop(), where the test sees it
            self._errors.append(error)

    def _send(self, reply: Reply, send: Callable[[bytes], None]) -> None:
        if isinstance(reply, Delayed):
            self._loop.call_later(reply.seconds, self._send, reply.reply, send)
        elif isinstance(reply, list):
            for wire in reply:
                send(wire)
        elif reply is not None:
            send(reply if isinstance(reply, bytes) else reply.to_wire(max_size=65_535))


def refusal(query: dns.message.Message) -> dns.message.Message:
    """A plain REFUSED to this query."""
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.REFUSED)
    return response


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, liar: Liar) -> None:
        self._liar = liar

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._liar.hear(data, "udp", lambda wire: self._transport.sendto(wire, addr))
