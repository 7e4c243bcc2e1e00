"""One question to one server that is slow, hostile, old-fashioned or gone."""

import asyncio
import socket
import time

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest

from letterhead.core.answer import Fault, Question, RecordType
from letterhead.resolver import exchange, transport
from letterhead.resolver.stub import Stub
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
    stub = Stub(f"udp://127.0.0.1:{port}", clock)
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
    stub = Stub(f"udp://127.0.0.1:{liar.port}", clock)
    asked = [stub.ask(Question(f"n{i}.acme.com", RecordType.TXT), within=5) for i in range(60)]
    asking = asyncio.gather(*asked)
    await asyncio.sleep(0.15)
    assert liar.count() == exchange.MAX_AT_ONE_SERVER
    assert all(o.fault is None for (o,) in await asking)


async def test_cancellation_goes_through_and_leaves_nothing_behind(liar: Liar, clock: ManualClock) -> None:
    liar.script(lies.silent())
    asking = asyncio.create_task(ask(liar, clock))
    await asyncio.sleep(0.05)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_R26_three_long_strings_arrive_over_tcp(knot: Knot, clock: ManualClock) -> None:
    knot.publish("acme.com", "\n".join(f'@ TXT "{c * 250}" "{c * 250}"' for c in "abc"))
    (observation,) = await Stub(f"udp://127.0.0.1:{knot.port}", clock).ask(
        Question("acme.com", RecordType.TXT), within=2
    )
    assert sorted(texts(observation)) == [c * 500 for c in "abc"]
    assert observation.server.startswith("tcp://")
