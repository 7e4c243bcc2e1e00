"""Which resolver is asked about very many domains, and how."""

import asyncio

import pytest

from letterhead.core.answer import Question, RecordType
from letterhead.ports import Snapshot
from letterhead.resolver.bulk.lookout import DigestLookout
from letterhead.resolver.opening import looking

MX = DigestLookout.prepared([Question("acme.com", RecordType.MX)])


class Greeting(asyncio.Protocol):
    """Hangs up on whoever says anything, and notes what that begins with."""

    def __init__(self, said: list[bytes]) -> None:
        self._said = said

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._said.append(data[:1])
        self._transport.close()


async def greeted(*urls: str) -> set[bytes]:
    """What is said first on each connection to a port that the URLs name as {port}."""
    said: list[bytes] = []
    server = await asyncio.get_running_loop().create_server(lambda: Greeting(said), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, looking([url.format(port=port) for url in urls], b"secret") as lookout:
        assert lookout is not None
        glances = [glance async for some in lookout.look([Snapshot("dom_1", MX, b"")]) for glance in some]
    assert [glance.digest for glance in glances] == [None]
    return {*said}


@pytest.mark.parametrize("urls", [(), ("https://192.0.2.1/dns-query",)], ids=["nobody", "https"])
async def test_where_nobody_can_be_asked_there_is_no_lookout(urls: tuple[str, ...]) -> None:
    async with looking(urls, b"secret") as lookout:
        assert lookout is None


@pytest.mark.parametrize("scheme", ["udp", "tcp"])
async def test_the_first_that_can_be_asked_is_asked_over_tcp_at_its_port(scheme: str) -> None:
    here = f"{scheme}://127.0.0.1:{{port}}"
    said = await greeted("https://192.0.2.1/dns-query", here, "tcp://127.0.0.2:1")
    assert said == {b"\0"}, "the length of a query, in two bytes (RFC 1035 §4.2.2)"


async def test_a_resolver_behind_tls_is_asked_over_tls() -> None:
    assert await greeted("tls://127.0.0.1:{port}") == {b"\x16"}, "a handshake (RFC 8446 §5.1)"
