"""One question to one server that is slow, hostile, old-fashioned or gone."""

import asyncio
import socket
import struct
import time

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest

from letterhead.clock import SystemClock
from letterhead.core.answer import Fault, Question, RecordType
from letterhead.core.endpoint import endpoint
from letterhead.resolver import exchange, line, transport
from letterhead.resolver.conversation import converse
from letterhead.resolver.exchange import Exchange
from letterhead.resolver.stub import Stub
from letterhead.resolver.transport import Server
from letterhead.resolver.wire import Query
from tests.clock import ManualClock
from tests.nameservers import lies
from tests.nameservers.knot import Knot
from tests.nameservers.liar import Liar, Script
from tests.nameservers.ports import free_port
from tests.resolver.asking import TRUE, ask, cut_off, texts


async def test_R02_R27_silence_is_a_timeout_within_the_time_given(liar: Liar, clock: ManualClock) -> None:
    liar.script(lies.silent())
    began = time.monotonic()
    clock.advance(86_400)  # a step of the wall clock shortens nothing
    observation = await ask(liar, clock, within=0.3)
    assert observation.fault is Fault.TIMEOUT
    assert 0.25 < time.monotonic() - began < 1


@pytest.mark.usefixtures("impatient")
async def test_a_lost_query_is_sent_again(liar: Liar, clock: ManualClock) -> None:
    liar.script(lambda query, transport: None if liar.count() < 3 else TRUE(query, transport))
    assert texts(await ask(liar, clock)) == ["true"]
    assert liar.count() == transport.UDP_TRIES


@pytest.mark.usefixtures("impatient")
async def test_after_the_last_try_silence_is_a_timeout(liar: Liar, clock: ManualClock) -> None:
    liar.script(lies.silent())
    assert (await ask(liar, clock)).fault is Fault.TIMEOUT
    assert liar.count() == transport.UDP_TRIES


async def test_R06_truncation_leads_to_tcp_and_the_partial_records_are_never_used(
    liar: Liar, clock: ManualClock
) -> None:
    liar.script(lies.per_transport(udp=cut_off('@ TXT "partial"'), tcp=TRUE))
    observation = await ask(liar, clock)
    assert texts(observation) == ["true"]
    assert observation.server.startswith("tcp://")


async def test_R06_truncation_with_tcp_closed_is_a_fault(udp_only: Liar, clock: ManualClock) -> None:
    udp_only.script(cut_off('@ TXT "partial"'))
    observation = await ask(udp_only, clock)
    assert (observation.fault, observation.records) == (Fault.TRUNCATED, ())


@pytest.mark.parametrize("tcp", [lies.silent(), lies.truncated_everywhere()], ids=["silent", "cut off again"])
async def test_R06_truncation_with_tcp_of_no_use_is_a_fault(
    tcp: Script, liar: Liar, clock: ManualClock
) -> None:
    liar.script(lies.per_transport(udp=cut_off('@ TXT "partial"'), tcp=tcp))
    observation = await ask(liar, clock, within=0.3)
    assert (observation.fault, observation.records) == (Fault.TRUNCATED, ())


@pytest.mark.parametrize("lie", [lies.wrong_id(), lies.wrong_question()], ids=["id", "question"])
async def test_R07_a_reply_to_something_else_is_passed_over(
    lie: Script, udp_only: Liar, clock: ManualClock
) -> None:
    udp_only.script(lie)
    observation = await ask(udp_only, clock, within=0.3)
    assert (observation.fault, observation.records) == (Fault.TIMEOUT, ())


async def test_R07_a_few_strays_don_t_keep_the_true_reply_out(udp_only: Liar, clock: ManualClock) -> None:
    udp_only.script(lies.forged_first(transport.MAX_STRANGERS, TRUE))
    assert texts(await ask(udp_only, clock)) == ["true"]


async def test_R07_a_flood_of_forged_replies_sends_us_to_tcp(liar: Liar, clock: ManualClock) -> None:
    liar.script(lies.per_transport(udp=lies.forged_first(10_000, TRUE), tcp=TRUE))
    observation = await ask(liar, clock)
    assert texts(observation) == ["true"]
    assert observation.server.startswith("tcp://")


async def test_R07_a_flood_without_tcp_is_a_fault(udp_only: Liar, clock: ManualClock) -> None:
    udp_only.script(lies.forged_first(10_000, TRUE))
    observation = await ask(udp_only, clock)
    assert (observation.fault, observation.records) == (Fault.NETWORK, ())
    assert "replies that don't belong to the question" in observation.detail


async def test_R07_a_reply_over_tcp_to_something_else_is_a_fault(liar: Liar, clock: ManualClock) -> None:
    liar.script(lies.per_transport(udp=cut_off(""), tcp=lies.wrong_id()))
    assert (await ask(liar, clock)).fault is Fault.MALFORMED


class FromElsewhere(asyncio.DatagramProtocol):
    """Answers each query rightly, but from another port than it came to."""

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(TRUE(dns.message.from_wire(data), "udp").to_wire(), addr)


async def test_R07_a_reply_from_another_port_never_reaches_us(clock: ManualClock) -> None:
    port = free_port()
    loop = asyncio.get_running_loop()
    server, _ = await loop.create_datagram_endpoint(FromElsewhere, local_addr=("127.0.0.1", port))
    stub = Stub(endpoint(f"udp://127.0.0.1:{port}"), clock)
    (observation,) = await stub.ask(Question("acme.com", RecordType.TXT), within=0.3)
    assert (observation.fault, observation.records) == (Fault.TIMEOUT, ())
    server.close()


@pytest.mark.soak
async def test_R07_a_hundred_thousand_forged_replies_leave_the_loop_alive(
    liar: Liar, clock: ManualClock
) -> None:
    liar.script(lies.per_transport(udp=lies.forged_first(100_000, TRUE), tcp=TRUE))
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.001)

    ticking = asyncio.create_task(others())
    observation = await ask(liar, clock, within=10)
    ticking.cancel()
    assert texts(observation) == ["true"]
    assert turns > 3


async def test_R18_an_answer_of_64_kB_is_read(liar: Liar, clock: ManualClock) -> None:
    liar.script(lies.per_transport(udp=cut_off(""), tcp=lies.huge(65_000)))
    observation = await ask(liar, clock, within=5)
    assert (len(observation.records), observation.fault) == (65_000 // 263, None)


async def test_R18_four_thousand_records_are_too_many(liar: Liar, clock: ManualClock) -> None:
    many = "\n".join(f"@ TXT {i}" for i in range(3_500))
    liar.script(lies.per_transport(udp=cut_off(""), tcp=lies.answer(many)))
    observation = await ask(liar, clock, within=10)
    assert (observation.fault, observation.records) == (Fault.TOO_LARGE, ())


class Crafted:
    """A way over which the same records come whatever is asked; see conversation.Way."""

    server = "udp://192.0.2.53:53"

    def __init__(self, records: list[bytes]) -> None:
        self._records = records

    async def fetch(self, query: Query, until: float) -> bytes:  # noqa: ARG002 - it comes at once
        header = struct.pack("!HHHHHH", query.id, 0x8400, 1, len(self._records), 0, 0)
        return header + query.asked + b"".join(self._records)

    def silence(self) -> tuple[Fault, str]:
        return Fault.TIMEOUT, ""


ACME = b"\xc0\x0c"  # a pointer to the name asked
DEEP = b"\x01a" * 120 + ACME
TO_DEEP = b"\xc0\x1a"  # a pointer to the first record's owner


def txt(owner: bytes, data: bytes) -> bytes:
    return owner + struct.pack("!HHIH", 16, 1, 300, len(data)) + data


@pytest.mark.parametrize(
    "records",
    [[txt(ACME, bytes(250))] * 240, [txt(DEEP, b"\0"), *[txt(TO_DEEP, b"\0")] * 79]],
    ids=["62 kB of empty strings", "1 kB of pointers to a name of 122 labels"],
)
async def test_R18_replies_that_take_long_to_read_hold_nobody_up(
    records: list[bytes], clock: ManualClock
) -> None:
    longest = 0.0

    async def others() -> None:
        nonlocal longest
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.001)
            longest = max(longest, time.monotonic() - began)

    ticking = asyncio.create_task(others())
    way, gate = Crafted(records), asyncio.Semaphore(100)
    acme = Question("acme.com", RecordType.TXT)
    asked = [converse(way, acme, recursive=False, within=2, gate=gate, clock=clock) for _ in range(60)]
    await asyncio.gather(*asked)
    await asyncio.sleep(0.01)
    ticking.cancel()
    assert longest < 0.5, "one by one in the loop they would take seconds"


@pytest.mark.parametrize("keep", [12, 20, 30, 40, 45])
async def test_a_reply_that_breaks_off_is_malformed_or_not_ours(
    keep: int, udp_only: Liar, clock: ManualClock
) -> None:
    udp_only.script(lies.mangled(TRUE, keep))
    observation = await ask(udp_only, clock, within=0.3)
    assert observation.fault in (Fault.MALFORMED, Fault.TIMEOUT)
    assert observation.records == ()


async def test_garbage_is_passed_over(udp_only: Liar, clock: ManualClock) -> None:
    udp_only.script(lies.garbage())
    assert (await ask(udp_only, clock, within=0.3)).fault is Fault.TIMEOUT


async def test_R26_a_server_from_before_edns_is_asked_without(liar: Liar, clock: ManualClock) -> None:
    liar.script(lies.edns_formerr(TRUE))
    assert texts(await ask(liar, clock)) == ["true"]
    assert liar.count() == 2


async def test_no_more_than_fifty_questions_are_at_one_server(
    liar: Liar, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    liar.script(lies.slow(0.2, TRUE))
    stub = Stub(endpoint(f"udp://127.0.0.1:{liar.port}"), clock)
    asked = [stub.ask(Question(f"n{i}.acme.com", RecordType.TXT), within=5) for i in range(60)]
    asking = asyncio.gather(*asked)
    await asyncio.sleep(0.15)
    assert liar.count() == line.MAX_AT_ONE_SERVER
    assert all(o.fault is None for (o,) in await asking)


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every wait at about a fifth of its length."""
    monkeypatch.setattr(transport, "UDP_PATIENCE", 0.15)
    monkeypatch.setattr(line, "PATIENCE", 0.6)
    monkeypatch.setattr(line, "PATIENCE_WITH_SILENT", 0.1)
    monkeypatch.setattr(line, "SILENT_AFTER", 0.4)


async def timed(
    asked: Exchange, liar: Liar, name: str = "acme.com", *, within: float = 5
) -> tuple[Fault | None, float]:
    """What came of a question to one of a zone's servers, and after how many seconds."""
    began = time.monotonic()
    at = Server(liar.address, liar.port)
    reply = await asked.ask(Question(name, RecordType.TXT), at, recursive=False, within=within)
    return reply.fault, time.monotonic() - began


@pytest.mark.usefixtures("brief")
async def test_R16_a_server_known_to_be_silent_is_given_one_try_and_little_time(liar: Liar) -> None:
    asked = Exchange(SystemClock())
    liar.script(lies.silent())
    fault, seconds = await timed(asked, liar)
    assert fault is Fault.TIMEOUT
    assert seconds > 0.55
    tries = liar.count()
    fault, seconds = await timed(asked, liar)
    assert fault is Fault.TIMEOUT
    assert seconds < 0.3
    assert liar.count() == tries + 1


@pytest.mark.usefixtures("brief")
async def test_R17_of_many_questions_to_a_silent_server_only_a_few_are_sent(liar: Liar) -> None:
    asked = Exchange(SystemClock())
    liar.script(lies.silent())
    await timed(asked, liar)
    tries = liar.count()
    silence = await asyncio.gather(*(timed(asked, liar, f"n{i}.com") for i in range(30)))
    assert {fault for fault, _ in silence} == {Fault.TIMEOUT}
    assert liar.count() < tries + 15  # three, and who got through the gate at the last moment
    liar.script(TRUE)
    speech = await asyncio.gather(*(timed(asked, liar, f"n{i}.com") for i in range(30)))
    assert None in {fault for fault, _ in speech}


@pytest.mark.usefixtures("brief")
async def test_R16_a_silent_server_that_speaks_again_has_its_time_again(liar: Liar) -> None:
    asked = Exchange(SystemClock())
    liar.script(lies.silent())
    await timed(asked, liar)
    liar.script(TRUE)
    assert (await timed(asked, liar))[0] is None
    liar.script(lies.slow(0.25, TRUE))
    assert (await timed(asked, liar))[0] is None


@pytest.mark.usefixtures("brief")
async def test_R16_a_server_that_passes_one_question_over_is_not_taken_for_silent(liar: Liar) -> None:
    asked = Exchange(SystemClock())
    liar.script(
        lambda query, transport: None if "x" in str(query.question[0].name) else TRUE(query, transport)
    )
    passed_over, _ = await asyncio.gather(timed(asked, liar, "x.com"), timed(asked, liar, "acme.com"))
    assert passed_over[0] is Fault.TIMEOUT
    liar.script(lies.slow(0.25, TRUE))
    assert (await timed(asked, liar))[0] is None


@pytest.mark.usefixtures("brief")
async def test_R17_a_server_that_cuts_off_and_then_dawdles_over_tcp_has_no_more_time_than_others(
    liar: Liar,
) -> None:
    liar.script(lies.per_transport(udp=cut_off(""), tcp=lies.silent()))
    fault, seconds = await timed(Exchange(SystemClock()), liar)
    assert fault is Fault.TRUNCATED
    assert seconds < 1


async def test_nothing_is_sent_when_there_is_no_time_to_wait_for_a_reply(liar: Liar) -> None:
    liar.script(TRUE)
    fault, _ = await timed(Exchange(SystemClock()), liar, within=0)
    assert fault is Fault.TIMEOUT
    await asyncio.sleep(0.1)
    assert liar.count() == 0


async def test_X11_queries_leave_descriptors_for_others(liar: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "getrlimit", lambda _: (40, 40))
    liar.script(lies.slow(0.2, TRUE))
    asked = Exchange(SystemClock())
    asking = asyncio.gather(*(timed(asked, liar, f"n{i}.com") for i in range(30)))
    await asyncio.sleep(0.15)
    assert liar.count() == 20
    assert [fault for fault, _ in await asking] == [None] * 30


async def test_cancellation_goes_through_and_leaves_nothing_behind(liar: Liar, clock: ManualClock) -> None:
    liar.script(lies.silent())
    asking = asyncio.create_task(ask(liar, clock))
    await asyncio.sleep(0.05)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_R26_three_long_strings_arrive_over_tcp(knot: Knot, clock: ManualClock) -> None:
    knot.publish("acme.com", "\n".join(f'@ TXT "{c * 250}" "{c * 250}"' for c in "abc"))
    (observation,) = await Stub(endpoint(f"udp://127.0.0.1:{knot.port}"), clock).ask(
        Question("acme.com", RecordType.TXT), within=2
    )
    assert sorted(texts(observation)) == [c * 500 for c in "abc"]
    assert observation.server.startswith("tcp://")
