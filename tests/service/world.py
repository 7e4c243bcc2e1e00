"""A world for the services: the real store and the real use cases, over DNS and provider on paper."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from letterhead import app
from letterhead.config.loading import Config
from letterhead.config.sections import Api, Dns, Lifecycle, Server
from letterhead.config.sections import Store as StoreSection
from letterhead.core.canary import Canaries
from letterhead.core.domain import Domain, Status
from letterhead.core.event import EventKind
from letterhead.core.finding import Finding
from letterhead.core.hostname import Hostname
from letterhead.core.permission import ROLES, Actor
from letterhead.core.record import Role
from letterhead.core.site import Site
from letterhead.ports import Lookout, Provider, Resolver, Store
from letterhead.provider.seal import Sealer
from letterhead.service.canaries import Watch
from letterhead.service.minting import identifier
from letterhead.service.services import Services
from letterhead.service.slots import Slots
from letterhead.service.view import View
from letterhead.service.witnesses import Witnesses
from letterhead.worker import Work, beat
from tests.clock import ManualClock
from tests.core.registration import SITE
from tests.service.mailroom import Receiver, Sink
from tests.service.paper import PaperDns, PaperProvider, lines

CYCLE = timedelta(hours=6)
LADDER = (5, 60, 3_600)
QUOTA = 40
MOST = 1_000  # events and domains read at once
PATIENCE = 20.0  # seconds, for what takes a fraction of one on an idle machine

TURNS = frozenset(EventKind) - {EventKind.CHANGED, EventKind.CREATED}
"""The events that tell more than that a record came or went."""


@dataclass
class World:
    """One deployment, seen from inside."""

    store: Store
    path: Path
    clock: ManualClock
    dns: PaperDns
    provider: Provider = field(default_factory=PaperProvider)
    site: Site = SITE
    recursive: tuple[Resolver, ...] = ()
    canaries: Canaries = field(default_factory=Canaries)
    outgoing: Receiver = field(default_factory=Receiver)
    smarthost: Sink | None = None
    lookouts: tuple[Lookout | None, Lookout | None] = (None, None)
    looked_through: Resolver | None = None
    claim: timedelta = timedelta(days=30)

    def __post_init__(self) -> None:
        self.services = self.node(self.dns)

    def node(self, dns: Resolver | None) -> Services:
        """The services of a node that shares store and clock with the others but sees a DNS of its own."""
        lifecycle = Lifecycle(
            cycle_seconds=int(CYCLE.total_seconds()),
            pending_ladder=LADDER,
            claim_days=self.claim.days,
            domains_per_team=QUOTA,
        )
        config = Config(Server(), StoreSection(), self.site, Dns(), lifecycle, Api())
        needed = len(self.recursive) // 2 + 1 if self.canaries and self.recursive else len(self.recursive)
        watch = Watch(self.canaries, dns, self.recursive, needed=needed, seconds=60, clock=self.clock)
        witnesses = Witnesses(dns, self.recursive, needed, self.clock, watch)
        return app.compose(
            config,
            app.World(
                self.store,
                self.provider,
                witnesses,
                self.clock,
                self.outgoing,
                Sealer(bytes(32)),
                self.smarthost,
                self.lookouts,
                self.looked_through,
            ),
        )

    async def actor(self, team: str = "acme", *permissions: str, **limits: Any) -> Actor:
        """Somebody of a team, which is made if there is none; without permissions named, with all."""
        owner = await self.services.teams.named(team)
        return Actor(owner.id, "key_test", frozenset(permissions) or ROLES["root:full"], **limits)

    async def registered(self, actor: Actor, name: str = "acme.com", **fields: Any) -> Domain:
        """A claim of a team."""
        return (await self.services.domains.register(actor, name, **fields)).domain

    async def publish(self, actor: Actor, domain: Domain, *, but: Iterable[Role] = ()) -> None:
        """Publish what a domain's plan asks for, in place of what stood at its name."""
        view = await self.services.domains.get(actor, domain.id)
        wanted = [r for r in view.plan.records if r.role not in set(but)]
        self.dns.publish(domain.hostname, *lines(wanted))

    async def verify(self, actor: Actor, domain: Domain) -> View:
        return await self.services.verification.verify(actor, domain.id)

    async def evidence(self, actor: Actor, domain: Domain) -> View:
        """The domain as it was last examined, with what each server said."""
        return await self.services.domains.evidence(actor, domain.id)

    async def verified(self, actor: Actor, name: str = "acme.com", **fields: Any) -> Domain:
        """A domain that is registered, published and proven."""
        domain = await self.registered(actor, name, **fields)
        await self.publish(actor, domain)
        view = await self.verify(actor, domain)
        assert view.domain.status is Status.VERIFIED, view.report
        return view.domain

    async def sweep(self, after: timedelta | None = None) -> None:
        """Let time pass, by default so much that everything is due, and examine all of it."""
        self.pass_time(CYCLE * 1.2 if after is None else after)
        while await self.swept():
            pass

    async def swept(self) -> int:
        """Examine what is due, but for what is watched. Returns how many those were."""
        return await swept(self.services)

    async def watched(self) -> int:
        """Examine what is watched and due. Returns how many those were."""
        return await done(self.services.sweep.watched, self.services.sweep.for_watched)

    def pass_time(self, by: timedelta) -> None:
        self.clock.advance(by.total_seconds())

    async def now(self, domain: Domain) -> Domain:
        """A domain as it stands in the store, deleted or not."""
        found = await self.store.domains.by_id(domain.id)
        assert found is not None
        return found

    async def turns(self, domain: Domain, team: str | None = None) -> list[str]:
        """What happened to a domain, oldest first, without records that came and went."""
        events = await self.store.events.page(team or domain.team, limit=MOST, domain=domain.id)
        return [e.kind.value.removeprefix("domain.") for e in reversed(events) if e.kind in TURNS]

    async def changes(self, domain: Domain) -> list[dict[str, str]]:
        """Which of its records came and went, oldest first."""
        events = await self.store.events.page(domain.team, limit=MOST, domain=domain.id)
        return [event.data for event in reversed(events) if event.kind is EventKind.CHANGED]

    async def until(self, domain: Domain, status: Status) -> None:
        """Wait until a worker has made a domain what it is to be."""

        async def is_so() -> bool:
            return (await self.now(domain)).status is status

        await eventually(is_so)

    def contents(self) -> bytes:
        """The database as it lies on the disk, its log included."""
        files = (self.path, self.path.with_name(f"{self.path.name}-wal"))
        return b"".join(file.read_bytes() for file in files if file.exists())

    def with_site(self, **names: Any) -> "World":
        """The same world under a site with other names."""
        return replace(self, site=replace(self.site, **names))


async def eventually(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so that a worker brings about; fails where that takes too long."""
    for _ in range(int(PATIENCE / 0.01)):
        if await is_so():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never was so")


async def swept(node: Services) -> int:
    """Examine on a node what is due, but for what is watched. Returns how many those were."""
    sweep = node.sweep
    return await done(sweep.pending, sweep.for_pending) + await done(sweep.settled, sweep.for_settled)


async def population(world: World, count: int) -> list[Domain]:
    """So many verified domains of one team, put straight into the store, due over a whole cycle."""
    actor = await world.actor()
    first = await world.verified(actor)
    wanted = lines((await world.services.domains.get(actor, first.id)).plan.records)
    domains = []
    for number in range(count):
        name = f"acme{number}.net"
        world.dns.publish(name, *(line.replace(first.hostname, name) for line in wanted))
        made = replace(
            first,
            id=identifier("dom", world.clock.now()),
            hostname=Hostname(name),
            due_at=world.clock.now() + CYCLE * (number * 7919 % count / count),
        )
        domains.append(await world.store.domains.add(made, (), ()))
    return domains


@asynccontextmanager
async def working(node: Services) -> AsyncIterator[asyncio.Event]:
    """Have a node sweep as a worker does, until what this yields is set, or the end: then it finishes."""
    sweep, stopping = node.sweep, asyncio.Event()
    kinds = (
        (sweep.settled, sweep.for_settled),
        (sweep.pending, sweep.for_pending),
        (sweep.watched, sweep.for_watched),
    )
    works = [
        Work(once, partial(slots.waking, lambda: nullcontext(asyncio.Event())), slots.finish)
        for once, slots in kinds
    ]
    worker = asyncio.create_task(beat(works, stopping, rest=0.005))
    try:
        yield stopping
    finally:
        stopping.set()
        await worker


async def done(begin: Callable[[], Awaitable[int]], slots: Slots) -> int:
    """Begin, and see it through, until there is nothing left to begin with. Returns how many those were."""
    count = 0
    while begun := await begin():
        await slots.finish()
        count += begun
    return count


def finding(view: View, role: Role) -> Finding:
    """What the newest report says of the (first) record of a role."""
    assert view.report is not None
    return next(each for each in view.report.findings if each.record.role is role)
