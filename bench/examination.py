"""What a careful examination costs our process, beside dnspython's resolver asking the same servers.

The name servers are real ones, in processes of their own, and don't count. The way to each domain has been
walked before, as it has when a domain is examined again.
"""

import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import dns.asyncresolver
import uvloop

from bench.measure import Number, interleaved
from letterhead import app
from letterhead.clock import SystemClock
from letterhead.core.domain import Domain
from letterhead.core.identity import Identity, Provision
from letterhead.core.profile import PROFILES, DkimStyle
from letterhead.core.zone_file import zone_file
from letterhead.ports import Clock, Resolver
from letterhead.resolver.authoritative import Authoritative
from letterhead.resolver.opening import opened
from letterhead.service.canaries import unwatched
from letterhead.service.examination import Examination
from letterhead.service.witnesses import Witnesses
from tests.core.registration import SITE, domain, planned
from tests.nameservers.authority import Authority
from tests.nameservers.internet import Internet
from tests.nameservers.unbound import Unbound

EXAMINATION = "examine a domain: 5 records at its 2 servers, judging"
TARGET = 2_000
"""µs for an examination, at most."""

DOMAINS = 50
ROUNDS = 25
SERVERS = ("127.0.0.2", "127.0.0.3")
RESOLVERS = ("127.0.0.61", "127.0.0.62", "127.0.0.63")
QUORUM = 2


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


@dataclass(frozen=True, slots=True)
class Names:
    """Where a walk begins, and the URLs of the resolvers."""

    hints: tuple[str, ...]
    port: int
    resolvers: tuple[str, ...]


def results() -> list[Number]:
    """Examinations by the zone's own two servers, with and without resolvers, and dnspython's look-ups."""
    with (
        tempfile.TemporaryDirectory(prefix="letterhead-bench-") as directory,
        _names(Path(directory)) as names,
    ):
        return uvloop.run(_results(names))


async def _results(names: Names) -> list[Number]:
    async with _examination(names, ()) as own, _examination(names, names.resolvers) as every:
        works = {
            EXAMINATION: partial(_examine, own),
            f"the same, {QUORUM} of {len(RESOLVERS)} resolvers agreeing": partial(_examine, every),
            "dnspython: 5 records at 1 server, no judging": _peer(names),
        }
        app.settle()  # as the program does when it has started
        return await interleaved(works, ROUNDS)


async def _examine(examination: Examination) -> int:
    for number in range(DOMAINS):
        report = await examination.of(_domain(number))
        assert report.outcome == "pass", report
    return DOMAINS


def _peer(names: Names) -> Callable[[], Awaitable[int]]:
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers, resolver.port, resolver.cache = [SERVERS[0]], names.port, None

    async def resolve() -> int:
        for number in range(DOMAINS):
            for record in planned(hostname=_hostname(number)).records:
                await resolver.resolve(record.host, record.type)
        return DOMAINS

    return resolve


def _hostname(number: int) -> str:
    return f"c{number}.example"


def _domain(number: int) -> Domain:
    return domain(hostname=_hostname(number), id=f"dom_{number}")


@asynccontextmanager
async def _examination(names: Names, resolvers: tuple[str, ...]) -> AsyncIterator[Examination]:
    clock: Clock = SystemClock()
    own = Authoritative(names.hints, clock, port=names.port, allow_private=True)
    async with AsyncExitStack() as stack:
        recursive: list[Resolver] = [await stack.enter_async_context(opened(url, clock)) for url in resolvers]
        witnesses = Witnesses(own, tuple(recursive), QUORUM if resolvers else 0, clock, unwatched(clock))
        yield Examination(witnesses, OwnKeys(), PROFILES, SITE, clock)


@contextmanager
def _names(directory: Path) -> Iterator[Names]:
    """Root, registry, the two servers of all customers with all records published, and the resolvers.

    They run on the first core, what follows on the last, where there are two.
    """
    customers = [_hostname(number) for number in range(DOMAINS)]
    cores = sorted(os.sched_getaffinity(0))
    with ExitStack() as stack:
        stack.callback(os.sched_setaffinity, 0, cores)
        os.sched_setaffinity(0, cores[:1])
        internet = Internet(directory / "internet")
        stack.callback(internet.stop)
        internet.start()
        for name in customers:
            internet.host(name, zone_file(planned(hostname=name)), servers=SERVERS)
        authority = Authority(directory / "authority")
        stubs = dict.fromkeys(customers, f"{SERVERS[0]}@{internet.port}")
        unbounds = [Unbound(ip, directory / ip, authority, stubs=stubs) for ip in RESOLVERS]
        for unbound in unbounds:
            stack.callback(unbound.stop)
            unbound.start()
        os.sched_setaffinity(0, cores[-1:])
        yield Names(internet.hints, internet.port, tuple(unbound.urls["tcp"] for unbound in unbounds))
