"""The walk from the root to the zone's own servers, and what they say, against real name servers."""

import asyncio
import time

import dns.flags
import dns.message
import dns.rrset
import pytest

from letterhead.core.answer import Fault, Observation, Question, RecordType, Source, Target
from letterhead.resolver import transport
from letterhead.resolver.authoritative import Authoritative
from tests.clock import ManualClock
from tests.nameservers import lies
from tests.nameservers.internet import Internet
from tests.nameservers.knot import Knot
from tests.nameservers.liar import Script
from tests.nameservers.nsd import Nsd

OTHER = "127.0.0.3"


def text(observation: Observation) -> str:
    """What an observation comes to: its fault, its records, or its rcode."""
    if observation.fault:
        return observation.fault
    return " ".join(sorted(str(r.data) for r in observation.records)) or observation.rcode


@pytest.fixture
def resolver(internet: Internet, clock: ManualClock) -> Authoritative:
    return Authoritative(internet.hints, clock, port=internet.port, allow_private=True)


async def ask(
    resolver: Authoritative, name: str, rtype: str = "TXT", *, within: float = 10
) -> tuple[Observation, ...]:
    return await resolver.ask(Question(name, RecordType(rtype)), within=within)


async def said(
    resolver: Authoritative, name: str, rtype: str = "TXT", *, within: float = 10
) -> dict[str, str]:
    """What each server says, by its name."""
    return {o.name: text(o) for o in await ask(resolver, name, rtype, within=within)}


async def test_every_server_of_the_zone_is_asked_and_named(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", '@ TXT "token"', servers=("127.0.0.2", OTHER))
    observations = await ask(resolver, "acme.com")
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
        (o,) = await ask(resolver, name, rtype)
        assert (o.fault, o.rcode, o.records, o.zone) == (None, rcode, (), "acme.com")
        assert o.soa is not None
        assert (o.soa.owner, o.soa.ttl, o.soa.data.minimum) == ("acme.com", 300, 300)


async def test_a_name_that_nobody_registered_is_denied_by_its_registry(
    internet: Internet, resolver: Authoritative
) -> None:
    for name, zone in (("_dmarc.nobody.com", "com"), ("nobody.co.uk", "co.uk"), ("nobody.nosuchtld", ".")):
        (o,) = await ask(resolver, name)
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
    good, lame = sorted(await ask(resolver, "acme.com"), key=lambda o: o.name)
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
    (o,) = await ask(resolver, "_dmarc.acme.com")
    assert (o.fault, o.authoritative, o.zone) == (Fault.LAME, False, "acme.com")


async def test_servers_that_only_the_zone_itself_names_are_asked_too(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", '@ TXT "one"', servers=("127.0.0.2", OTHER))
    internet.server(OTHER).publish("acme.com", '@ TXT "two"', servers=[("ns2.acme.com", OTHER)])
    internet.delegate("acme.com", [("ns1.acme.com", "127.0.0.2")])
    assert await said(resolver, "acme.com") == {"ns1.acme.com": "one", "ns2.acme.com": "two"}


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


async def test_R16_a_server_that_cannot_be_reached_over_ipv6_does_not_hide_the_other(
    internet: Internet, resolver: Authoritative
) -> None:
    pairs = [("ns1.acme.com", "::1"), ("ns2.acme.com", "127.0.0.2")]
    internet.server("127.0.0.2").publish("acme.com", '@ TXT "token"', servers=pairs)
    internet.delegate("acme.com", pairs)
    six, four = await ask(resolver, "acme.com")
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
    (o,) = await ask(resolver, "acme.com")
    assert (o.fault, o.zone, o.name) == (Fault.NETWORK, "com", "a.registry.net")
    assert o.server == f"udp://127.0.0.53:{internet.port}"
    assert "acme.com, at com" in o.detail


async def test_root_servers_that_refuse_are_named(internet: Internet, resolver: Authoritative) -> None:
    internet.server("127.0.0.1").withdraw(".")
    (o,) = await ask(resolver, "acme.com")
    assert (o.fault, o.zone, o.rcode) == (Fault.LAME, ".", "REFUSED")


async def test_private_servers_are_not_connected_to(internet: Internet, clock: ManualClock) -> None:
    (o,) = await ask(Authoritative(internet.hints, clock, port=internet.port), "acme.com")
    assert (o.fault, o.zone) == (Fault.PRIVATE_SERVER, ".")
    (o,) = await ask(Authoritative((), clock), "acme.com")
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


async def test_servers_called_in_another_zone_are_found_by_a_walk_of_their_own(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("hosting.net", f"one A 127.0.0.5\ntwo A {OTHER}", servers=("127.0.0.4",))
    names = ("one.hosting.net", "two.hosting.net")
    internet.host("acme.com", '@ TXT "x"', servers=("127.0.0.5", OTHER), names=names)
    assert await said(resolver, "acme.com") == dict.fromkeys(names, "x")


async def test_a_server_without_an_address_is_observed(internet: Internet, resolver: Authoritative) -> None:
    pairs = [("ns1.acme.com", "127.0.0.2"), ("gone.hosting.net", "127.0.0.9")]
    internet.server("127.0.0.2").publish("acme.com", '@ TXT "x"', servers=pairs)
    internet.delegate("acme.com", pairs)
    assert await said(resolver, "acme.com") == {"ns1.acme.com": "x", "gone.hosting.net": Fault.NO_SERVERS}


async def test_domains_whose_servers_are_called_in_each_other_are_no_trap(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.delegate("acme.com", [("ns.zorro.net", "127.0.0.2")])
    internet.delegate("zorro.net", [("ns.acme.com", "127.0.0.2")])
    both = await asyncio.gather(said(resolver, "acme.com"), said(resolver, "zorro.net"))
    assert both == [{"ns.zorro.net": Fault.NO_SERVERS}, {"ns.acme.com": Fault.NO_SERVERS}]


async def test_glue_out_of_bailiwick_is_not_believed(internet: Internet, resolver: Authoritative) -> None:
    internet.host("hosting.net", "ns A 127.0.0.2")
    internet.server("127.0.0.2").publish(
        "sub.acme.com", '@ TXT "true"', servers=[("ns.hosting.net", "127.0.0.2")]
    )
    internet.server("127.0.0.6").publish(
        "sub.acme.com", '@ TXT "forged"', servers=[("ns.hosting.net", "127.0.0.6")]
    )

    def script(query: dns.message.Message, _: str) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.authority = [dns.rrset.from_text("sub.acme.com.", 300, "IN", "NS", "ns.hosting.net.")]
        response.additional = [dns.rrset.from_text("ns.hosting.net.", 300, "IN", "A", "127.0.0.6")]
        return response

    internet.liar(OTHER).script(script)
    internet.delegate("acme.com", [("ns1.acme.com", OTHER)])
    assert await said(resolver, "sub.acme.com") == {"ns.hosting.net": "true"}


async def test_a_zone_below_the_domain_is_found_also_at_an_underscore(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", f'@ TXT "up"\n_domainkey NS ns._domainkey\nns._domainkey A {OTHER}')
    internet.server(OTHER).publish(
        "_domainkey.acme.com", 's1 TXT "key"', servers=[("ns._domainkey.acme.com", OTHER)]
    )
    (o,) = await ask(resolver, "s1._domainkey.acme.com")
    assert (o.zone, o.name, text(o)) == ("_domainkey.acme.com", "ns._domainkey.acme.com", "key")


async def test_one_server_for_root_registry_and_zone_is_understood(knot: Knot, clock: ManualClock) -> None:
    for zone, records in (
        (".", "com NS ns1.com.\nns1.com. A 127.0.0.1"),
        ("com", ""),
        ("acme.com", '@ TXT "x"'),
    ):
        knot.publish(zone, records)
    knot.publish("com", "acme NS ns1.acme\nns1.acme A 127.0.0.1")
    resolver = Authoritative(["127.0.0.1"], clock, port=knot.port, allow_private=True)
    (o,) = await ask(resolver, "acme.com")
    assert (o.zone, o.name, text(o)) == ("acme.com", "ns1.acme.com", "x")
    (o,) = await ask(resolver, "nobody.acme.com")
    assert (o.zone, o.rcode, o.fault) == ("acme.com", "NXDOMAIN", None)


async def test_parent_and_child_on_one_server_but_the_child_on_another_one_too(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", f'@ TXT "up"\nmail NS ns1\nmail NS ns2.mail\nns2.mail A {OTHER}')
    pairs = [("ns1.acme.com", "127.0.0.2"), ("ns2.mail.acme.com", OTHER)]
    internet.server("127.0.0.2").publish("mail.acme.com", 'x TXT "one"', servers=pairs)
    internet.server(OTHER).publish("mail.acme.com", 'x TXT "two"', servers=pairs)
    observations = await ask(resolver, "x.mail.acme.com")
    assert {o.zone for o in observations} == {"mail.acme.com"}
    assert {o.name: text(o) for o in observations} == {"ns1.acme.com": "one", "ns2.mail.acme.com": "two"}


async def test_aliases_inside_the_zone_are_followed_and_those_leading_out_are_left_to_the_asker(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", 'in CNAME end\nend TXT "end"\nout CNAME x.other.net.\ngone CNAME nobody')
    internet.server("127.0.0.2").publish("other.net", 'x TXT "not asked of us"')
    assert await said(resolver, "in.acme.com") == {"ns1.acme.com": "end end.acme.com"}
    assert await said(resolver, "out.acme.com") == {"ns1.acme.com": "x.other.net"}
    (o,) = await ask(resolver, "gone.acme.com")
    assert (o.rcode, o.fault, o.soa is None) == ("NXDOMAIN", None, False)


async def test_whether_an_alias_in_another_zone_exists_is_not_this_servers_to_say(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", "out CNAME nobody.other.net.")
    internet.server("127.0.0.2").publish("other.net", "")
    (o,) = await ask(resolver, "out.acme.com")
    assert (o.rcode, o.fault, o.soa) == ("NOERROR", None, None)


async def test_R20_a_dname_shows_as_the_alias_that_it_makes(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", 'old DNAME new\ntoken.new TXT "moved"')
    (o,) = await ask(resolver, "token.old.acme.com")
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


async def test_a_domain_that_moved_is_found_at_its_new_servers_at_once(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", '@ TXT "old"')
    assert await said(resolver, "acme.com") == {"ns1.acme.com": "old"}
    internet.withdraw("acme.com")
    internet.host("acme.com", '@ TXT "new"', servers=(OTHER,), names=("b.acme.com",))
    assert await said(resolver, "acme.com") == {"b.acme.com": "new"}


async def test_a_domain_that_moved_while_its_old_servers_go_on_is_noticed_after_a_minute(
    internet: Internet, resolver: Authoritative, clock: ManualClock
) -> None:
    internet.host("acme.com", '@ TXT "old"')
    assert await said(resolver, "acme.com") == {"ns1.acme.com": "old"}
    internet.host("acme.com", '@ TXT "new"', servers=(OTHER,), names=("b.acme.com",))
    internet.server("127.0.0.2").publish("acme.com", '@ TXT "old"')
    clock.advance(61)
    assert await said(resolver, "acme.com") == {"b.acme.com": "new"}


async def test_questions_about_one_domain_share_the_way_there(internet: Internet, clock: ManualClock) -> None:
    root = internet.liar("127.0.0.7")
    com = dns.rrset.from_text("com.", 172_800, "IN", "NS", "ns.com.")
    glue = dns.rrset.from_text("ns.com.", 172_800, "IN", "A", "127.0.0.53")

    def script(query: dns.message.Message, _: str) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.authority, response.additional = [com], [glue]
        return response

    root.script(script)
    internet.host("acme.com", '@ TXT "x"')
    resolver = Authoritative(["127.0.0.7"], clock, port=internet.port, allow_private=True)
    names = ("acme.com", "_dmarc.acme.com", "s._domainkey.acme.com", "mail.acme.com", "acme.com")
    found = await asyncio.gather(*(ask(resolver, name) for name in names))
    assert all(o.zone == "acme.com" and o.fault is None for each in found for o in each)
    assert [seen[:2] for seen in root.queries] == [("com", "SOA")]
    assert not root.queries[0].rd
    clock.advance(3_599)
    await ask(resolver, "acme.com")
    assert root.count() == 1
    clock.advance(2)
    await ask(resolver, "acme.com")
    assert root.count() == 2


async def test_one_askers_cancellation_does_not_harm_the_others(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.liar(OTHER).script(lies.slow(0.1, lies.answer('@ TXT "x"')))
    internet.delegate("acme.com", [("ns1.acme.com", OTHER)])
    first, second = (asyncio.create_task(said(resolver, "acme.com")) for _ in range(2))
    await asyncio.sleep(0.05)
    first.cancel()
    assert await second == {"ns1.acme.com": "x"}
    assert first.cancelled()


@pytest.mark.parametrize("name", ["a..b", f"{'x' * 64}.com", ".".join(["x" * 60] * 5)])
async def test_a_name_that_the_dns_cannot_hold_is_an_observation_too(
    name: str, resolver: Authoritative
) -> None:
    (o,) = await ask(resolver, name)
    assert o.fault is Fault.MALFORMED
