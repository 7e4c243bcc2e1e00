"""A recursive resolver as it is. One question, one observation, no exception."""

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest

from letterhead.core.answer import Fault, Question, RecordType, Source, Target, Txt
from letterhead.core.endpoint import endpoint
from letterhead.core.finding import witness
from letterhead.resolver.stub import Stub
from tests.clock import ManualClock
from tests.nameservers import lies
from tests.nameservers.liar import Liar, Script
from tests.nameservers.ports import free_port
from tests.resolver.asking import SOA, TRUE, ask, reply, texts


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


async def test_R01_R02_a_resolver_that_is_down_is_a_network_fault(clock: ManualClock) -> None:
    (observation,) = await Stub(endpoint(f"udp://127.0.0.1:{free_port()}"), clock).ask(
        Question("acme.com", RecordType.TXT), within=2
    )
    assert (observation.fault, observation.rcode, observation.records) == (Fault.NETWORK, "", ())


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


async def test_R13_what_a_cache_may_no_longer_vouch_for_is_stale(liar: Liar, clock: ManualClock) -> None:
    for code in (3, 19):
        liar.script(with_error(code, "ran out"))
        observation = await ask(liar, clock)
        assert observation.fault is Fault.STALE
        assert "ran out" in observation.detail


@pytest.mark.parametrize("code", [4, 15, 16, 17, 18])
@pytest.mark.parametrize("rcode", [0, 3])
async def test_R14_what_a_resolver_filters_is_refused_and_neither_there_nor_absent(
    code: int, rcode: int, liar: Liar, clock: ManualClock
) -> None:
    liar.script(with_error(code, "family filter", rcode))
    observation = await ask(liar, clock)
    assert observation.fault is Fault.REFUSED
    assert observation.detail.startswith("the resolver keeps the true answer to itself; EDE ")
    assert "family filter" in observation.detail


@pytest.mark.parametrize("code", range(5, 14))
async def test_R04_R09_a_servfail_for_dnssec_is_bogus_and_says_what_is_broken(
    code: int, liar: Liar, clock: ManualClock
) -> None:
    liar.script(with_error(code, "why", 2))
    observation = await ask(liar, clock)
    assert observation.fault is (Fault.BOGUS if 6 <= code <= 12 else Fault.SERVFAIL)
    assert dns.edns.EDEOption(code, "why").to_text() in observation.detail


def with_error(code: int, text: str, rcode: int = 0) -> Script:
    def script(query: dns.message.Message, transport: str) -> dns.message.Message:
        response = TRUE(query, "udp") if rcode == 0 else reply("", SOA)(query, "udp")
        response.set_rcode(dns.rcode.Rcode(rcode))
        response.use_edns(0, options=[dns.edns.EDEOption(code, text)])
        return response

    return script


@pytest.mark.parametrize(
    ("nsid", "shown"),
    [(b"fra1.dns", "fra1.dns"), (b"\x00\xff", "00ff"), (b"x" * 300, "x" * 64), (b"", "")],
)
async def test_R25_which_of_the_servers_behind_an_address_spoke_is_kept(
    liar: Liar, clock: ManualClock, nsid: bytes, shown: str
) -> None:
    """Asked for with every query (RFC 5001); it is a server's own word and may be anything."""

    def script(query: dns.message.Message, transport: str) -> dns.message.Message:
        assert [int(option.otype) for option in query.options] == [dns.edns.OptionType.NSID]
        response = TRUE(query, "udp")
        assert isinstance(response, dns.message.Message)
        response.use_edns(0, options=[dns.edns.GenericOption(dns.edns.OptionType.NSID, nsid)])
        return response

    liar.script(script)
    observation = await ask(liar, clock)
    assert (texts(observation), observation.nsid) == (["true"], shown)
    assert witness(observation).nsid == shown
