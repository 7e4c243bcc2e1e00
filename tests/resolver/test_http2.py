"""What a server can do to a connection of HTTP/2, and what it hears from us."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import dns.message
import h2.config
import h2.connection
import h2.errors
import h2.events
import pytest

from letterhead.core.answer import Fault
from letterhead.ports import Resolver
from letterhead.resolver import post
from letterhead.resolver.opening import opened
from tests.clock import ManualClock
from tests.nameservers.authority import Authority
from tests.resolver.asking import TRUE, texts
from tests.resolver.stage import ask, wire

OK = [(":status", "200"), ("content-type", "application/dns-message")]
Play = Callable[[h2.connection.H2Connection, int, bytes], None]


class Server:
    """A server of HTTP/2 in the test's loop: `play` is called with each request, once it is complete."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.connections = 0
        self.resets: list[int] = []

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        state.initiate_connection()
        bodies: dict[int, bytes] = {}
        try:
            while not writer.is_closing():
                writer.write(state.data_to_send())
                data = await reader.read(65_536)
                if not data:
                    break
                for event in state.receive_data(data):
                    self._on(event, state, bodies)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    def _on(
        self, event: h2.events.Event, state: h2.connection.H2Connection, bodies: dict[int, bytes]
    ) -> None:
        match event:
            case h2.events.DataReceived():
                bodies[event.stream_id] = bodies.get(event.stream_id, b"") + event.data
            case h2.events.StreamEnded():
                self.play(state, event.stream_id, bodies[event.stream_id])
            case h2.events.StreamReset():
                self.resets.append(event.error_code)


def answer(state: h2.connection.H2Connection, stream: int, body: bytes) -> None:
    state.send_headers(stream, OK)
    state.send_data(stream, wire(TRUE, dns.message.from_wire(body)), end_stream=True)


@asynccontextmanager
async def served(play: Play, directory: Path, clock: ManualClock) -> AsyncIterator[tuple[Server, Resolver]]:
    """A server with this play, and the resolver that asks it."""
    authority, server = Authority(directory), Server(play)
    tls = authority.server("127.0.0.1")
    tls.set_alpn_protocols(["h2"])
    listener = await asyncio.start_server(server.converse, "127.0.0.1", 0, ssl=tls)
    url = f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        async with opened(url, clock, ca_file=authority.file) as resolver:
            yield server, resolver
    finally:
        listener.close()
        await asyncio.sleep(0)


async def test_questions_share_a_connection_and_each_is_a_post(tmp_path: Path, clock: ManualClock) -> None:
    async with served(answer, tmp_path, clock) as (server, resolver):
        said = await asyncio.gather(*(ask(resolver, f"n{index}.acme.com") for index in range(60)))
        assert {tuple(texts(o)) for o in said} == {("true",)}
        assert server.connections == 1
        assert not server.resets


def no_number(state: h2.connection.H2Connection, stream: int, body: bytes) -> None:
    state.send_headers(stream, [(":status", "fine")], end_stream=True)


@pytest.mark.parametrize(
    ("play", "fault", "detail"),
    [
        (lambda state, stream, _: state.reset_stream(stream), Fault.NETWORK, "the request was reset"),
        (lambda state, _s, _b: state.close_connection(last_stream_id=0), Fault.NETWORK, "the server leaves"),
        (
            lambda state, stream, _: state.send_headers(stream, [(":status", "429")], end_stream=True),
            Fault.NETWORK,
            "429 Too Many Requests",
        ),
        (lambda state, stream, _: state.send_headers(stream, OK, end_stream=True), Fault.MALFORMED, "belong"),
        (lambda state, stream, _: state.send_headers(stream, OK), Fault.TIMEOUT, "no reply over HTTPS"),
        (no_number, Fault.NETWORK, "HTTPS failed"),
    ],
)
async def test_R01_R22_whatever_becomes_of_a_request_is_a_fault_and_the_next_one_is_answered(
    play: Play, fault: Fault, detail: str, tmp_path: Path, clock: ManualClock
) -> None:
    async with served(play, tmp_path, clock) as (server, resolver):
        observation = await ask(resolver, within=0.3 if fault is Fault.TIMEOUT else 3)
        assert observation.fault is fault
        assert detail in observation.detail
        server.play = answer
        assert texts(await ask(resolver)) == ["true"]


async def test_R18_a_body_longer_than_any_message_is_not_read_to_its_end(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(state: h2.connection.H2Connection, stream: int, body: bytes) -> None:
        state.send_headers(stream, OK)
        state.send_data(stream, b"x" * 101)

    monkeypatch.setattr(post, "MAX_MESSAGE", 100)
    async with served(endless, tmp_path, clock) as (server, resolver):
        assert (await ask(resolver)).fault is Fault.TOO_LARGE
        server.play = answer
        assert texts(await ask(resolver)) == ["true"]
        assert server.resets == [h2.errors.ErrorCodes.CANCEL]


async def test_what_we_no_longer_wait_for_is_reset(tmp_path: Path, clock: ManualClock) -> None:
    async with served(lambda _state, _stream, _body: None, tmp_path, clock) as (server, resolver):
        for _ in range(3):
            await asyncio.gather(*(ask(resolver, f"n{index}.acme.com", within=0.5) for index in range(50)))
        server.play = answer
        assert texts(await ask(resolver)) == ["true"]
        assert server.resets == [h2.errors.ErrorCodes.CANCEL] * 150
        assert server.connections == 1


async def test_a_server_that_leaves_is_asked_again_over_another_connection(
    tmp_path: Path, clock: ManualClock
) -> None:
    def leaving(state: h2.connection.H2Connection, stream: int, body: bytes) -> None:
        if server.connections == 1:
            state.close_connection(last_stream_id=0)
        else:
            answer(state, stream, body)

    async with served(leaving, tmp_path, clock) as (server, resolver):
        said = await asyncio.gather(*(ask(resolver, f"n{index}.acme.com") for index in range(5)))
        assert {tuple(texts(o)) for o in said} == {("true",)}
        assert server.connections == 2
