"""DNS over HTTPS where the far end is no resolver, or a strange one; the contract has a good one (HTTP/2)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import dns.message
import pytest

from letterhead.core.answer import Fault
from letterhead.ports import Resolver
from letterhead.resolver.https import MAX_CONNECTIONS
from letterhead.resolver.opening import opened
from tests.clock import ManualClock
from tests.nameservers import lies
from tests.nameservers.authority import Authority
from tests.nameservers.liar import Script
from tests.resolver.asking import TRUE, texts
from tests.resolver.stage import ask, wire

DNS = "application/dns-message"


class Request(NamedTuple):
    """A request as it arrived: its first line, its headers by lower-case name, its body."""

    line: str
    headers: dict[str, str]
    body: bytes


Page = Callable[[Request], bytes]


class Site:
    """A web server that knows HTTP/1.1 alone and answers every request with what `page` makes of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[Request] = []
        self.open = self.most_open = 0

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                pairs = (line.split(": ", 1) for line in head[1:] if line)
                headers = {name.lower(): value for name, value in pairs}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.requests.append(Request(head[0], headers, body))
                writer.write(self.page(self.requests[-1]))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.open -= 1
            writer.transport.abort()


def response(body: bytes, kind: str = DNS, status: str = "200 OK", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


def page(body: bytes, kind: str = DNS, status: str = "200 OK", more: str = "") -> Page:
    return lambda _: response(body, kind, status, more)


def message(script: Script) -> Page:
    """What the script says to the query in the body."""
    return lambda request: response(wire(script, dns.message.from_wire(request.body)))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@asynccontextmanager
async def sited(
    first: Page, authority: Authority, clock: ManualClock, *, alpn: str = "http/1.1"
) -> AsyncIterator[tuple[Site, Resolver]]:
    """A site with this page, and the resolver that takes it for one."""
    site, tls = Site(first), authority.server("127.0.0.1", "dns.acme.com")
    tls.set_alpn_protocols([alpn])
    server = await asyncio.start_server(site.converse, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    try:
        url = f"https://127.0.0.1:{port}/dns-query#dns.acme.com"
        async with opened(url, clock, ca_file=authority.file) as resolver:
            yield site, resolver
    finally:
        server.close()
        await asyncio.sleep(0)


async def test_the_query_is_posted_in_wire_format_under_the_id_0(
    authority: Authority, clock: ManualClock
) -> None:
    async with sited(message(TRUE), authority, clock) as (site, resolver):
        observation = await ask(resolver)
    assert (texts(observation), observation.name) == (["true"], "dns.acme.com")
    (request,) = site.requests
    assert request.line == "POST /dns-query HTTP/1.1"
    assert (request.headers["content-type"], request.headers["accept"]) == (DNS, DNS)
    assert request.headers["host"].partition(":")[0] == "dns.acme.com"
    assert dns.message.from_wire(request.body).id == 0, "RFC 8484 §4.1"


async def test_over_http_1_many_questions_have_a_few_connections_at_a_time(
    authority: Authority, clock: ManualClock
) -> None:
    async with sited(message(TRUE), authority, clock) as (site, resolver):
        said = await asyncio.gather(*(ask(resolver, f"n{index}.acme.com") for index in range(60)))
        assert {tuple(texts(o)) for o in said} == {("true",)}
        assert len(site.requests) == 60
        assert site.most_open <= MAX_CONNECTIONS + 1, "the one on which it was found out"


LOGIN = b"<!doctype html><title>Welcome to the hotel</title>"
ELSEWHERE = {
    "rate limit": (page(b"", status="429 Too Many Requests"), Fault.NETWORK, "429 Too Many Requests"),
    "server error": (page(b"", status="500 Oops"), Fault.NETWORK, "500 Internal Server Error"),
    "unknown status": (page(b"", status="599 Hm"), Fault.NETWORK, "status 599"),
    "not found": (page(LOGIN, "text/html", "404 Not Found"), Fault.NETWORK, "404 Not Found"),
    "captive portal": (page(LOGIN, "text/html; charset=utf-8"), Fault.MALFORMED, "'text/html', not"),
    "portal by redirect": (
        page(b"", status="302 Found", more="Location: http://127.0.0.1:1/\r\n"),
        Fault.NETWORK,
        "302 Found",
    ),
    "JSON": (page(b'{"Status":0}', "application/dns-json"), Fault.MALFORMED, "application/dns-json"),
    "no type": (page(b"x", ""), Fault.MALFORMED, "'', not application/dns-message"),
    "no message": (page(LOGIN), Fault.MALFORMED, "does not belong"),
    "no body": (page(b""), Fault.MALFORMED, "does not belong"),
    "too much": (page(b"x" * 65_536), Fault.TOO_LARGE, "more than 65535 bytes"),
    "other question": (message(lies.wrong_question()), Fault.MALFORMED, "does not belong"),
    "other id": (message(lies.wrong_id()), Fault.MALFORMED, "does not belong"),
    "broken message": (message(lies.mangled(TRUE, 40)), Fault.MALFORMED, "no DNS message"),
    "truncated": (message(lies.truncated_everywhere()), Fault.TRUNCATED, "TC"),
    "servfail": (message(lies.rcode(2)), Fault.SERVFAIL, "SERVFAIL"),
    "no HTTP": (lambda _: b"220 mail.acme.com ESMTP\r\n\r\n", Fault.NETWORK, "HTTPS failed"),
    "closed by HTTP/1.0": (
        lambda _: f"HTTP/1.0 200 OK\r\nContent-Type: {DNS}\r\n\r\n".encode(),
        Fault.TIMEOUT,
        "no reply over HTTPS in time",
    ),
    "protocols switched": (
        lambda _: b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: dns\r\n\r\n",
        Fault.NETWORK,
        "HTTPS failed",
    ),
    "half a response": (lambda _: response(b"x" * 100)[:-50], Fault.TIMEOUT, "no reply over HTTPS in time"),
    "silence": (lambda _: b"", Fault.TIMEOUT, "no reply over HTTPS in time"),
}


@pytest.mark.parametrize("case", ELSEWHERE)
async def test_R01_R22_what_is_no_dns_message_in_a_good_response_is_a_fault(
    case: str, authority: Authority, clock: ManualClock
) -> None:
    first, fault, detail = ELSEWHERE[case]
    async with sited(first, authority, clock) as (site, resolver):
        observation = await ask(resolver, within=0.3 if fault is Fault.TIMEOUT else 3)
        assert (observation.fault, observation.records) == (fault, ())
        assert detail in observation.detail
        site.page = message(TRUE)
        assert texts(await ask(resolver)) == ["true"], "nothing of it is left over"


@pytest.mark.parametrize("junk", [b"HTTP/1.1 200 OK\r\n\r\n", b"\0" * 400, b"\xff" * 400])
async def test_R01_a_server_that_promises_http_2_and_speaks_something_else_is_a_network_fault(
    junk: bytes, authority: Authority, clock: ManualClock
) -> None:
    async with sited(lambda _: junk, authority, clock, alpn="h2") as (_, resolver):
        observation = await ask(resolver, within=0.3)
        assert observation.fault in (Fault.NETWORK, Fault.TIMEOUT)


async def test_R01_R23_a_certificate_that_proves_nothing_is_a_network_fault(
    authority: Authority, clock: ManualClock, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path / "stranger")
    site, tls = Site(message(TRUE)), stranger.server("127.0.0.1")
    server = await asyncio.start_server(site.converse, "127.0.0.1", 0, ssl=tls)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with opened(url, clock, ca_file=authority.file) as resolver:
        observation = await ask(resolver)
    server.close()
    assert observation.fault is Fault.NETWORK
    assert "certificate verify failed" in observation.detail
    assert not site.requests


async def test_R01_nobody_there_is_a_network_fault_that_says_so(
    authority: Authority, clock: ManualClock
) -> None:
    async with opened("https://127.0.0.1:1", clock, ca_file=authority.file) as resolver:
        observation = await ask(resolver)
    assert observation.fault is Fault.NETWORK
    assert "Connect call failed" in observation.detail
