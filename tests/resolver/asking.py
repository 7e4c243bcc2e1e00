"""Asking as the tests of this room do, and putting what comes back into few words."""

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset

from letterhead.core.answer import Observation, Question, RecordType
from letterhead.core.endpoint import endpoint
from letterhead.resolver.authoritative import Authoritative
from letterhead.resolver.stub import Stub
from tests.clock import ManualClock
from tests.nameservers import lies
from tests.nameservers.liar import Liar, Script

TRUE = lies.answer('@ TXT "true"')
SOA = "acme.com. 600 IN SOA ns1.acme.com. host.acme.com. 7 3600 600 86400 900"
OTHER = "127.0.0.3"  # a second server of a customer, beside internet.CUSTOMER


def reply(answer: str, authority: str = "") -> Script:
    """Give these records, whatever their owners; lies.answer() leaves out those beside the name asked."""

    def script(query: dns.message.Message, _: str) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.answer = [dns.rrset.from_text(*line.split(maxsplit=4)) for line in answer.splitlines()]
        response.authority = [dns.rrset.from_text(*line.split(maxsplit=4)) for line in authority.splitlines()]
        return response

    return script


def cut_off(records: str) -> Script:
    def script(query: dns.message.Message, transport: str) -> dns.message.Message:
        response = lies.answer(records)(query, "udp")
        response.flags |= dns.flags.TC
        return response

    return script


async def ask(
    liar: Liar, clock: ManualClock, *, name: str = "acme.com", rtype: str = "TXT", within: float = 2.0
) -> Observation:
    stub = Stub(endpoint(f"udp://{liar.address}:{liar.port}"), clock)
    (observation,) = await stub.ask(Question(name, RecordType(rtype)), within=within)
    return observation


def texts(observation: Observation) -> list[str]:
    return [str(record.data) for record in observation.records]


def text(observation: Observation) -> str:
    """What an observation comes to: its fault, its records, or its rcode."""
    if observation.fault:
        return observation.fault
    return " ".join(sorted(str(r.data) for r in observation.records)) or observation.rcode


async def ask_all(
    resolver: Authoritative, name: str, rtype: str = "TXT", *, within: float = 10
) -> tuple[Observation, ...]:
    return await resolver.ask(Question(name, RecordType(rtype)), within=within)


async def said(
    resolver: Authoritative, name: str, rtype: str = "TXT", *, within: float = 10
) -> dict[str, str]:
    """What each server says, by its name."""
    return {o.name: text(o) for o in await ask_all(resolver, name, rtype, within=within)}
