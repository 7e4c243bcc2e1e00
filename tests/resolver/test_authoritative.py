"""What the zone's own servers say, each for itself, on real name servers."""

import asyncio
import time
from unittest.mock import AsyncMock

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from letterhead.clock import SystemClock
from letterhead.core.answer import Fault, Probe, RecordType, Source, Target
from letterhead.resolver import line, panel, transport
from letterhead.resolver.authoritative import MAX_AT_ONE_ZONE, Authoritative
from tests.clock import ManualClock
from tests.flows.forwarding import passed_on
from tests.nameservers import lies
from tests.nameservers.internet import CUSTOMER, Internet
from tests.nameservers.knot import Knot
from tests.nameservers.liar import Script
from tests.nameservers.nsd import Nsd
from tests.resolver.asking import OTHER, ask_all, said, text


async def test_every_server_of_the_zone_is_asked_and_named(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", '@ TXT "token"', servers=("127.0.0.2", OTHER))
    observations = await ask_all(resolver, "acme.com")
    assert {(o.name, o.server) for o in observations} == {
        ("ns1.acme.com", f"udp://127.0.0.2:{internet.port}"),
        ("ns2.acme.com", f"udp://{OTHER}:{internet.port}"),
    }
    for o in observations:
        assert (o.source, o.zone, o.authoritative, text(o)) == (
            Source.AUTHORITATIVE,
            "acme.com",
            True,
            "token",
        )


async def test_R03_R11_nxdomain_nodata_and_empty_non_terminal(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", '@ TXT "x"\na.b TXT "x"')
    for name, rtype, rcode in (
        ("nobody.acme.com", "TXT", "NXDOMAIN"),
        ("acme.com", "MX", "NOERROR"),
        ("b.acme.com", "TXT", "NOERROR"),
    ):
        (o,) = await ask_all(resolver, name, rtype)
        assert (o.fault, o.rcode, o.records, o.zone) == (None, rcode, (), "acme.com")
        assert o.soa is not None
        assert (o.soa.owner, o.soa.ttl, o.soa.data.minimum) == ("acme.com", 300, 300)


async def test_a_name_that_nobody_registered_is_denied_by_its_registry(
    internet: Internet, resolver: Authoritative
) -> None:
    for name, zone in (("_dmarc.nobody.com", "com"), ("nobody.co.uk", "co.uk"), ("nobody.nosuchtld", ".")):
        (o,) = await ask_all(resolver, name)
        assert (o.zone, o.rcode, o.fault) == (zone, "NXDOMAIN", None)


async def test_R12_a_change_is_seen_at_once(internet: Internet, resolver: Authoritative) -> None:
    internet.host("acme.com", '@ 86400 TXT "old"')
    assert await said(resolver, "acme.com") == {"ns1.acme.com": "old"}
    assert await said(resolver, "_dmarc.acme.com") == {"ns1.acme.com": "NXDOMAIN"}
    internet.host("acme.com", '@ TXT "new"\n_dmarc TXT "v=DMARC1"')
    assert await said(resolver, "acme.com") == {"ns1.acme.com": "new"}
    assert await said(resolver, "_dmarc.acme.com") == {"ns1.acme.com": "v=DMARC1"}


async def test_O14_servers_that_differ_are_seen_to_differ(
    internet: Internet, resolver: Authoritative
) -> None:
    pairs = [("ns1.acme.com", "127.0.0.2"), ("ns2.acme.com", OTHER)]
    internet.server("127.0.0.2", Knot).publish("acme.com", '@ TXT "one"', servers=pairs)
    internet.server(OTHER, Nsd).publish("acme.com", '@ TXT "two"', servers=pairs)
    internet.delegate("acme.com", pairs)
    assert await said(resolver, "acme.com") == {"ns1.acme.com": "one", "ns2.acme.com": "two"}


@pytest.mark.parametrize("rcode", ["REFUSED", "SERVFAIL"])
async def test_O13_a_server_that_does_not_serve_the_zone_is_lame(
    rcode: str, internet: Internet, resolver: Authoritative
) -> None:
    pairs = [("ns1.acme.com", "127.0.0.2"), ("ns2.acme.com", OTHER)]
    internet.server("127.0.0.2").publish("acme.com", '@ TXT "token"', servers=pairs)
    internet.liar(OTHER).script(lies.rcode({"REFUSED": 5, "SERVFAIL": 2}[rcode]))
    internet.delegate("acme.com", pairs)
    good, lame = sorted(await ask_all(resolver, "acme.com"), key=lambda o: o.name)
    assert text(good) == "token"
    assert (lame.fault, lame.rcode) == (Fault.LAME, rcode)
    assert "delegation" in lame.detail


def referral(zone: str) -> Script:
    """Refer to the servers of `zone`, whatever is asked."""

    def script(query: dns.message.Message, _: str) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.authority = [dns.rrset.from_text(zone, 300, "IN", "NS", "ns1.elsewhere.net.")]
        return response

    return script


@pytest.mark.parametrize(
    "lie",
    [referral("."), referral("com."), referral("other.com."), lies.answer('@ TXT "cached"', aa=False)],
    ids=["to the root", "to the parent", "sideways", "without AA"],
)
async def test_O13_a_server_without_authority_is_lame(
    lie: Script, internet: Internet, resolver: Authoritative
) -> None:
    internet.liar(OTHER).script(lie)
    internet.delegate("acme.com", [("ns1.acme.com", OTHER)])
    (o,) = await ask_all(resolver, "_dmarc.acme.com")
    assert (o.fault, o.authoritative, o.zone) == (Fault.LAME, False, "acme.com")


@pytest.mark.parametrize("shape", ["silent", "nobody listens"])
async def test_R16_a_dead_server_is_observed_beside_the_live_one(
    shape: str, internet: Internet, resolver: Authoritative, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "UDP_PATIENCE", 0.1)
    pairs = [("ns1.acme.com", OTHER), ("ns2.acme.com", "127.0.0.2")]
    internet.server("127.0.0.2").publish("acme.com", '@ TXT "token"', servers=pairs)
    internet.delegate("acme.com", pairs)
    if shape == "silent":
        internet.liar(OTHER).script(lies.silent())
    fault = Fault.TIMEOUT if shape == "silent" else Fault.NETWORK
    assert await said(resolver, "acme.com") == {"ns1.acme.com": fault, "ns2.acme.com": "token"}


async def test_R16_round_after_round_a_dead_server_costs_little_beside_a_live_one(
    internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name, seconds in (
        (line, "PATIENCE", 0.6),
        (line, "PATIENCE_WITH_SILENT", 0.2),
        (line, "SILENT_AFTER", 0.3),
        (panel, "_HEAD_START", 0.3),
    ):
        monkeypatch.setattr(module, name, seconds)
    pairs = [("ns1.acme.com", OTHER), ("ns2.acme.com", "127.0.0.2")]
    internet.server("127.0.0.2").publish("acme.com", '* TXT "token"', servers=pairs)
    internet.delegate("acme.com", pairs)
    internet.liar(OTHER).script(lies.silent())
    resolver = Authoritative(internet.hints, SystemClock(), port=internet.port, allow_private=True)
    await said(resolver, "first.acme.com")
    began = time.monotonic()
    for number in range(4):
        heard = await said(resolver, f"n{number}.acme.com")
        assert heard == {"ns1.acme.com": Fault.TIMEOUT, "ns2.acme.com": "token"}
    assert time.monotonic() - began < 4 * 0.33, "on the way to the zone it is asked last"


async def test_R16_a_server_that_cannot_be_reached_over_ipv6_does_not_hide_the_other(
    internet: Internet, resolver: Authoritative
) -> None:
    pairs = [("ns1.acme.com", "::1"), ("ns2.acme.com", "127.0.0.2")]
    internet.server("127.0.0.2").publish("acme.com", '@ TXT "token"', servers=pairs)
    internet.delegate("acme.com", pairs)
    six, four = await ask_all(resolver, "acme.com")
    assert (six.fault, six.server) == (Fault.NETWORK, f"udp://[::1]:{internet.port}")
    assert text(four) == "token"


async def test_R16_all_is_over_within_the_time_given(internet: Internet, resolver: Authoritative) -> None:
    internet.liar(OTHER).script(lies.silent())
    internet.delegate("acme.com", [("ns1.acme.com", OTHER)])
    began = time.monotonic()
    assert await said(resolver, "_dmarc.acme.com", within=1) == {"ns1.acme.com": Fault.TIMEOUT}
    assert time.monotonic() - began < 1.5


async def test_a_registry_that_cannot_be_reached_is_named(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.server("127.0.0.53").stop()
    (o,) = await ask_all(resolver, "acme.com")
    assert (o.fault, o.zone, o.name) == (Fault.NETWORK, "com", "a.registry.net")
    assert o.server == f"udp://127.0.0.53:{internet.port}"
    assert "acme.com, at com" in o.detail


async def test_root_servers_that_refuse_are_named(internet: Internet, resolver: Authoritative) -> None:
    internet.server("127.0.0.1").withdraw(".")
    (o,) = await ask_all(resolver, "acme.com")
    assert (o.fault, o.zone, o.rcode) == (Fault.NO_SERVERS, ".", "REFUSED"), "no fault of acme.com"


async def test_private_servers_are_not_connected_to(internet: Internet, clock: ManualClock) -> None:
    (o,) = await ask_all(Authoritative(internet.hints, clock, port=internet.port), "acme.com")
    assert (o.fault, o.zone) == (Fault.PRIVATE_SERVER, ".")
    (o,) = await ask_all(Authoritative((), clock), "acme.com")
    assert o.fault is Fault.NO_SERVERS


async def test_a_private_address_among_the_zones_servers_is_observed_and_not_asked(
    internet: Internet, resolver: Authoritative, monkeypatch: pytest.MonkeyPatch
) -> None:
    liar = internet.liar(OTHER)
    pairs = [("ns1.acme.com", "127.0.0.2"), ("ns2.acme.com", OTHER)]
    internet.server("127.0.0.2").publish("acme.com", '@ TXT "token"', servers=pairs)
    internet.delegate("acme.com", pairs)
    for module in ("panel", "authoritative"):
        monkeypatch.setattr(f"letterhead.resolver.{module}.may_connect", lambda ip, **_: ip != OTHER)
    assert await said(resolver, "acme.com") == {"ns1.acme.com": "token", "ns2.acme.com": Fault.PRIVATE_SERVER}
    assert liar.queries == []


async def test_aliases_inside_the_zone_are_followed_and_those_leading_out_are_left_to_the_asker(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", 'in CNAME end\nend TXT "end"\nout CNAME x.other.net.\ngone CNAME nobody')
    internet.server("127.0.0.2").publish("other.net", 'x TXT "not asked of us"')
    assert await said(resolver, "in.acme.com") == {"ns1.acme.com": "end end.acme.com"}
    assert await said(resolver, "out.acme.com") == {"ns1.acme.com": "x.other.net"}
    (o,) = await ask_all(resolver, "gone.acme.com")
    assert (o.rcode, o.fault, o.soa is None) == ("NXDOMAIN", None, False)


async def test_whether_an_alias_in_another_zone_exists_is_not_this_servers_to_say(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", "out CNAME nobody.other.net.")
    internet.server("127.0.0.2").publish("other.net", "")
    (o,) = await ask_all(resolver, "out.acme.com")
    assert (o.rcode, o.fault, o.soa) == ("NOERROR", None, None)


async def test_R20_a_dname_shows_as_the_alias_that_it_makes(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", 'old DNAME new\ntoken.new TXT "moved"')
    (o,) = await ask_all(resolver, "token.old.acme.com")
    assert [(r.owner, r.type) for r in o.records] == [
        ("token.old.acme.com", RecordType.CNAME),
        ("token.new.acme.com", RecordType.TXT),
    ]
    assert o.records[0].data == Target("token.new.acme.com")


async def test_a_wildcard_answers_for_names_that_do_not_exist(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", '* TXT "any"')
    assert await said(resolver, "random-label.acme.com") == {"ns1.acme.com": "any"}


async def test_a_probe_is_answered_in_the_zone_above_it_without_looking_for_one_of_its_own(
    internet: Internet, resolver: Authoritative, monkeypatch: pytest.MonkeyPatch
) -> None:
    internet.host("acme.com", f'*.mail TXT "any"\nsub NS ns.sub\nns.sub A {OTHER}')
    internet.server(OTHER).publish("sub.acme.com", '* TXT "below"', servers=(("ns.sub.acme.com", OTHER),))
    for name in ("acme.com", "mail.acme.com", "sub.acme.com"):
        await ask_all(resolver, name)
    looks = AsyncMock(side_effect=AssertionError("nobody has to be asked the way"))
    monkeypatch.setattr(panel.Panel, "ask", looks)
    for name, zone, said_there in (
        ("random.acme.com", "acme.com", "NXDOMAIN"),
        ("random.mail.acme.com", "acme.com", "any"),
        ("random.sub.acme.com", "sub.acme.com", "below"),
    ):
        (o,) = await resolver.ask(Probe(name, RecordType.TXT), within=5)
        assert (o.zone, text(o)) == (zone, said_there)
    looks.assert_not_awaited()


async def test_a_probe_that_hits_a_zone_nevertheless_is_answered_by_that(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", f"random NS ns.random\nns.random A {OTHER}")
    internet.server(OTHER).publish(
        "random.acme.com", '@ TXT "below"', servers=(("ns.random.acme.com", OTHER),)
    )
    (o,) = await resolver.ask(Probe("random.acme.com", RecordType.TXT), within=5)
    assert (o.zone, text(o)) == ("random.acme.com", "below")


async def test_a_domain_that_moved_is_found_at_its_new_servers_at_once(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", '@ TXT "old"')
    assert await said(resolver, "acme.com") == {"ns1.acme.com": "old"}
    internet.withdraw("acme.com")
    internet.host("acme.com", '@ TXT "new"', servers=(OTHER,), names=("b.acme.com",))
    assert await said(resolver, "acme.com") == {"b.acme.com": "new"}


@pytest.mark.parametrize("name", ["a..b", f"{'x' * 64}.com", ".".join(["x" * 60] * 5)])
async def test_a_name_that_the_dns_cannot_hold_is_an_observation_too(
    name: str, resolver: Authoritative
) -> None:
    (o,) = await ask_all(resolver, name)
    assert o.fault is Fault.MALFORMED


async def test_R17_a_zone_whose_servers_are_slow_holds_up_itself_alone(
    resolver: Authoritative, internet: Internet
) -> None:
    internet.host("quick.com", '@ TXT "true"')
    internet.server(CUSTOMER).publish("slow.com", "", servers=(("ns1.slow.com", OTHER),))
    internet.delegate("slow.com", (("ns1.slow.com", OTHER),))
    true = passed_on(CUSTOMER, internet.port)
    late = lies.slow(9.9, lies.answer('@ TXT "late"'))
    liar = internet.liar(OTHER)
    liar.script(lambda q, t: (late if q.question[0].rdtype == dns.rdatatype.TXT else true)(q, t))
    slow = [asyncio.create_task(ask_all(resolver, f"n{n}.slow.com", within=2)) for n in range(100)]
    await asyncio.sleep(1)
    asked = {seen.name for seen in liar.queries if seen.type == "TXT"}
    async with asyncio.timeout(1):
        assert await said(resolver, "quick.com") == {"ns1.quick.com": "true"}
    answers = await asyncio.gather(*slow)
    assert {o.fault for observations in answers for o in observations} == {Fault.TIMEOUT}
    assert 0 < len(asked) <= MAX_AT_ONE_ZONE
    assert any("other questions were on their way" in o.detail for each in answers for o in each)
