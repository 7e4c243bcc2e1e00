"""The way from the root to the servers of a zone, also where it is laid out to trap us."""

import asyncio
from collections.abc import Callable

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset

from letterhead.core.answer import Fault, Question, RecordType
from letterhead.resolver import walk
from letterhead.resolver.authoritative import Authoritative
from tests.clock import ManualClock
from tests.nameservers import lies
from tests.nameservers.internet import Internet
from tests.nameservers.knot import Knot
from tests.nameservers.liar import Liar, Script
from tests.resolver.asking import OTHER, ask_all, said, text

COM = dns.name.from_text("com")


async def test_servers_that_only_the_zone_itself_names_are_asked_too(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", '@ TXT "one"', servers=("127.0.0.2", OTHER))
    internet.server(OTHER).publish("acme.com", '@ TXT "two"', servers=[("ns2.acme.com", OTHER)])
    internet.delegate("acme.com", [("ns1.acme.com", "127.0.0.2")])
    assert await said(resolver, "acme.com") == {"ns1.acme.com": "one", "ns2.acme.com": "two"}


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
    (o,) = await ask_all(resolver, "s1._domainkey.acme.com")
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
    (o,) = await ask_all(resolver, "acme.com")
    assert (o.zone, o.name, text(o)) == ("acme.com", "ns1.acme.com", "x")
    (o,) = await ask_all(resolver, "nobody.acme.com")
    assert (o.zone, o.rcode, o.fault) == ("acme.com", "NXDOMAIN", None)


async def test_parent_and_child_on_one_server_but_the_child_on_another_one_too(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", f'@ TXT "up"\nmail NS ns1\nmail NS ns2.mail\nns2.mail A {OTHER}')
    pairs = [("ns1.acme.com", "127.0.0.2"), ("ns2.mail.acme.com", OTHER)]
    internet.server("127.0.0.2").publish("mail.acme.com", 'x TXT "one"', servers=pairs)
    internet.server(OTHER).publish("mail.acme.com", 'x TXT "two"', servers=pairs)
    observations = await ask_all(resolver, "x.mail.acme.com")
    assert {o.zone for o in observations} == {"mail.acme.com"}
    assert {o.name: text(o) for o in observations} == {"ns1.acme.com": "one", "ns2.mail.acme.com": "two"}


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
    found = await asyncio.gather(*(ask_all(resolver, name) for name in names))
    assert all(o.zone == "acme.com" and o.fault is None for each in found for o in each)
    assert [seen[:2] for seen in root.queries] == [("com", "SOA")]
    assert not root.queries[0].rd
    clock.advance(3_599)
    await ask_all(resolver, "acme.com")
    assert root.count() == 1
    clock.advance(2)
    await ask_all(resolver, "acme.com")
    assert root.count() == 2


async def test_a_name_is_found_as_soon_as_it_is_registered(
    internet: Internet, resolver: Authoritative
) -> None:
    assert await said(resolver, "acme.com") == {"a.registry.net": "NXDOMAIN"}
    internet.host("acme.com", '@ TXT "x"')
    assert await said(resolver, "acme.com") == {"ns1.acme.com": "x"}


async def test_an_alias_belongs_to_the_zone_below_though_its_parents_server_answers(
    internet: Internet, resolver: Authoritative
) -> None:
    internet.host("acme.com", "mail NS ns1")
    pairs = [("ns1.acme.com", "127.0.0.2")]
    internet.server("127.0.0.2").publish("mail.acme.com", "x CNAME x.other.net.", servers=pairs)
    (o,) = await ask_all(resolver, "x.mail.acme.com")
    assert (o.zone, text(o)) == ("mail.acme.com", "x.other.net")


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


def registry(servers_of: Callable[[str], list[str]]) -> Script:
    """Serve root and com at one address; refer what is below com to the servers named, without glue."""

    def script(query: dns.message.Message, _: str) -> dns.message.Message:
        response = dns.message.make_response(query)
        asked = query.question[0].name
        if asked == COM:
            response.authority = [dns.rrset.from_text(COM, 300, "IN", "NS", "ns.com.")]
            response.additional = [dns.rrset.from_text("ns.com.", 300, "IN", "A", "127.0.0.1")]
        else:
            child = asked.split(3)[1]
            names = (f"{name}." for name in servers_of(child.to_text(omit_final_dot=True)))
            response.authority = [dns.rrset.from_text(child, 300, "IN", "NS", *names)]
        return response

    return script


async def faults(liar: Liar, clock: ManualClock, name: str) -> dict[str, Fault | None]:
    resolver = Authoritative([liar.address], clock, port=liar.port, allow_private=True)
    return {o.name: o.fault for o in await resolver.ask(Question(name, RecordType.TXT), within=10)}


async def test_servers_named_in_a_circle_are_noticed_at_the_first_round(
    liar: Liar, clock: ManualClock
) -> None:
    circle = {"acme.com": ["ns.zorro.com"], "zorro.com": ["ns.other.com"], "other.com": ["ns.acme.com"]}
    liar.script(registry(circle.__getitem__))
    assert await faults(liar, clock, "acme.com") == {"ns.zorro.com": Fault.NO_SERVERS}
    # The answer had no server with an address, so the way was looked up afresh once.
    assert [liar.count(name, "SOA") for name in circle] == [2, 2, 2]


async def test_walks_within_walks_end(liar: Liar, clock: ManualClock) -> None:
    liar.script(registry(lambda child: [f"ns.{len(child)}x{child}"]))
    assert list((await faults(liar, clock, "a.com")).values()) == [Fault.NO_SERVERS]
    assert liar.count() < 30


async def test_a_referral_to_many_made_up_servers_costs_a_bounded_number_of_queries(
    liar: Liar, clock: ManualClock
) -> None:
    liar.script(registry(lambda child: [f"ns.{i}x{child}" for i in range(13)]))
    observed = await faults(liar, clock, "a.com")
    assert set(observed.values()) == {Fault.NO_SERVERS}
    assert liar.count() <= 200  # a hundred, and a hundred more when the way was looked up afresh


async def test_R17_zones_of_one_domain_that_name_made_up_servers_cost_others_little_in_all(
    internet: Internet, resolver: Authoritative
) -> None:
    """A zone that makes up delegations on the spot would have us ask a stranger's servers (NXNSAttack)."""

    def hostile(query: dns.message.Message, _: str) -> dns.message.Message:
        response = dns.message.make_response(query)
        name = query.question[0].name
        if len(name) == len(COM) + 1:  # acme.com itself
            return lies.answer('@ TXT "x"')(query, "udp")
        child = name.split(len(COM) + 2)[1]
        made_up = [f"n{i}-{child.labels[0].decode()}.victim.net." for i in range(13)]
        response.authority = [dns.rrset.from_text(child, 300, "IN", "NS", *made_up)]
        return response

    internet.liar(OTHER).script(hostile)
    victim = internet.liar("127.0.0.4")
    victim.script(denial("victim.net."))
    internet.delegate("acme.com", [("ns1.acme.com", OTHER)])
    internet.delegate("victim.net", [("ns1.victim.net", "127.0.0.4")])
    await asyncio.gather(*(said(resolver, f"x.z{i}.acme.com") for i in range(60)))
    assert victim.count() <= 4 * walk.MAX_HOSTS, "sixty zones of thirteen servers would be some 2,400"


def denial(zone: str) -> Script:
    """Serve a zone in which there is nothing but itself."""
    soa = dns.rrset.from_text(zone, 300, "IN", "SOA", f"ns1.{zone} host.{zone} 1 2 3 4 300")

    def script(query: dns.message.Message, _: str) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        response.authority = [soa]
        if query.question[0].name != soa.name:
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response

    return script


async def test_the_addresses_of_a_name_server_are_looked_up_once_for_all_its_zones(
    internet: Internet, resolver: Authoritative, clock: ManualClock
) -> None:
    hosting = internet.liar(OTHER)
    hosting.script(
        lambda query, transport: lies.answer("@ A 127.0.0.2" if query.question[0].rdtype == 1 else "")(
            query, transport
        )
    )
    internet.delegate("hosting.net", [("ns1.hosting.net", OTHER)])
    for name in ("acme.com", "zorro.com"):
        internet.host(name, '@ TXT "x"', names=("ns.hosting.net",))
        assert await said(resolver, name) == {"ns.hosting.net": "x"}
    assert hosting.count("ns.hosting.net", "A") == 1
    clock.advance(61)
    await said(resolver, "zorro.com")
    assert hosting.count("ns.hosting.net", "A") == 2


async def test_who_shares_a_step_with_somebody_short_of_time_is_not_lost_with_him(
    internet: Internet, clock: ManualClock
) -> None:
    internet.host("acme.com", '@ TXT "x"')
    root = internet.liar("127.0.0.7")
    root.script(lies.slow(0.3, referred("com.", "ns.com.", "127.0.0.53")))
    resolver = Authoritative(["127.0.0.7"], clock, port=internet.port, allow_private=True)
    hurried = asyncio.create_task(said(resolver, "acme.com", within=0.2))
    await asyncio.sleep(0.05)
    assert await said(resolver, "acme.com") == {"ns1.acme.com": "x"}
    assert set((await hurried).values()) == {Fault.TIMEOUT}


def referred(zone: str, server: str, *addresses: str) -> Script:
    """Refer whatever is asked to one server, whose addresses come in another order each time."""
    order = list(addresses)

    def script(query: dns.message.Message, _: str) -> dns.message.Message:
        order.append(order.pop(0))
        response = dns.message.make_response(query)
        response.authority = [dns.rrset.from_text(zone, 300, "IN", "NS", server)]
        response.additional = [dns.rrset.from_text(server, 300, "IN", "A", *order)]
        return response

    return script


async def test_a_lame_zone_is_not_asked_again_because_its_servers_came_in_another_order(
    internet: Internet, clock: ManualClock
) -> None:
    lame = [internet.liar(address) for address in (OTHER, "127.0.0.4")]
    internet.liar("127.0.0.7").script(referred("com.", "ns.com.", "127.0.0.8"))
    internet.liar("127.0.0.8").script(referred("acme.com.", "ns.acme.com.", OTHER, "127.0.0.4"))
    resolver = Authoritative(["127.0.0.7"], clock, port=internet.port, allow_private=True)
    observations = await ask_all(resolver, "acme.com")
    assert [o.fault for o in observations] == [Fault.LAME] * 2
    assert [server.count("acme.com", "TXT") for server in lame] == [1, 1]
