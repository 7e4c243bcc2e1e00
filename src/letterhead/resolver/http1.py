"""A query over HTTP/1.1 (RFC 9112), on a connection of its own; for resolvers that speak no HTTP/2."""

import asyncio
import ssl

import h11

from letterhead.core.endpoint import Endpoint
from letterhead.resolver.channel import HungUp
from letterhead.resolver.post import Response, authority, headers

_READ_AT_ONCE = 65_536  # bytes


async def ask(endpoint: Endpoint, tls: ssl.SSLContext, wire: bytes) -> bytes:
    """Post the query; returns what the response carries. Raises OSError, HungUp, Failed."""
    reader, writer = await asyncio.open_connection(
        endpoint.ip, endpoint.port, ssl=tls, server_hostname=endpoint.certified
    )
    try:
        return await _exchange(reader, writer, endpoint, wire)
    except h11.ProtocolError as error:
        raise HungUp(f"it speaks no HTTP that we understand: {error!s:.200}") from error
    finally:
        writer.transport.abort()


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, endpoint: Endpoint, wire: bytes
) -> bytes:
    state = h11.Connection(h11.CLIENT)
    fields = [("host", authority(endpoint)), ("connection", "close"), *headers(wire)]
    for event in (
        h11.Request(method="POST", target=endpoint.path, headers=fields),
        h11.Data(data=wire),
        h11.EndOfMessage(),
    ):
        writer.write(state.send(event) or b"")
    response = Response()
    while True:
        match state.next_event():
            case h11.NEED_DATA:
                state.receive_data(await reader.read(_READ_AT_ONCE))
            case h11.Response() as begun:
                response.begin(begun.status_code, begun.headers)
            case h11.Data() as piece:
                response.add(piece.data)
            case h11.EndOfMessage():
                return response.message()
            case h11.ConnectionClosed() | h11.PAUSED:
                raise HungUp("the connection was closed")
