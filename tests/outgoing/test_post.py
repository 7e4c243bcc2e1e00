"""Posting to where strangers point: what is connected to, and what a hostile receiver can do."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from letterhead.outgoing.post import MAX_HEAD, SECONDS, Post
from tests.nameservers.authority import Authority

PATIENCE = 10.0  # seconds, for what takes half of one

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def receiver(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server on loopback that treats each connection so; yields its port."""
    busy: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        busy.add(task)
        try:
            await handler(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)


def saying(answer: bytes, seen: list[bytes] | None = None) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        if seen is not None:
            seen.append(request + await reader.read(100))
        writer.write(answer)
        await writer.drain()
        await asyncio.sleep(0.2)

    return handler


async def at(*addresses: str) -> Sequence[str]:
    return addresses


async def post(port: int, *, allow_private: bool = True, seconds: float = 0.5) -> tuple[int | None, str]:
    outgoing = Post(allow_private=allow_private, look_up=lambda *_: at("127.0.0.1"), seconds=seconds)
    came = await outgoing.post(f"http://hooks.acme.com:{port}/x?y=z", {"webhook-id": "evt_1"}, b"{}")
    return came.status, came.fault


async def test_a_message_arrives_whole_under_the_name_that_was_asked_for() -> None:
    seen: list[bytes] = []
    async with receiver(saying(b"HTTP/1.1 204 No Content\r\n\r\n", seen)) as port:
        assert await post(port) == (204, "")
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /x?y=z HTTP/1.1\r\n")
    assert f"host: hooks.acme.com:{port}".encode() in head.lower()
    assert b"webhook-id: evt_1" in head
    assert body == b"{}"


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["::1"],
        ["169.254.169.254"],
        ["10.0.0.1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["1.1.1.1", "127.0.0.1"],
        ["127.0.0.1", "1.1.1.1"],
        ["fe80::1%eth0"],
    ],
)
async def test_W01_a_name_that_leads_inside_is_never_connected_to(addresses: list[str]) -> None:
    touched: list[bytes] = []
    async with receiver(saying(b"HTTP/1.1 200 OK\r\n\r\n", touched)) as port:
        outgoing = Post(look_up=lambda *_: at(*addresses), seconds=0.5)
        came = await outgoing.post(f"https://hooks.acme.com:{port}/", {}, b"{}")
    assert came.status is None
    assert came.fault == "its name leads to an address that is not a public one"
    assert touched == []


async def test_W01_the_address_that_was_judged_is_the_one_that_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name server that answers with a public address first and with loopback from then on."""
    answers = iter([["1.1.1.1"], ["127.0.0.1"], ["127.0.0.1"]])
    asked, connected = [], []

    async def rebinding(host: str, _: int) -> Sequence[str]:
        asked.append(host)
        return next(answers)

    async def open_connection(host: str, port: int, **how: object) -> None:
        connected.append((host, port, how["server_hostname"]))
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio, "open_connection", open_connection)
    came = await Post(look_up=rebinding).post("https://hooks.acme.com/", {}, b"{}")
    assert asked == ["hooks.acme.com"]
    assert connected == [("1.1.1.1", 443, "hooks.acme.com")]
    assert came.fault == "the connection failed: it was refused"


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" * 100:
        writer.write(bytes([byte]))
        await asyncio.sleep(0.05)


async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nx: ")
    while True:
        writer.write(b"a" * 65_536)
        await writer.drain()


async def early_hints(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" * 100)
        await writer.drain()


@pytest.mark.parametrize(
    ("handler", "fault"),
    [
        (hang, "it did not answer within 0.5 seconds"),
        (drip, "it did not answer within 0.5 seconds"),
        (flood, "it answered with too much before its status"),
        (early_hints, "it answered with too much before its status"),
        (saying(b"\x16\x03\x01\x00\x02\x02\x28"), "it speaks no HTTP that we understand"),
        (saying(b"SSH-2.0-OpenSSH_9.0\r\n\r\n"), "it speaks no HTTP that we understand"),
        (saying(b""), "the connection was closed before there was an answer"),
    ],
)
async def test_W04_a_hostile_receiver_costs_five_seconds_and_64_kilobytes(
    handler: Handler, fault: str
) -> None:
    async with receiver(handler) as port, asyncio.timeout(PATIENCE):
        assert await post(port) == (None, fault)


def test_W04_a_receiver_has_five_seconds_for_everything_and_64_kilobytes() -> None:
    assert (SECONDS, MAX_HEAD) == (5.0, 65_536)
    assert Post()._seconds == SECONDS


async def test_W04_a_body_without_end_is_not_read() -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\ncontent-encoding: gzip\r\n\r\n"
    async with receiver(saying(head + b"\0" * 100_000)) as port:
        assert await post(port) == (200, "")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_W04_no_redirect_is_followed(status: int) -> None:
    seen: list[bytes] = []
    async with receiver(saying(b"HTTP/1.1 200 OK\r\n\r\n", seen)) as inside:
        answer = f"HTTP/1.1 {status} Moved\r\nlocation: http://127.0.0.1:{inside}/\r\n\r\n".encode()
        async with receiver(saying(answer)) as port:
            assert await post(port) == (status, "")
    assert seen == []


async def posted_by_tls(port: int, tls: ssl.SSLContext | None = None) -> tuple[int | None, str]:
    outgoing = Post(allow_private=True, look_up=lambda *_: at("127.0.0.1"), tls=tls, seconds=2)
    async with asyncio.timeout(PATIENCE):
        came = await outgoing.post(f"https://hooks.acme.com:{port}/", {}, b"{}")
    return came.status, came.fault


async def test_W04_tls_junk_is_a_failure() -> None:
    async def junk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" * 10)
        await writer.drain()

    async with receiver(junk) as port:
        status, fault = await posted_by_tls(port)
    assert status is None
    assert fault.startswith("TLS failed")


@pytest.mark.parametrize("name", ["hooks.acme.com", "other.acme.com"])
async def test_W04_only_a_certificate_of_somebody_we_trust_for_that_name_will_do(
    tmp_path: Path, name: str
) -> None:
    known, stranger = Authority(tmp_path / "known"), Authority(tmp_path / "stranger")
    trusting = ssl.create_default_context(cafile=known.file)
    for signer in (known, stranger):
        tls = signer.server("127.0.0.1", name)
        async with receiver(saying(b"HTTP/1.1 200 OK\r\n\r\n"), tls) as port:
            status, fault = await posted_by_tls(port, trusting)
        if signer is known and name == "hooks.acme.com":
            assert (status, fault) == (200, "")
        else:
            assert status is None
            assert fault.startswith("TLS failed")


async def test_a_name_without_an_address_is_told_as_such() -> None:
    async def nothing(*_: object) -> Sequence[str]:
        raise OSError("no such name")

    for look_up, fault in ((nothing, "could not be looked up"), (lambda *_: at(), "has no address")):
        came = await Post(look_up=look_up).post("https://hooks.acme.com/", {}, b"{}")
        assert fault in came.fault


def test_certificates_are_checked() -> None:
    context = Post()._tls
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
