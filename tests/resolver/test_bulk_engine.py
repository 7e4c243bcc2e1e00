"""Many errands over few connections, whatever the server does to them: none is lost, none is mixed up."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

import dns.message
import dns.name
import pytest

from letterhead.core.answer import Question, RecordType
from letterhead.core.endpoint import endpoint
from letterhead.ports import Glance, Snapshot
from letterhead.resolver.bulk import engine, stream
from letterhead.resolver.bulk.lookout import DigestLookout
from letterhead.resolver.bulk.questions import prepared
from letterhead.resolver.bulk.window import FIRST, LEAST, MOST, Window
from tests.nameservers import lies
from tests.resolver.stage import Answering, Send, Stage, framed, wire

SECRET = b"secret"
MANY = 300


def snapshot(number: int, digest: bytes = b"") -> Snapshot:
    names = (f"c{number}.example", f"_dmarc.c{number}.example", f"p.c{number}.example")
    return Snapshot(f"dom_{number}", prepared(Question(name, RecordType.TXT) for name in names), digest)


def own(query: dns.message.Message) -> bytes:
    """The name asked, as its TXT record."""
    return wire(lies.answer(f'@ TXT "{query.question[0].name}"'), query)


def honest(query: dns.message.Message, send: Send, _: asyncio.StreamWriter) -> None:
    send(own(query))


def is_sign(query: dns.message.Message) -> bool:
    """Whether it is no errand's question, but asks for a sign of life."""
    return query.question[0].name == dns.name.root


def silent_about(numbers: Collection[int]) -> Answering:
    """A resolver that is well, and of these domains' zones hears nothing in time."""
    zones = {f"c{number}.example." for number in numbers}

    def play(query: dns.message.Message, send: Send, _: asyncio.StreamWriter) -> None:
        if ".".join(query.question[0].name.to_text().split(".")[-3:]) not in zones:
            send(own(query))

    return play


@asynccontextmanager
async def looking(play: Answering, *, connections: int = 1) -> AsyncIterator[tuple[Stage, DigestLookout]]:
    stage = await Stage(play).start()
    lookout = DigestLookout(endpoint(f"tcp://127.0.0.1:{stage.port}"), None, SECRET, connections=connections)
    try:
        yield stage, lookout
    finally:
        await lookout.close()
        await stage.stop()


async def look(lookout: DigestLookout, count: int = MANY) -> dict[str, bytes | None]:
    """One look; each domain comes back exactly once."""
    glances: list[Glance] = [g async for some in lookout.look(map(snapshot, range(count))) for g in some]
    found = {glance.snapshot.domain: glance.digest for glance in glances}
    assert len(glances) == len(found) == count
    return found


@pytest.fixture(scope="module")
def truth() -> dict[str, bytes | None]:
    """What an honest server makes of everybody."""

    async def run() -> dict[str, bytes | None]:
        async with looking(honest) as (_, lookout):
            return await look(lookout)

    found = asyncio.run(run())
    assert None not in found.values()
    assert len(set(found.values())) == MANY
    return found


@pytest.mark.parametrize("connections", [1, 3])
async def test_everybody_is_looked_at_once_over_few_connections(
    truth: dict[str, bytes | None], connections: int
) -> None:
    async with looking(honest, connections=connections) as (stage, lookout):
        assert await look(lookout) == truth
        assert await look(lookout) == truth
        assert stage.connections == connections


async def test_replies_in_any_order_and_twice_find_their_questions(truth: dict[str, bytes | None]) -> None:
    held: list[tuple[Send, bytes]] = []

    def play(query: dns.message.Message, send: Send, writer: asyncio.StreamWriter) -> None:
        if is_sign(query):
            honest(query, send, writer)
            return
        held.append((send, own(query)))
        if len(held) == 60:
            for reply_to, reply in (*reversed(held), *held[:5]):
                reply_to(reply)
            held.clear()

    async with looking(play) as (_, lookout):
        assert await look(lookout) == truth  # 900 questions: a multiple of 60


@pytest.mark.parametrize("after", [3, 50, 120])
async def test_a_server_that_resets_again_and_again_loses_nothing(
    truth: dict[str, bytes | None], after: int
) -> None:
    heard = dict.fromkeys(range(2000), 0)

    def play(query: dns.message.Message, send: Send, writer: asyncio.StreamWriter) -> None:
        if writer.transport.is_closing():
            return
        heard[stage.connections] += 1
        if heard[stage.connections] > after:
            writer.write(framed(own(query))[:10])  # dies in the middle of a reply
            writer.transport.abort()
        else:
            send(own(query))

    async with looking(play) as (stage, lookout):
        count = MANY if after > 10 else 40
        assert await look(lookout, count) == dict(list(truth.items())[:count])


async def test_a_question_that_kills_every_connection_is_given_up_and_the_others_are_not(
    truth: dict[str, bytes | None],
) -> None:
    def play(query: dns.message.Message, send: Send, writer: asyncio.StreamWriter) -> None:
        if query.question[0].name.to_text() == "c7.example.":
            writer.transport.abort()
        elif not writer.transport.is_closing():
            send(own(query))

    async with looking(play) as (_, lookout):
        assert await look(lookout) == truth | {"dom_7": None}


async def test_R16_a_question_that_is_never_answered_holds_up_nobody_else(
    truth: dict[str, bytes | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "WITHIN", 3)

    def play(query: dns.message.Message, send: Send, _: asyncio.StreamWriter) -> None:
        if query.question[0].name.to_text() != "_dmarc.c3.example.":
            send(own(query))

    async with looking(play) as (stage, lookout):
        assert await look(lookout) == truth | {"dom_3": None}
        assert stage.connections == 1


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda query: wire(lies.rcode(2), query),
        lambda query: wire(lies.rcode(5), query),
        lambda query: wire(lies.truncated_everywhere(), query),
        lambda query: own(query)[:-3],
        lambda query: own(query)[:12] + b"\xff" * 30,
        lambda query: own(query).replace(b"\x02c5", b"\x02c6", 1),
        lambda _: b"",
    ],
    ids=["SERVFAIL", "REFUSED", "TC", "cut", "garbage", "another question", "empty"],
)
async def test_R02_what_is_no_definite_answer_is_could_not_find_out(
    spoilt: object, truth: dict[str, bytes | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "WITHIN", 3)

    def play(query: dns.message.Message, send: Send, _: asyncio.StreamWriter) -> None:
        is_bad = query.question[0].name.to_text() == "c5.example."
        send(spoilt(query) if is_bad else own(query))  # type: ignore[operator] - one of the table

    async with looking(play) as (_, lookout):
        assert await look(lookout) == truth | {"dom_5": None}


async def test_R07_an_answer_to_another_question_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replies that bear one another's ids: the sections say whose they are, nobody takes another's."""
    monkeypatch.setattr(stream, "WITHIN", 0.3)
    held: list[tuple[Send, dns.message.Message]] = []

    def play(query: dns.message.Message, send: Send, _: asyncio.StreamWriter) -> None:
        held.append((send, query))
        if len(held) == 6:
            ids = [query.id for _, query in held]
            for (reply_to, theirs), other in zip(held, ids[1:] + ids[:1], strict=True):
                reply_to(other.to_bytes(2, "big") + own(theirs)[2:])

    async with looking(play) as (_, lookout):
        assert set((await look(lookout, 2)).values()) == {None}


async def test_a_resolver_that_is_not_there_leaves_everybody_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "BACKOFF", (0.0,))
    async with looking(honest) as (stage, lookout):
        await stage.stop()
        assert set((await look(lookout, 10_000)).values()) == {None}


async def test_R16_a_resolver_that_keeps_silent_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "BACKOFF", (0.0,))
    monkeypatch.setattr(stream, "WITHIN", 0.05)
    async with looking(lambda _q, _s, _w: None) as (stage, lookout):
        assert set((await look(lookout, 3_000)).values()) == {None}
        assert stage.connections == engine.MAX_FRUITLESS


async def test_R17_a_crowd_of_silent_zones_leaves_nobody_else_unasked(
    truth: dict[str, bytes | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of them on end than a window holds, with a name server that is waited for longer than we wait."""
    monkeypatch.setattr(stream, "WITHIN", 1.5)
    crowd = range(40, 260)
    async with looking(silent_about(crowd)) as (stage, lookout):
        found = await look(lookout)
        assert {name for name, digest in found.items() if digest is None} == {f"dom_{n}" for n in crowd}
        assert found == truth | dict.fromkeys(f"dom_{number}" for number in crowd)
        assert stage.connections == 1, "the resolver is well, and says so"


async def test_R17_slow_zones_are_no_overload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "WITHIN", 1.5)
    async with looking(silent_about(range(0, MANY, 2))) as (_, lookout):
        await look(lookout)
        (window,) = lookout._engine._windows
        assert window.size >= FIRST


async def test_R01_a_resolver_that_hears_nothing_more_is_noticed_though_the_connection_stands(
    truth: dict[str, bytes | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when it has gone without a word; the next connection leads to one that is there."""
    monkeypatch.setattr(stream, "WITHIN", 1.5)
    monkeypatch.setattr(engine, "BACKOFF", (0.0,))
    heard = 0

    def play(query: dns.message.Message, send: Send, _: asyncio.StreamWriter) -> None:
        nonlocal heard
        heard += 1
        if stage.connections > 1 or heard < 100:
            send(own(query))

    async with looking(play) as (stage, lookout):
        found = await look(lookout)
        assert stage.connections == 2
        unknown = {name for name, digest in found.items() if digest is None}
        assert len(unknown) <= FIRST // 2, "only of what was on the way"
        assert found == truth | dict.fromkeys(unknown)


async def test_a_connection_that_is_closed_because_it_was_idle_is_no_loss(
    truth: dict[str, bytes | None],
) -> None:
    writers: list[asyncio.StreamWriter] = []

    def play(query: dns.message.Message, send: Send, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        send(own(query))

    async with looking(play) as (stage, lookout):
        assert await look(lookout) == truth
        (window,) = lookout._engine._windows
        before = window.size
        writers[-1].close()
        await asyncio.sleep(0.1)
        assert window.size == before > FIRST
        assert await look(lookout) == truth
        assert stage.connections == 2


@pytest.mark.parametrize("junk", [b"", b"\0", b"\x02", b"\x01\0\x20short", b"\xff" * 99, b"\x01\xff\xff"])
async def test_L10_a_snapshot_that_can_not_be_read_is_unknown_and_spoils_no_other(
    truth: dict[str, bytes | None], junk: bytes
) -> None:
    async with looking(honest) as (_, lookout):
        kept = [snapshot(0), Snapshot("dom_x", junk, b""), snapshot(1)]
        glances = [glance async for some in lookout.look(kept) for glance in some]
    assert {glance.snapshot.domain: glance.digest for glance in glances} == {
        "dom_0": truth["dom_0"],
        "dom_1": truth["dom_1"],
        "dom_x": None,
    }


async def test_a_look_that_is_called_off_leaves_nothing_to_the_next(truth: dict[str, bytes | None]) -> None:
    async with looking(honest) as (_, lookout):
        glances = lookout.look(map(snapshot, range(MANY)))
        await anext(glances)
        await glances.aclose()
        assert await look(lookout) == truth


async def test_domains_are_taken_only_as_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_FINISHED", 50)
    taken = 0

    def source() -> object:
        nonlocal taken
        for taken in range(5_000):
            yield snapshot(taken)

    async with looking(honest) as (_, lookout):
        glances = lookout.look(source())
        await anext(glances)
        await asyncio.sleep(0.5)
        assert taken < 50 + 2 * MOST
        await glances.aclose()


def test_the_window_grows_by_steps_and_halves_and_stays_within_its_bounds() -> None:
    window = Window()
    sizes = [window.size]
    for _ in range(50):
        window.answered(window.size)
        sizes.append(window.size)
    assert (sizes[0], sizes[1], sizes[-1]) == (FIRST, FIRST + 64, MOST)
    window.lost()
    assert window.size == MOST // 2
    for _ in range(20):
        window.lost()
    assert window.size == LEAST
    window.answered(1)
    window.lost(entirely=True)
    assert window.size == LEAST
