"""One connection for many queries, and what a server can do to it."""

import asyncio
import time

import dns.message
import pytest

from letterhead.clock import SystemClock
from letterhead.core.answer import Fault
from letterhead.resolver import connection, line
from letterhead.resolver.opening import opened
from tests.clock import ManualClock
from tests.nameservers import lies
from tests.nameservers.liar import Script
from tests.resolver.asking import TRUE, text, texts
from tests.resolver.stage import Answering, Send, Stage, ask, framed, saying, staged, wire


def named(query: dns.message.Message) -> Script:
    """The name asked, as its TXT record."""
    return lies.answer(f'@ TXT "{query.question[0].name.to_text(omit_final_dot=True)}"')


async def test_replies_in_reverse_order_over_one_connection_find_their_questions(clock: ManualClock) -> None:
    held: list[tuple[Send, bytes]] = []

    def play(query: dns.message.Message, send: Send, _: asyncio.StreamWriter) -> None:
        held.append((send, wire(named(query), query)))
        if len(held) == 50:
            for reply_to, reply in reversed(held):
                reply_to(reply)

    async with staged(play, clock) as (stage, resolver):
        names = [f"n{index}.acme.com" for index in range(50)]
        assert [texts(o) for o in await asyncio.gather(*(ask(resolver, n) for n in names))] == [
            [name] for name in names
        ]
        assert stage.connections == 1


async def test_R17_no_more_than_fifty_questions_are_under_way(clock: ManualClock) -> None:
    heard: list[Send] = []
    async with staged(lambda _q, send, _w: heard.append(send), clock) as (_, resolver):
        asked = asyncio.gather(*(ask(resolver, f"n{i}.acme.com", within=0.3) for i in range(80)))
        await asyncio.sleep(0.15)
        assert len(heard) == 50
        assert {o.fault for o in await asked} == {Fault.TIMEOUT}


async def test_R16_a_dead_resolver_costs_an_examination_its_time_only_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line, "SILENT_AFTER", 0.2)
    monkeypatch.setattr(line, "PATIENCE_WITH_SILENT", 0.05)
    async with staged(lambda _q, _s, _w: None, SystemClock()) as (stage, resolver):
        assert (await ask(resolver, within=0.3)).fault is Fault.TIMEOUT
        began = time.monotonic()
        assert (await ask(resolver, within=3)).fault is Fault.TIMEOUT
        assert time.monotonic() - began < 0.3
        stage.play = saying(TRUE)
        assert texts(await ask(resolver)) == ["true"]


async def test_a_reply_that_comes_too_late_is_nobody_elses(clock: ManualClock) -> None:
    late: list[tuple[Send, bytes]] = []

    def play(query: dns.message.Message, send: Send, _: asyncio.StreamWriter) -> None:
        late.append((send, wire(named(query), query)))
        if len(late) == 2:
            for reply_to, reply in late:
                reply_to(reply)

    async with staged(play, clock) as (stage, resolver):
        assert (await ask(resolver, "slow.acme.com", within=0.1)).fault is Fault.TIMEOUT
        assert texts(await ask(resolver, "next.acme.com")) == ["next.acme.com"]
        assert stage.connections == 1


@pytest.mark.parametrize(
    ("play", "fault"),
    [
        (saying(lies.wrong_question()), Fault.MALFORMED),
        (saying(lies.wrong_id()), Fault.TIMEOUT),
        (saying(lies.garbage()), Fault.TIMEOUT),
        (saying(lies.truncated_everywhere()), Fault.TRUNCATED),
        (saying(lies.rcode(2)), Fault.SERVFAIL),
        (saying(lambda query, _: query.id.to_bytes(2, "big")), Fault.MALFORMED),
        (lambda _q, _s, writer: writer.write(b"\0" * 64), Fault.TIMEOUT),
        (lambda _q, _s, writer: writer.write(b"\xff\xffHTTP/1.1 400 Bad Request"), Fault.TIMEOUT),
        (lambda _q, _s, writer: writer.close(), Fault.NETWORK),
        (lambda _q, _s, writer: writer.transport.abort(), Fault.NETWORK),
    ],
)
async def test_R02_whatever_a_server_does_is_a_fault_and_no_exception(
    play: Answering, fault: Fault, clock: ManualClock
) -> None:
    async with staged(play, clock) as (stage, resolver):
        assert (await ask(resolver, within=0.3)).fault is fault
        stage.play = saying(TRUE)
        if fault is not Fault.TIMEOUT:  # whatever the server is still in the middle of holds up what follows
            assert texts(await ask(resolver)) == ["true"]


async def test_R17_a_reply_in_drips_is_over_at_its_deadline(clock: ManualClock) -> None:
    def play(query: dns.message.Message, _send: Send, writer: asyncio.StreamWriter) -> None:
        for place, byte in enumerate(framed(wire(TRUE, query))):
            loop.call_later(place / 20, writer.write, bytes((byte,)))

    loop = asyncio.get_running_loop()
    async with staged(play, clock) as (_, resolver):
        began = loop.time()
        assert (await ask(resolver, within=0.3)).fault is Fault.TIMEOUT
        assert loop.time() - began < 1


async def test_R26_a_resolver_from_before_edns_is_asked_without(clock: ManualClock) -> None:
    async with staged(saying(lies.edns_formerr(TRUE)), clock) as (stage, resolver):
        assert texts(await ask(resolver)) == ["true"]
        assert stage.connections == 1


async def test_a_connection_that_breaks_is_made_anew_once_and_nobody_notices(clock: ManualClock) -> None:
    def play(query: dns.message.Message, send: Send, writer: asyncio.StreamWriter) -> None:
        if stage.connections == 1 and len(asked) < 10:
            asked.append(query)
            if len(asked) == 10:
                writer.write(framed(wire(TRUE, query))[:20])  # dies in the middle of a reply
                writer.close()
        else:
            send(wire(TRUE, query))

    asked: list[dns.message.Message] = []
    async with staged(play, clock) as (stage, resolver):
        replies = await asyncio.gather(*(ask(resolver, f"n{i}.acme.com") for i in range(10)))
        assert {text(o) for o in replies} == {"true"}
        assert stage.connections == 2


async def test_a_quiet_connection_is_closed_and_a_dead_one_given_up(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "QUIET", 0.1)
    async with staged(saying(TRUE), clock) as (stage, resolver):
        await ask(resolver)
        await asyncio.sleep(0.2)
        assert not resolver._channel._connection.current.is_open
        stage.play = lambda _q, _s, _w: None
        dead = await ask(resolver, within=30)
        assert (dead.fault, dead.detail) == (Fault.TIMEOUT, "no reply over TCP in time")
        stage.play = saying(TRUE)
        assert texts(await ask(resolver)) == ["true"]
        assert stage.connections == 3


async def test_closing_tells_who_still_waits(clock: ManualClock) -> None:
    stage = await Stage(lambda _q, _s, _w: None).start()
    async with opened(f"tcp://127.0.0.1:{stage.port}", clock) as resolver:
        waiting = asyncio.create_task(ask(resolver))
        await asyncio.sleep(0.1)
        await stage.stop()
    assert (await waiting).fault is Fault.NETWORK
