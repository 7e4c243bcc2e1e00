"""Many queries on one connection, over TCP (RFC 7766) or TLS (RFC 7858); replies come in any order."""

import ssl
import struct

from letterhead.core.endpoint import Endpoint
from letterhead.resolver.connection import Connection, Kept
from letterhead.resolver.transport import Forgery
from letterhead.resolver.wire import Query

_LENGTH = struct.Struct("!H")
_IDS = 1 << 16


class Pipeline:
    """A channel of one connection; `tls` None: over TCP. Who asks at the same time shares it."""

    def __init__(self, endpoint: Endpoint, tls: ssl.SSLContext | None) -> None:
        self._connection = Kept(endpoint, tls, _Stream)

    async def fetch(self, query: Query) -> bytes:
        """See Channel."""
        return await (await self._connection.open()).ask(query)

    async def close(self) -> None:
        """See Channel."""
        await self._connection.close()


class _Stream(Connection):
    """One connection: each message has two bytes of length before it (RFC 1035 §4.2.2)."""

    def __init__(self) -> None:
        super().__init__()
        self._received = bytearray()
        self._id = 0

    async def ask(self, query: Query) -> bytes:
        """Send the query under an id that is free here; returns its reply."""
        query = query.numbered(self._free_id())
        self._transport.write(_LENGTH.pack(len(query.wire)) + query.wire)  # one segment (RFC 7766 §8)
        reply = await self._reply(query.id)
        if not query.is_answered_by(reply):
            raise Forgery("the reply does not belong to the question")
        return reply

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        self._received += data
        while len(self._received) >= _LENGTH.size:
            end = _LENGTH.size + _LENGTH.unpack_from(self._received)[0]
            if len(self._received) < end:
                return
            message = bytes(self._received[_LENGTH.size : end])
            del self._received[:end]
            self._arrive(int.from_bytes(message[:2], "big"), message)

    def _free_id(self) -> int:
        """The ids take turns, so that a reply that comes too late meets no other query under its id."""
        self._id = (self._id + 1) % _IDS
        while self._id in self._waiting:
            self._id = (self._id + 1) % _IDS
        return self._id
