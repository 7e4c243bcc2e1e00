"""What a resolver's certificate must prove before it is sent a single query."""

import asyncio
import ssl
from pathlib import Path

import dns.message
import pytest

from letterhead.core.answer import Fault
from letterhead.resolver.opening import opened
from tests.clock import ManualClock
from tests.nameservers.authority import Authority
from tests.resolver.asking import TRUE, texts
from tests.resolver.stage import Stage, ask, saying, staged


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


async def test_tls_with_a_certificate_of_the_authority_for_the_address(
    authority: Authority, clock: ManualClock
) -> None:
    tls = authority.server("127.0.0.1")
    async with staged(saying(TRUE), clock, tls=tls, ca_file=authority.file) as (_, resolver):
        assert texts(await ask(resolver)) == ["true"]


async def test_R23_a_certificate_itself_can_be_pinned_and_then_no_other_will_do(
    authority: Authority, clock: ManualClock
) -> None:
    pinned, tls = authority.certify("127.0.0.1"), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pinned)
    async with staged(saying(TRUE), clock, tls=tls, ca_file=pinned) as (_, resolver):
        assert texts(await ask(resolver)) == ["true"]
    async with staged(saying(TRUE), clock, tls=authority.server("127.0.0.1"), ca_file=pinned) as (
        _,
        resolver,
    ):
        assert (await ask(resolver)).fault is Fault.NETWORK


@pytest.mark.parametrize(
    ("ip", "flaw", "why"),
    [
        ("127.0.0.1", "unknown authority", "certificate verify failed"),
        ("127.0.0.2", "other address", "IP address mismatch"),
        ("127.0.0.1", "expired", "certificate has expired"),
    ],
)
async def test_R01_a_certificate_that_proves_nothing_is_a_network_fault_and_no_query_is_sent(
    ip: str, flaw: str, why: str, authority: Authority, clock: ManualClock
) -> None:
    signer = Authority(authority.file.parent / "other") if flaw == "unknown authority" else authority
    tls = signer.server(ip, expired=flaw == "expired")
    heard: list[dns.message.Message] = []
    play = lambda query, _s, _w: heard.append(query)  # noqa: E731 - shown where it is used
    async with staged(play, clock, tls=tls, ca_file=authority.file) as (_, resolver):
        observation = await ask(resolver)
    assert observation.fault is Fault.NETWORK
    assert observation.detail.startswith("TLS failed: ")
    assert why in observation.detail
    assert observation.name == "", "nobody has proved to be that"
    assert not heard


async def test_R01_a_server_that_speaks_no_tls_is_a_network_fault(
    authority: Authority, clock: ManualClock
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with opened(f"tls://127.0.0.1:{port}", clock, ca_file=authority.file) as resolver:
        assert (await ask(resolver)).fault is Fault.NETWORK
    server.close()


async def test_the_name_behind_the_hash_must_stand_in_the_certificate(
    authority: Authority, clock: ManualClock
) -> None:
    stage = await Stage(saying(TRUE), authority.server("127.0.0.9", "dns.acme.com")).start()
    said = {}
    for name in ("dns.acme.com", "dns.evil.com"):
        url = f"tls://127.0.0.1:{stage.port}#{name}"
        async with opened(url, clock, ca_file=authority.file) as resolver:
            observation = await ask(resolver)
            said[name] = (observation.name, observation.fault)
    await stage.stop()
    assert said == {"dns.acme.com": ("dns.acme.com", None), "dns.evil.com": ("", Fault.NETWORK)}
