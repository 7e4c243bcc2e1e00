"""The sandbox's server on the wire: two transports, truncation, changes at run time, and any rubbish."""

import asyncio
import socket
from collections.abc import AsyncIterator

import dns.asyncquery
import dns.flags
import dns.message
import dns.rcode
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from letterhead.sandbox import nameserver
from letterhead.sandbox.nameserver import NameServer, reply
from letterhead.sandbox.zones import Zone, Zones

BIG = "\n".join(f'big TXT "{index:03}{"x" * 200}"' for index in range(40))


def acme() -> Zones:
    return Zones([Zone("acme.com", f'@ NS ns1\nns1 A 127.0.0.1\n@ TXT "here"\n{BIG}')])


@pytest.fixture
async def server() -> AsyncIterator[NameServer]:
    server = await NameServer(acme()).start()
    yield server
    await server.stop()


async def over_udp(server: NameServer, name: str, rtype: str = "TXT", **options: int) -> dns.message.Message:
    query = dns.message.make_query(name, rtype, **options)
    return await dns.asyncquery.udp(query, server.address, port=server.port, timeout=5)


async def over_tcp(server: NameServer, name: str, rtype: str = "TXT") -> dns.message.Message:
    query = dns.message.make_query(name, rtype)
    return await dns.asyncquery.tcp(query, server.address, port=server.port, timeout=5)


def texts(response: dns.message.Message) -> list[str]:
    return [rdata.to_text() for rrset in response.answer for rdata in rrset]


async def test_both_transports_answer_at_the_same_port(server: NameServer) -> None:
    assert server.port > 0
    assert texts(await over_udp(server, "acme.com")) == ['"here"']
    assert texts(await over_tcp(server, "acme.com")) == ['"here"']


async def test_a_change_is_seen_by_the_next_query(server: NameServer) -> None:
    for text in ("one", "two"):
        server.zones.holding("acme.com").put("acme.com", "TXT", [text])
        assert texts(await over_udp(server, "acme.com")) == [f'"{text}"']
        assert texts(await over_tcp(server, "acme.com")) == [f'"{text}"']


async def test_what_does_not_fit_over_udp_is_truncated_and_comes_whole_over_tcp(server: NameServer) -> None:
    for options in ({}, {"use_edns": 0, "payload": 4096}):
        short = await over_udp(server, "big.acme.com", **options)
        assert short.flags & dns.flags.TC
        assert len(texts(short)) < 40
    whole = await over_tcp(server, "big.acme.com")
    assert not whole.flags & dns.flags.TC
    assert len(texts(whole)) == 40


async def test_queries_may_be_pipelined_over_tcp(server: NameServer) -> None:
    reader, writer = await asyncio.open_connection(server.address, server.port)
    queries = [dns.message.make_query("acme.com", "TXT") for _ in range(20)]
    for query in queries:
        writer.write(query.to_wire(prepend_length=True))
    for query in queries:
        length = int.from_bytes(await reader.readexactly(2), "big")
        assert dns.message.from_wire(await reader.readexactly(length)).id == query.id
    writer.close()


async def test_an_idle_connection_is_closed(server: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nameserver, "IDLE_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection(server.address, server.port)
    writer.write(b"\x00")
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_stop_frees_the_port_and_may_be_called_again(server: NameServer) -> None:
    reader, writer = await asyncio.open_connection(server.address, server.port)
    await over_tcp(server, "acme.com")
    await server.stop()
    await server.stop()
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
    again = await NameServer(acme(), port=server.port).start()
    assert texts(await over_udp(again, "acme.com")) == ['"here"']
    await again.stop()


async def test_a_taken_port_is_an_error_and_leaves_nothing_open(server: NameServer) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            await NameServer(acme(), port=port).start()
    late = await NameServer(acme(), port=port).start()
    assert texts(await over_tcp(late, "acme.com")) == ['"here"']
    await late.stop()


async def test_rubbish_over_both_transports_kills_nothing(server: NameServer) -> None:
    good = dns.message.make_query("acme.com", "TXT").to_wire()
    rubbish = [b"", b"x", b"\x00" * 12, b"\xff" * 600, good[:-3], good + b"tail", good[:12] + b"\xc0\x0c" * 9]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        for wire in rubbish:
            asker.sendto(wire, (server.address, server.port))
    for wire in (b"\x00", b"\x00\x00", b"\xff\xffshort", b"\x00\x05hello"):
        _, writer = await asyncio.open_connection(server.address, server.port)
        writer.write(wire)
        writer.close()
    assert texts(await over_udp(server, "acme.com")) == ['"here"']
    assert texts(await over_tcp(server, "acme.com")) == ['"here"']


ZONES = acme()
GOOD = dns.message.make_query("acme.com", "TXT", use_edns=0).to_wire()


@given(st.binary(max_size=600), st.booleans())
@example(GOOD[:12], True)
@example(GOOD + b"tail", True)
def test_any_bytes_get_a_message_or_nothing(wire: bytes, over_udp: bool) -> None:
    check_reply(wire, over_udp=over_udp)


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=6), st.booleans())
def test_a_query_with_some_bytes_changed_gets_a_message_or_nothing(
    changes: list[tuple[int, int]], over_udp: bool
) -> None:
    wire = bytearray(GOOD)
    for position, byte in changes:
        wire[position] = byte
    check_reply(bytes(wire), over_udp=over_udp)


def check_reply(wire: bytes, *, over_udp: bool) -> None:
    """A response to it, under its ID, no larger than allowed; nothing to what is a response itself."""
    response = reply(ZONES, wire, over_udp=over_udp)
    if len(wire) < 12 or wire[2] & 0x80:
        assert response is None
        return
    assert response is not None
    parsed = dns.message.from_wire(response)
    assert parsed.id == int.from_bytes(wire[:2], "big")
    assert parsed.flags & dns.flags.QR
    assert len(response) <= (1232 if over_udp else 65_535)


def test_an_unreadable_query_is_told_so_with_its_opcode_and_rd() -> None:
    response = dns.message.from_wire(
        reply(ZONES, b"\x12\x34\x01\x00\x00\x01" + b"\x00" * 6, over_udp=True) or b""
    )
    assert (response.id, response.rcode()) == (0x1234, dns.rcode.FORMERR)
    assert response.flags & dns.flags.RD
