"""Walks that a hostile registry lays out: circles, and referrals that cost more than they look."""

from collections.abc import Callable

import dns.message
import dns.name
import dns.rrset

from letterhead.core.answer import Fault, Question, RecordType
from letterhead.resolver import panel
from letterhead.resolver.authoritative import Authoritative
from tests.clock import ManualClock
from tests.nameservers.liar import Liar, Script

COM = dns.name.from_text("com")


def registry(servers_of: Callable[[str], list[str]]) -> Script:
    """Serve root and com at one address; refer what is below com to the servers that are named, without glue."""

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
    assert liar.count() <= 2 * panel.MAX_QUERIES
