"""A recursive resolver as it is: right, wrong, slow, hostile or gone. One question, one observation, no exception."""

import asyncio
import socket
import time
from collections.abc import Iterator

import dns.edns
import dns.message
import dns.rcode
import dns.rrset
import pytest

from letterhead.core.answer import Fault, Observation, Question, RecordType, Source, Target, Txt
from letterhead.core.refusal import Refusal
from letterhead.resolver import exchange, transport
from letterhead.resolver.stub import Stub
from tests.clock import ManualClock
from tests.nameservers import lies
from tests.nameservers.knot import Knot
from tests.nameservers.liar import Liar, Script
from tests.nameservers.ports import free_port

TRUE = lies.answer('@ TXT "true"')
SOA = "acme.com. 600 IN SOA ns1.acme.com. host.acme.com. 7 3600 600 86400 900"


def reply(answer: str, authority: str = "") -> Script:
    """Give these records, absolute names and all; lies.answer() leaves out what lies beside the name asked."""

    def script(query: dns.message.Message, _: str) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.answer = [dns.rrset.from_text(*line.split(maxsplit=4)) for line in answer.splitlines()]
        response.authority = [dns.rrset.from_text(*line.split(maxsplit=4)) for line in authority.splitlines()]
        return response

    return script


async def ask(
    liar: Liar, clock: ManualClock, *, name: str = "acme.com", rtype: str = "TXT", within: float = 2.0
) -> Observation:
    stub = Stub(f"udp://{liar.address}:{liar.port}", clock)
    (observation,) = await stub.ask(Question(name, RecordType(rtype)), within=within)
    return observation


def texts(observation: Observation) -> list[str]:
    return [str(record.data) for record in observation.records]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "UDP_PATIENCE", 0.05)


@pytest.fixture
def udp_only() -> Iterator[Liar]:
    liar = Liar(tcp=False).start()
    yield liar
    liar.stop()


async def test_an_answer_is_observed_with_who_when_and_what(liar: Liar, clock: ManualClock) -> None:
    liar.script(lies.answer('@ 77 TXT "v=spf1 " "-all"', aa=False))
    observation = await ask(liar, clock)
    assert observation.source is Source.RECURSIVE
    assert (observation.server, observation.name, observation.zone) == (
        f"udp://127.0.0.1:{liar.port}",
        "",
        "",
    )
    assert observation.asked_at == clock.now()
    assert (observation.rcode, observation.fault, observation.detail) == ("NOERROR", None, "")
    (record,) = observation.records
    assert (record.owner, record.ttl, record.data) == ("acme.com", 77, Txt((b"v=spf1 ", b"-all")))
    assert liar.queries[0].rd


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1",
        "udp://",
        "udp://localhost",
        "tcp://127.0.0.1",
        "udp://127.0.0.1:70000",
        "udp://127.0.0.1:x",
    ]
    + ["udp://u@127.0.0.1", "udp://127.0.0.1/x", "udp://127.0.0.1?x", "udp://[::1", "udp://127.1"],
)
def test_a_server_that_is_no_address_is_refused_with_the_way_to_mend_it(url: str, clock: ManualClock) -> None:
    with pytest.raises(Refusal, match="resolver_url") as refused:
        Stub(url, clock)
    assert "udp://127.0.0.1:53" in refused.value.mend


async def test_R01_R02_a_resolver_that_is_down_is_a_network_fault(clock: ManualClock) -> None:
    (observation,) = await Stub(f"udp://127.0.0.1:{free_port()}", clock).ask(
        Question("acme.com", RecordType.TXT), within=2
    )
    assert (observation.fault, observation.rcode, observation.records) == (Fault.NETWORK, "", ())


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


RCODES = {0: Fault.NO_SOA, 2: Fault.SERVFAIL, 3: Fault.NO_SOA, 5: Fault.REFUSED}


@pytest.mark.parametrize("rcode", range(24))
async def test_R05_every_rcode_is_a_fault_of_its_own_and_never_an_absence(
    rcode: int, liar: Liar, clock: ManualClock
) -> None:
    liar.script(
        lies.per_transport(udp=lies.rcode(rcode), tcp=lies.rcode(rcode)) if rcode < 16 else with_edns(rcode)
    )
    observation = await ask(liar, clock)
    assert observation.fault is RCODES.get(rcode, Fault.RCODE)
    assert observation.rcode == dns.rcode.to_text(dns.rcode.Rcode.make(rcode))
    assert observation.rcode in observation.detail


def with_edns(rcode: int) -> Script:
    """Extended rcodes need an OPT in the reply, even where the query came without one."""

    def script(query: dns.message.Message, _: str) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.use_edns(0)
        response.set_rcode(dns.rcode.Rcode.make(rcode))
        return response

    return script


async def test_R03_a_negative_answer_without_soa_is_no_answer(liar: Liar, clock: ManualClock) -> None:
    liar.script(lies.nxdomain_without_soa())
    assert (await ask(liar, clock)).fault is Fault.NO_SOA
    liar.script(lies.answer(authority="@ NS a.root-servers.net."))
    assert (await ask(liar, clock)).fault is Fault.NO_SOA


async def test_R11_the_soa_of_a_negative_answer_is_kept_with_both_its_times(
    liar: Liar, clock: ManualClock
) -> None:
    liar.script(reply("", SOA))
    observation = await ask(liar, clock, name="_dmarc.acme.com")
    assert (observation.fault, observation.records) == (None, ())
    assert observation.soa is not None
    assert (observation.soa.ttl, observation.soa.data.minimum) == (600, 900)


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


def cut_off(records: str) -> Script:
    def script(query: dns.message.Message, transport: str) -> dns.message.Message:
        response = lies.answer(records)(query, "udp")
        response.flags |= dns.flags.TC
        return response

    return script


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


async def test_R07_records_of_other_names_and_types_are_left_out(liar: Liar, clock: ManualClock) -> None:
    forged = (
        'other.example. 9 IN TXT "forged"\nacme.com. 9 IN MX 0 evil.example.\nx.example. 9 IN CNAME acme.com.'
    )
    liar.script(reply(f'{forged}\nacme.com. 9 IN TXT "mine"'))
    assert texts(await ask(liar, clock)) == ["mine"]


async def test_aliases_are_kept_in_the_order_received(liar: Liar, clock: ManualClock) -> None:
    aliases = "acme.com. 9 IN CNAME A.example.\na.example. 9 IN CNAME b.EXAMPLE."
    liar.script(reply(f'b.example. 9 IN TXT "end"\n{aliases}'))
    observation = await ask(liar, clock)
    assert [r.owner for r in observation.records] == ["b.example", "acme.com", "a.example"]
    assert observation.records[2].data == Target("b.example")


async def test_R18_a_chain_of_twenty_aliases_and_a_circle_are_observed_as_they_are(
    liar: Liar, clock: ManualClock
) -> None:
    hops = "\n".join(f"h{i}.example. 9 IN CNAME h{i + 1}.example." for i in range(19))
    liar.script(reply(f"acme.com. 9 IN CNAME h0.example.\n{hops}"))
    observation = await ask(liar, clock)
    assert (len(observation.records), observation.fault) == (20, None)
    liar.script(reply("acme.com. 9 IN CNAME b.example.\nb.example. 9 IN CNAME acme.com."))
    assert len((await ask(liar, clock)).records) == 2


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


async def test_R15_the_name_is_asked_as_it_stands(
    liar: Liar, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCALDOMAIN", "corp.local")
    liar.script(lies.rcode(3))
    for name in ("acme.com", "acme"):
        await ask(liar, clock, name=name)
    assert [seen.name for seen in liar.queries] == ["acme.com", "acme"]


async def test_R21_a_question_answered_with_another_type_alone_is_no_answer(
    liar: Liar, clock: ManualClock
) -> None:
    liar.script(lies.answer("@ A 192.0.2.1"))
    assert (await ask(liar, clock)).fault is Fault.NO_SOA


async def test_R24_owners_match_without_case_and_strings_keep_theirs(liar: Liar, clock: ManualClock) -> None:
    liar.script(reply('AcMe.CoM. 9 IN TXT "Token=AbC"'))
    (record,) = (await ask(liar, clock)).records
    assert (record.owner, str(record.data)) == ("acme.com", "Token=AbC")


async def test_R26_a_server_from_before_edns_is_asked_without(liar: Liar, clock: ManualClock) -> None:
    liar.script(lies.edns_formerr(TRUE))
    assert texts(await ask(liar, clock)) == ["true"]
    assert liar.count() == 2


async def test_R13_what_a_cache_may_no_longer_vouch_for_is_stale(liar: Liar, clock: ManualClock) -> None:
    for code in (3, 19):
        liar.script(with_error(code, "ran out"))
        observation = await ask(liar, clock)
        assert observation.fault is Fault.STALE
        assert "ran out" in observation.detail


def with_error(code: int, text: str) -> Script:
    def script(query: dns.message.Message, transport: str) -> dns.message.Message:
        response = TRUE(query, "udp")
        response.use_edns(0, options=[dns.edns.EDEOption(code, text)])
        return response

    return script


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
