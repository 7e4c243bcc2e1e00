"""What a careful examination costs on the wire, beside dnspython's resolver asking the same questions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import dns.asyncresolver
import dns.resolver

from bench.measure import measured_async, ratio
from letterhead.clock import SystemClock
from letterhead.core.hostname import Hostname
from letterhead.core.identity import Identity, Provision
from letterhead.core.profile import PROFILES, DkimStyle
from letterhead.resolver.authoritative import Authoritative
from letterhead.sandbox.nameserver import NameServer
from letterhead.sandbox.world import world
from letterhead.service.examination import Examination
from letterhead.service.witnesses import Witnesses
from tests.core.registration import SITE, domain, planned

DOMAINS = 50


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """A provider that leaves the verdict to the DNS."""

    async def provision(self, hostname: str, style: DkimStyle) -> Provision:
        """Not asked for here."""
        raise AssertionError(hostname, style)

    async def identity(self, _domain: object) -> Identity:
        """Nothing to say."""
        return Identity()

    async def start(self, _domain: object) -> None:
        """Nothing to start."""


async def lines() -> list[str]:
    """Examinations by the zone's own server, and the same questions put by dnspython to that server."""
    async with _names() as port:
        clock = SystemClock()
        own = Authoritative(["127.0.0.1"], clock, port=port, allow_private=True)
        examination = Examination(Witnesses(own, (), 0, clock), OwnKeys(), PROFILES, SITE, clock)
        asked = len({w.question for f in (await examination.of(_domain(0))).findings for w in f.witnesses})

        async def examine() -> int:
            for number in range(DOMAINS):
                report = await examination.of(_domain(number))
                assert report.outcome == "pass", report
            return DOMAINS

        peer = dns.asyncresolver.Resolver(configure=False)
        peer.nameservers, peer.port, peer.cache = ["127.0.0.1"], port, None

        async def resolve() -> int:
            for number in range(DOMAINS):
                for record in planned(hostname=f"c{number}.example").records:
                    await peer.resolve(record.host, record.type)
            return DOMAINS

        ours = await measured_async(f"examine a domain, {asked} names and the judging", examine)
        theirs = await measured_async("dnspython's resolver: its 5 records, no judging", resolve)
        return [
            str(ours),
            str(theirs),
            ratio("an examination beside dnspython's bare look-ups", theirs, ours),
        ]


def _domain(number: int) -> object:
    return domain(hostname=f"c{number}.example", id=f"dom_{number}")


@asynccontextmanager
async def _names() -> AsyncIterator[int]:
    """A name server with DOMAINS customers, all records published. It runs in this process and counts too."""
    customers = [Hostname(f"c{number}.example") for number in range(DOMAINS)]
    zones = world(SITE, customers)
    for customer in customers:
        for record in planned(hostname=customer).records:
            zones.holding(record.host).put(record.host, record.type, [record.text], record.ttl)
    names = await NameServer(zones).start()
    try:
        yield names.port
    finally:
        await names.stop()
