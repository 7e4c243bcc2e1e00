"""The sandbox's name server: UDP and TCP around respond()."""

import asyncio
import struct
from contextlib import suppress
from typing import Self, cast

import dns.exception
import dns.flags
import dns.message
import dns.rcode

from letterhead.sandbox.respond import respond, udp_limit
from letterhead.sandbox.zones import Zones

IDLE_SECONDS = 10.0
"""How long a TCP connection may be silent (RFC 7766 §6.2.3)."""

MAX_MESSAGE = 65_535  # bytes; the length before a message over TCP has two (RFC 1035 §4.2.2)
PORT_TRIALS = 20  # for a port that is free for both transports
OPCODE_AND_RD = 0x7900  # what a response copies of its query's flags (RFC 1035 §4.1.1)
HEADER = struct.Struct("!HH8x")  # ID, flags, four counters (RFC 1035 §4.1.1)


class NameServer:
    """Answers for `zones` at `address`, over UDP and TCP at the same port; 0 takes a free one.

    Changes to the zones show in the next answer. Runs in the event loop that start() is awaited in.
    """

    def __init__(self, zones: Zones, address: str = "127.0.0.1", port: int = 0) -> None:
        self.zones = zones
        self.address = address
        self.port = port
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None
        self._conversations: set[asyncio.Task[None]] = set()

    async def start(self) -> Self:
        """Listen; `port` is the real one from now on. Raises OSError when the port asked for is taken."""
        for _ in range(0 if self.port else PORT_TRIALS):
            with suppress(OSError):
                await self._listen()
                return self
        await self._listen()
        return self

    async def stop(self) -> None:
        """Close the sockets and end every conversation; harmless when not started."""
        if self._udp is not None:
            self._udp.close()
        if self._tcp is not None:
            self._tcp.close()
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    async def _listen(self) -> None:
        """Take the port for both transports or for none."""
        self._tcp = await asyncio.start_server(self._converse, self.address, self.port)
        port = self._tcp.sockets[0].getsockname()[1]
        try:
            self._udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: _Datagrams(self.zones), local_addr=(self.address, port)
            )
        except OSError:
            self._tcp.close()
            raise
        self.port = port

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One TCP connection, query after query."""
        task = asyncio.current_task()
        assert task is not None
        self._conversations.add(task)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError, TimeoutError):
                while True:
                    await self._exchange(reader, writer)
        finally:
            self._conversations.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(IDLE_SECONDS):
            length = int.from_bytes(await reader.readexactly(2), "big")
            response = reply(self.zones, await reader.readexactly(length), over_udp=False)
            if response is not None:
                writer.write(len(response).to_bytes(2, "big") + response)
                await writer.drain()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, zones: Zones) -> None:
        self._zones = zones

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        response = reply(self._zones, data, over_udp=True)
        if response is not None:
            self._transport.sendto(response, addr)


def reply(zones: Zones, wire: bytes, *, over_udp: bool) -> bytes | None:
    """The bytes to send for the bytes received; None for what is not even the header of a query.

    What does not fit is cut off and marked by TC (RFC 2181 §9).
    """
    if len(wire) < HEADER.size:
        return None
    message_id, flags = HEADER.unpack_from(wire)
    if flags & dns.flags.QR:
        return None  # answering responses would make two servers talk for ever
    try:
        query = dns.message.from_wire(wire)
    except dns.exception.DNSException:
        return HEADER.pack(message_id, dns.flags.QR | flags & OPCODE_AND_RD | dns.rcode.FORMERR)
    limit = udp_limit(query) if over_udp else MAX_MESSAGE
    return respond(zones, query).to_wire(max_size=limit, prefer_truncation=True)
