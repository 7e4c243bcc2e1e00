"""HTTP as it arrives: slow, torn, doubled and oversized requests, and a stop in the middle of one."""

import asyncio
import socket
from contextlib import suppress
from typing import Any

import pytest

from letterhead.api.client import block
from letterhead.api.protocol import GuardedProtocol
from letterhead.api.server import HttpServer, create_app
from letterhead.api.settings import Limits
from letterhead.service.health import Condition
from tests.api.conftest import PUBLIC_URL, Api
from tests.api.raw import Line, exchange, read

HOST = b"Host: x\r\n"
CLOSE = HOST + b"Connection: close\r\n"


@pytest.fixture
def limits() -> Limits:
    return Limits(
        head_time=0.4,
        chunk_time=0.4,
        body_time=1.0,
        read_time=0.4,
        connections=12,
        connections_per_address=8,
        drain_time=2,
    )


SMUGGLED = {
    "both lengths": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "both lengths, chunked first": b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    "two equal lengths": b"Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
    "length list": b"Content-Length: 4, 4\r\n\r\nabcd",
    "negative length": b"Content-Length: -1\r\n\r\n",
    "signed length": b"Content-Length: +4\r\n\r\nabcd",
    "hex length": b"Content-Length: 0x4\r\n\r\nabcd",
    "endless length": b"Content-Length: 99999999999999999999999\r\n\r\n",
    "chunk size no number": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "chunk size negative": b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "chunk size too long": b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n",
    "chunk without end": b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
    "coding is not chunked": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked not last": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "blank before the colon": b"Content-Length : 4\r\n\r\nabcd",
    "folded field": b"X: a\r\n b\r\nContent-Length : 0\r\n\r\n",
    "control in a field": b"X: a\x00b\r\n\r\n",
    "no name": b": x\r\n\r\n",
}


@pytest.mark.parametrize("fields", SMUGGLED.values(), ids=SMUGGLED)
async def test_A15_a_request_that_ends_in_two_places_is_400_and_the_line_is_cut(
    api: Api, fields: bytes
) -> None:
    request = b"POST /api/v2/domains HTTP/1.1\r\n" + HOST + fields + b"GET /healthz HTTP/1.1\r\n" + CLOSE
    answer = await exchange(api.server.port, request + b"\r\n")
    assert b"alive" not in answer, "what stood behind was taken for a request"
    status, headers, body = read(answer)
    if status != 401:  # refused for its lack of a key while the rest was still unread, and then cut
        assert (status, body["code"]) == (400, "malformed_request")
        assert headers["content-type"] == "application/problem+json"
        assert headers["x-request-id"] == body["request_id"]


@pytest.mark.parametrize(
    "request_line",
    [b"", b"GET", b"GET /", b"GET / HTTP/9.9", b"GET  / HTTP/1.1", b"\x16\x03\x01", b"G\x00T / HTTP/1.1"],
)
async def test_what_is_not_http_is_refused_or_dropped(api: Api, request_line: bytes) -> None:
    answer = await exchange(api.server.port, request_line + b"\r\n" + CLOSE + b"\r\n")
    assert not answer or read(answer)[0] in {400, 404}  # two blanks, or none, leave no doubt


async def test_A15_host_and_forwarding_headers_reach_no_link(api: Api) -> None:
    headers = {"host": "evil.example", "x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    key = await api.key()
    made = await api.ask("POST", "/domains", key, json={"domain": "acme.com"}, headers=headers)
    assert made.headers["location"].startswith(f"{PUBLIC_URL}/api/v2/domains/dom_")
    lost = await api.ask("GET", "/nothing", key, headers=headers)
    assert lost.json()["type"] == f"{PUBLIC_URL}/problems/not_found"
    assert "evil" not in made.text + lost.text


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
async def test_A15_a_method_is_not_overridden_by_a_header(api: Api, name: str) -> None:
    key = await api.key()
    domain = await api.domain(key)
    assert (await api.ask("GET", f"/domains/{domain}", key, headers={name: "DELETE"})).status_code == 200
    assert (await api.ask("POST", f"/domains/{domain}", key, headers={name: "DELETE"})).status_code == 405
    assert (await api.ask("GET", f"/domains/{domain}", key)).status_code == 200


async def test_A15_no_cross_origin_is_allowed_and_the_server_is_not_named(api: Api) -> None:
    answer = await api.ask("GET", "/domains", await api.key(), headers={"origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert "server" not in answer.headers


async def test_an_upgrade_is_not_taken_up(api: Api) -> None:
    fields = b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    line = await Line.to(api.server.port)
    await line.say(b"GET /healthz HTTP/1.1\r\n" + HOST + fields)
    assert b"200 OK" in await line.hear_until(b'{"status":"alive"}')
    await line.hear()


@pytest.mark.parametrize(
    "fields",
    [b"X: " + b"a" * 20_000, b"X: " + b"a" * 200_000, b"\r\n".join(b"X%d: a" % n for n in range(101))],
    ids=["one long field", "one endless field", "many fields"],
)
async def test_A17_a_head_that_is_too_large_is_431(api: Api, fields: bytes) -> None:
    answer = await exchange(api.server.port, b"GET /healthz HTTP/1.1\r\n" + HOST + fields + b"\r\n\r\n")
    status, _, body = read(answer)
    assert (status, body["code"]) == (431, "head_too_large")


async def test_A17_an_endless_field_is_cut_before_it_ends(api: Api) -> None:
    line = await Line.to(api.server.port)
    await line.say(b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 20_000)
    assert read(await line.hear())[0] == 431


async def test_A17_a_long_path_is_431_and_a_head_of_a_hundred_fields_is_read(api: Api) -> None:
    assert (
        read(await exchange(api.server.port, b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + CLOSE + b"\r\n"))[
            0
        ]
        == 431
    )
    fields = b"".join(b"X%d: a\r\n" % n for n in range(98))
    assert (
        read(await exchange(api.server.port, b"GET /healthz HTTP/1.1\r\n" + CLOSE + fields + b"\r\n"))[0]
        == 200
    )


async def test_A17_a_head_that_trickles_in_is_408(api: Api) -> None:
    line = await Line.to(api.server.port)
    await line.say(b"GET /healthz HTTP/1.1\r\n")
    trickle = asyncio.create_task(_trickle(line, b"X: a\r\n"))
    status, headers, body = read(await line.hear())
    trickle.cancel()
    assert (status, body["code"], headers["connection"]) == (408, "request_timeout", "close")


async def test_A17_a_body_that_stops_is_408(api: Api) -> None:
    line = await Line.to(api.server.port)
    await line.say(_post(await api.key(), length=100) + b'{"domain":')
    assert read(await line.hear())[2]["code"] == "request_timeout"


async def test_A17_a_body_that_trickles_in_is_408_once_the_time_for_all_of_it_is_over(api: Api) -> None:
    line = await Line.to(api.server.port)
    await line.say(_post(await api.key(), length=10_000))
    began = asyncio.get_running_loop().time()
    trickle = asyncio.create_task(_trickle(line, b" "))
    status, _, _ = read(await line.hear())
    trickle.cancel()
    assert status == 408
    assert 0.9 < asyncio.get_running_loop().time() - began < 3


async def test_a_request_that_came_behind_another_may_take_its_time(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(*_: object) -> Condition:
        await asyncio.sleep(0.6)  # longer than a head may take
        return Condition()

    monkeypatch.setattr(type(api.services.health), "condition", slow)
    asked = b"GET /readyz HTTP/1.1\r\n"
    answers = await exchange(api.server.port, asked + HOST + b"\r\n" + asked + CLOSE + b"\r\n")
    assert answers.count(b"HTTP/1.1 200 OK") == 2


async def test_A17_a_kept_connection_is_served_for_longer_than_it_may_idle(api: Api) -> None:
    line = await Line.to(api.server.port)
    for _ in range(6):
        await asyncio.sleep(0.15)
        await line.say(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
        await line.hear_until(b'alive"}')
    assert await line.hear() == b"", "and then it is closed"


@pytest.mark.parametrize("said", [b"", b"\r\n", b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"])
async def test_A17_an_idle_connection_is_closed(api: Api, said: bytes) -> None:
    line = await Line.to(api.server.port)
    await line.say(said)
    trickle = asyncio.create_task(_trickle(line, b"\r\n"))
    await line.hear()  # raises TimeoutError if it stays open
    trickle.cancel()


async def test_A17_who_leaves_answers_unread_is_cut_off(api: Api) -> None:
    line = await Line.to(api.server.port)
    await line.say((b"GET /api/v2/openapi.json HTTP/1.1\r\n" + HOST + b"\r\n") * 150)
    await _until_counted(api, 'letterhead_http_turned_away_total{code="unread"} 1.0')
    assert (await line.hear()).count(b"HTTP/1.1 200 OK") < 150


async def test_A17_who_leaves_the_last_of_an_answer_unread_is_cut_off(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = GuardedProtocol.connection_made

    def narrow(protocol: GuardedProtocol, transport: asyncio.Transport) -> None:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        made(protocol, transport)

    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        line.setblocking(False)
        loop = asyncio.get_running_loop()
        with monkeypatch.context() as patch:
            patch.setattr(GuardedProtocol, "connection_made", narrow)
            await loop.sock_connect(line, ("127.0.0.1", api.server.port))
            asked = b"GET /metrics HTTP/1.1\r\n"  # four thousand octets each, less than what makes us pause
            await loop.sock_sendall(line, (asked + HOST + b"\r\n") * 11 + asked + CLOSE + b"\r\n")
            await asyncio.sleep(0.1)
        await _until_counted(api, 'letterhead_http_turned_away_total{code="unread"} 1.0')


@pytest.mark.parametrize(
    "behind", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"], ids=["alone", "asked on"]
)
async def test_A17_an_export_that_nobody_reads_gives_its_place_back(
    api: Api, behind: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await api.key()
    domain = await api.domain(key)
    first_page = type(api.services.history).of_domain

    async def endless(history: Any, actor: Any, domain_id: str, *, limit: int, before: int = 0) -> Any:
        del before
        return list(await first_page(history, actor, domain_id, limit=limit)) * limit

    monkeypatch.setattr(type(api.services.history), "of_domain", endless)
    line = await Line.to(api.server.port)
    fields = f"Authorization: Bearer {key}\r\n\r\n".encode()
    asked = f"GET /api/v2/domains/{domain}/history/export HTTP/1.1\r\n".encode() + HOST + fields
    await line.say(asked + behind)
    await line.hear_until(b"200 OK")
    streams = api.server.app.state.streams
    assert streams._open.total() == 1
    async with asyncio.timeout(10):
        while streams._open:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.05)
    line.hang_up()


async def test_A17_one_address_has_only_so_many_connections(api: Api) -> None:
    lines = [await Line.to(api.server.port) for _ in range(8)]
    status, headers, body = read(await exchange(api.server.port, b""))
    assert (status, body["code"]) == (429, "too_many")
    assert headers["retry-after"]
    for line in lines:
        line.hang_up()
    await asyncio.sleep(0.05)
    assert (await api.client.get("/healthz")).status_code == 200


async def test_A17_two_hundred_slow_clients_hold_nobody_else_up(api: Api) -> None:
    key = await api.key()
    head = b"POST /api/v2/domains HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n"
    slow = await asyncio.gather(*(Line.to(api.server.port, "127.0.0.2") for _ in range(200)))
    for line in slow:
        await line.say(head)
    async with asyncio.timeout(2):
        assert (await api.ask("GET", "/domains", key)).status_code == 200
    for line in slow:
        line.hang_up()


def test_A17_an_ipv6_network_of_64_bits_counts_as_one_client() -> None:
    assert block("2001:db8::1") == block("2001:db8::ffff:1") == "2001:db8::/64"
    assert block("2001:db8:0:1::1") != block("2001:db8::1")
    assert block("::ffff:192.0.2.1") == block("192.0.2.1") == "192.0.2.1"
    assert block("fe80::1%eth0") == "fe80::/64"
    assert block("unix") == "unix"


async def test_X12_stop_finishes_the_request_at_work_and_takes_no_more(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(*_: object) -> Condition:
        begun.set()
        await go_on.wait()
        return Condition()

    monkeypatch.setattr(type(api.services.health), "condition", slow)
    port = api.server.port
    asked = asyncio.create_task(api.client.get("/readyz"))
    await begun.wait()
    stopping = asyncio.create_task(api.server.stop())
    await asyncio.sleep(0.3)
    with pytest.raises(OSError, match="Connect"):
        await Line.to(port)
    assert not stopping.done()
    go_on.set()
    assert (await asked).status_code == 200
    await asyncio.wait_for(stopping, 2)


async def test_X12_stop_waits_no_longer_than_the_drain_time(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless(*_: object) -> Condition:
        await asyncio.sleep(60)
        return Condition()

    monkeypatch.setattr(type(api.services.health), "condition", endless)
    asked = asyncio.create_task(api.client.get("/readyz"))
    await asyncio.sleep(0.1)
    await asyncio.wait_for(api.server.stop(), 4)
    asked.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await asked


async def test_X12_starts_and_stops_over_and_over_on_the_same_port(api: Api) -> None:
    port = api.server.port
    await api.server.stop()
    for _ in range(5):
        server = HttpServer(create_app(api.services, api.settings_again()), "127.0.0.1", port)
        await server.start()
        assert (await api.client.get("/healthz")).status_code == 200
        await server.stop()


async def test_a_port_that_is_taken_is_an_error_at_start(api: Api) -> None:
    other = HttpServer(create_app(api.services, api.settings_again()), "127.0.0.1", api.server.port)
    with pytest.raises(OSError, match="in use"):
        await other.start()


async def test_a_client_that_goes_away_in_mid_body_is_no_fault_of_ours(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    line = await Line.to(api.server.port)
    await line.say(_post(await api.key(), length=100) + b"{")
    await asyncio.sleep(0.1)
    line.hang_up()
    await _until_counted(api, 'status="499"')
    assert "unexpected" not in capsys.readouterr().out


async def _until_counted(api: Api, what: str) -> None:
    async with asyncio.timeout(10):
        while what not in (await api.client.get("/metrics")).text:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.05)


def _post(key: str, length: int) -> bytes:
    fields = (
        f"Authorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
    return b"POST /api/v2/domains HTTP/1.1\r\n" + HOST + fields.encode()


async def _trickle(line: Line, octets: bytes) -> None:
    while True:
        await asyncio.sleep(0.1)
        await line.say(octets)
