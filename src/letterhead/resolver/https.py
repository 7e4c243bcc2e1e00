"""DNS over HTTPS in wire format (RFC 8484): over HTTP/2, or over HTTP/1.1 where the resolver has no other.

No redirect is followed, no cookie kept, no proxy asked: what carries a query is the one server named.
"""

import asyncio
import ssl

from letterhead.core.endpoint import Endpoint
from letterhead.resolver import http1
from letterhead.resolver.connection import Kept
from letterhead.resolver.http2 import Http2
from letterhead.resolver.post import authority
from letterhead.resolver.transport import Forgery
from letterhead.resolver.wire import Query

MAX_CONNECTIONS = 8
"""Connections at a time over HTTP/1.1, which carries one query each; over HTTP/2 one carries them all."""


class Https:
    """A channel of HTTP requests to one resolver. Which HTTP it speaks is found out, and remembered."""

    def __init__(self, endpoint: Endpoint, tls: ssl.SSLContext) -> None:
        tls.set_alpn_protocols(["h2", "http/1.1"])  # RFC 9113 §3.2
        self._endpoint = endpoint
        self._tls = tls
        self._http2 = Kept(endpoint, tls, lambda: Http2(authority(endpoint), endpoint.path))
        self._speaks_http2 = True
        self._gate = asyncio.Semaphore(MAX_CONNECTIONS)

    async def fetch(self, query: Query) -> bytes:
        """See Channel."""
        query = query.numbered(0)  # RFC 8484 §4.1: HTTP relates reply and query
        reply = await self._post(query.wire)
        if not query.is_answered_by(reply):
            raise Forgery("the reply does not belong to the question")
        return reply

    async def close(self) -> None:
        """See Channel."""
        await self._http2.close()

    async def _post(self, wire: bytes) -> bytes:
        if self._speaks_http2:
            connection = await self._http2.open()
            if connection.is_spoken:
                return await connection.ask(wire)
            self._speaks_http2 = False
        try:
            async with self._gate:
                return await http1.ask(self._endpoint, self._tls, wire)
        except (OSError, EOFError):
            self._speaks_http2 = True  # it may have learnt since
            raise
