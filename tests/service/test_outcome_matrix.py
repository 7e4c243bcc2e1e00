"""R02: fourteen kinds of DNS answers, six checks, four states. Nothing passes falsely, nothing flips falsely.

What is expected follows from docs/lifecycle.md alone: an answer is definite only if a server said yes, or no
with the SOA that proves it, and nobody contradicts; and only a definite answer moves a domain.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import pytest
from msgspec import structs

from letterhead.core.answer import Fault, Observation, Question, RecordType, ResourceRecord
from letterhead.core.domain import Domain, Status
from letterhead.core.record import Role
from letterhead.service.view import View
from tests.core.dns import observed, rdata
from tests.core.registration import KEY
from tests.service.paper import FIRST, SECOND, Observations, PaperDns
from tests.service.world import World

OTHER_KEY = KEY[:100] + ("A" if KEY[100] != "A" else "B") + KEY[101:]


@dataclass(frozen=True)
class Check:
    """One record on trial, and a value of its type that is not the one asked for."""

    role: Role
    profile: str
    wrong: str


CHECKS = {
    "ownership": Check(Role.OWNERSHIP, "letterhead", "letterhead-verify=aaaabbbbccccddddeeeeffffgggghhhh"),
    "mx": Check(Role.MX, "letterhead", "10 mx.elsewhere.net"),
    "spf": Check(Role.SPF, "letterhead", "v=spf1 ip4:192.0.2.1 -all"),
    "dkim key": Check(Role.DKIM, "letterhead", f"v=DKIM1; k=rsa; p={OTHER_KEY}"),
    "dkim alias": Check(Role.DKIM, "anyreach", "key.elsewhere.net"),
    "dmarc": Check(Role.DMARC, "anyreach", "v=DMARC1; p=none"),
}

Kind = Callable[[Question, Observation, ResourceRecord], Observations]


def said(question: Question, right: Observation, wrong: ResourceRecord, *, words: str) -> Observations:
    """One server gives the right record, the wrong one, or none in one way or another."""
    return {
        "right": (right,),
        "wrong": (observed(question, wrong),),
        "nxdomain": (observed(question, rcode="NXDOMAIN"),),
        "nodata": (observed(question),),
    }[words]


def broken(
    question: Question, right: Observation, wrong: ResourceRecord, *, fault: Fault, rcode: str = ""
) -> Observations:
    """One server, and no definite answer, though what came back may look like one."""
    looks_right = right.records if fault in {Fault.TRUNCATED, Fault.MALFORMED} else ()
    return (structs.replace(observed(question, fault=fault), rcode=rcode, records=looks_right),)


def lame(question: Question, right: Observation, wrong: ResourceRecord) -> Observations:
    """One server has it all right, the other one does not answer for the zone (O13)."""
    other = structs.replace(observed(question, server=SECOND, fault=Fault.LAME), rcode="REFUSED")
    return structs.replace(right, server=FIRST), other


def contradicting(question: Question, right: Observation, wrong: ResourceRecord) -> Observations:
    """Two servers with different content (O14)."""
    return structs.replace(right, server=FIRST), observed(question, wrong, server=SECOND)


def failing(fault: Fault, rcode: str = "") -> Kind:
    return partial(broken, fault=fault, rcode=rcode)


KINDS: dict[str, tuple[Kind, str]] = {
    "right record": (partial(said, words="right"), "pass"),
    "wrong record": (partial(said, words="wrong"), "fail"),
    "NXDOMAIN with SOA": (partial(said, words="nxdomain"), "fail"),
    "NODATA with SOA": (partial(said, words="nodata"), "fail"),
    "NXDOMAIN without SOA": (failing(Fault.NO_SOA, "NXDOMAIN"), "unknown"),
    "SERVFAIL": (failing(Fault.SERVFAIL, "SERVFAIL"), "unknown"),
    "REFUSED": (failing(Fault.REFUSED, "REFUSED"), "unknown"),
    "FORMERR": (failing(Fault.RCODE, "FORMERR"), "unknown"),
    "timeout": (failing(Fault.TIMEOUT), "unknown"),
    "connection refused": (failing(Fault.NETWORK), "unknown"),
    "TC and no TCP": (failing(Fault.TRUNCATED, "NOERROR"), "unknown"),
    "one of two lame": (lame, "unknown"),
    "two contradicting": (contradicting, "unknown"),
    "malformed": (failing(Fault.MALFORMED, "NOERROR"), "unknown"),
}

LIFE = {
    Status.PENDING: {"pass": "verified", "fail": "pending", "unknown": "pending"},
    Status.VERIFIED: {"pass": "verified", "fail": "lapsed", "unknown": "verified"},
    Status.LAPSED: {"pass": "verified", "fail": "failed", "unknown": "lapsed"},
    Status.FAILED: {"pass": "verified", "fail": "failed", "unknown": "failed"},
}
"""docs/lifecycle.md, for a sweep that comes a whole cycle after the one before."""


def test_R02_the_matrix_has_336_cells() -> None:
    assert len(KINDS) * len(CHECKS) * len(LIFE) == 336


@pytest.mark.parametrize("status", LIFE)
@pytest.mark.parametrize("check", CHECKS)
async def test_R02_only_definite_answers_move_a_domain(world: World, check: str, status: Status) -> None:
    world = world.with_site(dmarc_policy="quarantine")
    actor = await world.actor()
    views = {kind: await registered(world, CHECKS[check], f"{n}.com") for n, kind in enumerate(KINDS)}
    await brought_to(world, status)
    for kind, view in views.items():
        world.dns.publish(view.domain.hostname, *published(view))
        twist(world.dns, view, CHECKS[check], KINDS[kind][0])
    await world.sweep()
    after = {kind: (await world.now(view.domain)) for kind, view in views.items()}
    expected = {kind: LIFE[status][come_to] for kind, (_, come_to) in KINDS.items()}
    assert {kind: domain.status.value for kind, domain in after.items()} == expected
    for kind, domain in after.items():
        report = (await world.services.domains.get(actor, domain.id)).report
        assert report is not None
        assert report.outcome.value == KINDS[kind][1], kind
        assert report.asked_at == world.clock.now(), "it was examined in this very sweep"


async def registered(world: World, check: Check, name: str) -> View:
    return await world.services.domains.register(await world.actor(), f"d{name}", profile=check.profile)


def published(view: View) -> list[str]:
    return [f"{r.host} {r.type} {r.text}" for r in view.plan.records]


async def brought_to(world: World, status: Status) -> None:
    """Every domain in a state, by the way that leads there."""
    views = await world.services.portfolio.page(await world.actor(), limit=100)
    everything = {view.domain.hostname: published(view) for view in views}
    way: dict[Status, tuple[bool, ...]] = {
        Status.PENDING: (),
        Status.VERIFIED: (True,),
        Status.LAPSED: (True, False),
        Status.FAILED: (True, False, False),
    }
    for there in way[status]:
        for name, records in everything.items():
            world.dns.publish(name, *(records if there else ()))
        await world.sweep()
    assert {(await world.now(view.domain)).status for view in views} == {status}


def twist(dns: PaperDns, view: View, check: Check, kind: Kind) -> None:
    """Let the servers answer the question for the record on trial in a certain way, and all others well."""
    record = next(each for each in view.plan.records if each.role is check.role)
    question = Question(record.host, record.type)
    owner, rtype = record.host, RecordType(record.type)
    right = observed(question, ResourceRecord(owner, rtype, 300, rdata(rtype, record.text)))
    wrong = ResourceRecord(owner, rtype, 300, rdata(rtype, check.wrong))
    dns.twists[question] = lambda _: kind(question, right, wrong)


async def test_R02_a_resolver_outage_flips_nothing_and_leaves_no_trace_in_the_history(world: World) -> None:
    actor = await world.actor()
    domain = await world.verified(actor)
    before = await world.now(domain), await world.changes(domain), await world.turns(domain)
    for fault in Fault:
        world.dns.outage = fault
        await world.sweep()
        assert (await world.now(domain)).status is Status.VERIFIED, fault
    world.dns.outage = None
    await world.sweep()
    assert (await world.changes(domain), await world.turns(domain)) == before[1:]
    assert_unmoved(before[0], await world.now(domain))


def assert_unmoved(before: Domain, after: Domain) -> None:
    """But for when it was examined and is to be examined again."""
    timeless = {"asked_at": None, "due_at": None, "rung": 0, "version": 0}
    assert replace(after, **timeless) == replace(before, **timeless)
