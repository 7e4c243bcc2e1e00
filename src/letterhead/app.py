"""The composition root: the only file that knows everyone. It ties adapters to services, once, at start."""

import asyncio
import gc
import hmac
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_network
from resource import RLIMIT_NOFILE, getrlimit, setrlimit

import structlog
import uvloop

from letterhead import __version__
from letterhead.api.server import HttpServer, create_app, create_health_app
from letterhead.api.settings import RateLimits, Settings
from letterhead.clock import SystemClock
from letterhead.config import Config
from letterhead.core.hostname import Rules
from letterhead.core.permission import granted
from letterhead.core.refusal import Kind, Refusal
from letterhead.core.team import Team
from letterhead.logs import configure_logs
from letterhead.outgoing.post import Post
from letterhead.ports import (
    DELIVERY,
    DUE,
    HAPPENED,
    Bells,
    Clock,
    Lookout,
    Outgoing,
    Provider,
    Resolver,
    Seal,
    Smarthost,
    Store,
)
from letterhead.provider.key_pool import KeyPool
from letterhead.provider.master_key import FILE_NAME, MasterKeyError, master_key
from letterhead.provider.relay import Relay
from letterhead.provider.seal import Sealer
from letterhead.resolver.authoritative import Authoritative
from letterhead.resolver.opening import in_bulk, looking, opened
from letterhead.service.announcements import Announcements
from letterhead.service.breaker import Breaker
from letterhead.service.canaries import Watch
from letterhead.service.checkup import Checkup
from letterhead.service.deliveries import Dispatch
from letterhead.service.domains import Domains
from letterhead.service.examination import Examination
from letterhead.service.following import Following
from letterhead.service.health import Health
from letterhead.service.history import History
from letterhead.service.idempotency import Idempotency
from letterhead.service.keys import Keys
from letterhead.service.members import Members
from letterhead.service.owner_notices import OwnerNotices
from letterhead.service.patrol import Patrol
from letterhead.service.platform_addresses import PlatformAddresses
from letterhead.service.portfolio import Portfolio
from letterhead.service.prospects import Prospects
from letterhead.service.pulse import Pulse
from letterhead.service.queues import Queues
from letterhead.service.quota import Quota
from letterhead.service.related import RelatedNames
from letterhead.service.services import Services
from letterhead.service.sweep import Sweep
from letterhead.service.teams import Teams
from letterhead.service.timekeeping import Timekeeper
from letterhead.service.transfers import Transfers
from letterhead.service.verification import Verification
from letterhead.service.watching import Watching
from letterhead.service.webhooks import Webhooks
from letterhead.service.witnesses import Witnesses
from letterhead.smarthost.smtp import SmtpSmarthost
from letterhead.store.copying import Copied, copy
from letterhead.store.relational import open_store
from letterhead.store.schema import migrate as migrate_store
from letterhead.store.schema import schema_version
from letterhead.worker import Work, beat

ROLES = frozenset({"api", "worker"})
"""The parts that one process can play in this version; by default all of them."""

MAX_YOUNG = 50_000
"""Objects made, and not freed, between two collections of garbage."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class World:
    """The adapters behind the ports."""

    store: Store
    provider: Provider
    witnesses: Witnesses
    clock: Clock
    outgoing: Outgoing
    seal: Seal
    smarthost: Smarthost | None = None
    lookouts: tuple[Lookout | None, Lookout | None] = (None, None)
    """For the sweep and for the patrol; None where there is no resolver that can be asked that much."""
    looked_through: Resolver | None = None
    """The witness that the lookouts ask; None where that is unknown."""


def run(config: Config, roles: frozenset[str] = ROLES) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is under way."""
    lines = configure_logs()
    _lift_the_limit()

    async def until_told() -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        await serve(config, roles, stopping, lambda _: settle(), lambda: lines.dropped)

    uvloop.run(until_told())


async def serve(
    config: Config,
    roles: frozenset[str],
    stopping: asyncio.Event,
    when_ready: Callable[[int], None] = lambda _: None,
    lines_dropped: Callable[[], int] = int,
) -> None:
    """Play the roles until `stopping` is set. `when_ready` is told the port on which HTTP listens, or 0.

    lines_dropped  how many lines of the log were lost, for the metrics.
    """
    prepare(config)
    for warning in config.warnings:
        log.warning("config", warning=warning)
    async with world(config) as adapters:
        services = compose(config, adapters)
        server = _server(config, roles, services, lines_dropped)
        if server is not None:
            await server.start()
        beating = None
        if "worker" in roles:
            beating = asyncio.create_task(beat(_works(services, adapters.store.bells), stopping))
        log.info("started", roles=sorted(roles), port=server.port if server else 0)
        when_ready(server.port if server else 0)
        await stopping.wait()
        if server is not None:
            await server.stop()
        if beating is not None:
            await beating
    log.info("stopped")


def settle() -> None:
    """Have Python's collector of cyclic garbage pass over what is alive, and run more rarely from now on.

    What is loaded at the start stays, and hardly anything of a request or of a look refers to itself. By
    default the collector runs after every 700 new objects, and walks the same living ones over and over.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(MAX_YOUNG, 10, 10)


def prepare(config: Config) -> None:
    """Make a database where there is none yet; one that exists is migrated only on demand."""
    config.server.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if schema_version(config.store.url) is None:
        migrate_store(config.store.url)


def migrate(config: Config) -> None:
    """Bring the database to the schema of this version. Raises StoreError."""
    config.server.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    migrate_store(config.store.url)


def copy_store(config: Config, source: str, target: str | None, told: Callable[[Copied], None]) -> None:
    """Copy an SQLite store into PostgreSQL, by default the configured one. Raises Refusal, StoreError."""
    copy(source, target or config.store.url, told)


def create_key(config: Config, *, team: str, role: str, style: str, name: str) -> tuple[str, Team]:
    """Make an API key at the machine itself; the team is made where there is none.

    Returns the secret, which is shown once, and the team. Raises Refusal, StoreError.
    """
    prepare(config)

    async def create() -> tuple[str, Team]:
        store, clock = open_store(config.store.url), SystemClock()
        try:
            owner = await Teams(store, config.site, clock).named(team)
            permissions = granted(role)
            _, secret = await Keys(store, clock).issue(
                owner.id, name=name, permissions=permissions, style=style
            )
        finally:
            await store.close()
        return secret, owner

    return asyncio.run(create())


@asynccontextmanager
async def world(config: Config) -> AsyncIterator[World]:
    """The adapters that a configuration names, opened; closed again at the end."""
    clock = SystemClock()
    pool = KeyPool()
    store = open_store(config.store.url)
    try:
        await store.ready()
        pool.start()
        provider = await _relay(config, store, pool)
        async with witnesses(config, clock) as asked, _lookout(config) as one, _lookout(config) as other:
            sealer = Sealer(_master_key(config))
            outgoing, smarthost = _outgoing(config), _smarthost(config)
            place = in_bulk(config.dns.resolvers)
            through = None if place is None else asked.recursive[place]
            yield World(store, provider, asked, clock, outgoing, sealer, smarthost, (one, other), through)
    finally:
        await pool.close()
        await store.close()


@asynccontextmanager
async def witnesses(config: Config, clock: Clock) -> AsyncIterator[Witnesses]:
    """Whom the configuration lets us ask about the DNS; connections to them are closed at the end."""
    dns = config.dns
    own: Resolver | None = None
    if dns.authoritative:
        own = Authoritative(
            dns.root_hints, clock, port=dns.authoritative_port, allow_private=dns.allow_private_servers
        )
    async with AsyncExitStack() as stack:
        opening = [opened(url, clock, ca_file=dns.ca_file) for url in dns.resolvers]
        recursive = [await stack.enter_async_context(resolver) for resolver in opening]
        watch = Watch(
            dns.canaries, own, recursive, needed=dns.agreeing, seconds=dns.canary_seconds, clock=clock
        )
        yield Witnesses(own, tuple(recursive), dns.agreeing, clock, watch)


def _lookout(config: Config) -> AbstractAsyncContextManager[Lookout | None]:
    """A lookout for one use. Other names of ours, words of a profile, or releases: and all looks changed."""
    known = f"letterhead lookout {__version__} {config.site} {config.profiles}"
    secret = hmac.digest(_master_key(config), known.encode(), "sha256")
    return looking(config.dns.resolvers, secret, ca_file=config.dns.ca_file)


def compose(config: Config, adapters: World) -> Services:
    """The use cases over a world."""
    store, provider, clock = adapters.store, adapters.provider, adapters.clock
    rules = Rules(own=config.site.names, allow_reserved=config.dns.allow_reserved_names)
    profiles = config.profiles
    examination = Examination(adapters.witnesses, provider, profiles, config.site, clock)
    watch = adapters.witnesses.watch
    timekeeper = Timekeeper(store.clocks, config.cadence.cycle, clock)
    breaker = Breaker(watch, timekeeper, config.lifecycle.breaker, config.cadence.cycle, clock)
    checkup = Checkup(store, examination, config.cadence, breaker, clock)
    (looked, patrolled), through = adapters.lookouts, adapters.looked_through
    prospects = Prospects(store, looked, profiles, config.site, watch, through) if looked else None
    domains = Domains(
        store,
        provider,
        profiles,
        config.site,
        config.cadence,
        rules,
        Quota(store, clock, config.lifecycle.domains_per_team, config.lifecycle.registrations_per_day),
        clock,
    )
    keys = Keys(store, clock)
    webhooks = Webhooks(store, adapters.outgoing, adapters.seal, clock, config.dns.allow_private_servers)
    return Services(
        domains=domains,
        portfolio=Portfolio(store, domains),
        verification=Verification(store, domains, checkup, provider, config.cadence, clock),
        watching=Watching(store, clock),
        history=History(store),
        transfers=Transfers(store, domains, clock),
        related=RelatedNames(store, rules, config.cadence, clock),
        keys=keys,
        members=Members(store, clock),
        teams=Teams(store, config.site, clock),
        platform_addresses=PlatformAddresses(
            store, clock, config.site.platform_domain, config.site.platform_addresses_per_team
        ),
        following=Following(store, keys),
        webhooks=webhooks,
        owner_notices=OwnerNotices(store, adapters.smarthost, config.cadence.cycle, clock),
        announcements=Announcements(store, clock),
        dispatch=Dispatch(store, webhooks, clock),
        sweep=Sweep(store, checkup, config.cadence, breaker, clock, prospects),
        patrol=Patrol(store, patrolled, breaker, config.cadence.cycle, clock, through) if patrolled else None,
        health=Health(store, breaker, Pulse(clock)),
        queues=Queues(store, clock),
        breaker=breaker,
        idempotency=Idempotency(store, clock),
    )


def _works(services: Services, bells: Bells) -> tuple[Work, ...]:
    """What the worker does side by side: nothing of it waits for another."""
    sweep, notices, felt = services.sweep, services.owner_notices, services.health.pulse.felt
    return (
        *(
            Work(felt(name, once), partial(slots.waking, partial(bells.waking, *rung)), slots.finish)
            for name, once, slots, rung in (
                ("sweep", sweep.settled, sweep.for_settled, (HAPPENED, DUE)),
                ("pending", sweep.pending, sweep.for_pending, (HAPPENED, DUE)),
                ("watched", sweep.watched, sweep.for_watched, (DUE,)),
            )
        ),
        *((Work(felt("patrol", services.patrol.once)),) if services.patrol else ()),
        Work(felt("announcements", services.announcements.once), partial(bells.waking, HAPPENED)),
        Work(
            felt("dispatch", services.dispatch.once),
            partial(bells.waking, DELIVERY),
            services.dispatch.finish,
        ),
        Work(felt("compose", notices.compose)),
        Work(felt("send", notices.send)),
    )


def _outgoing(config: Config) -> Outgoing:
    return Post(allow_private=config.dns.allow_private_servers)


def _smarthost(config: Config) -> Smarthost | None:
    """Who takes notices to owners; None where nobody is configured, and they are kept."""
    notices = config.notices
    return SmtpSmarthost(notices.smtp_url, notices.from_) if notices.smtp_url else None


async def _relay(config: Config, store: Store, pool: KeyPool) -> Relay:
    """The provider with the master key that sealed what the store holds. Raises Refusal `master_key`."""
    kept = await store.domains.sealed()
    relay = Relay(pool, Sealer(_master_key(config, may_make=kept is None)))
    if kept is not None and not relay.opens(*kept):
        detail = "is another one than sealed the keys in the database: put that one there"
        raise Refusal(Kind.UNAVAILABLE, "master_key", f"{config.server.data_dir / FILE_NAME}: {detail}")
    return relay


def _master_key(config: Config, *, may_make: bool = False) -> bytes:
    """The key that seals secrets. Raises Refusal `master_key` where it can't be used."""
    try:
        return master_key(config.server.data_dir, may_make=may_make)
    except MasterKeyError as error:
        raise Refusal(Kind.UNAVAILABLE, "master_key", str(error)) from error


def _server(
    config: Config, roles: frozenset[str], services: Services, lines_dropped: Callable[[], int]
) -> HttpServer | None:
    """The API; a process that is none shows its health and numbers on a port of its own, where it has one."""
    settings = _settings(config, lines_dropped)
    if "api" in roles:
        return HttpServer(create_app(services, settings), config.server.host, config.server.port)
    if not config.server.worker_port:
        return None
    return HttpServer(create_health_app(services, settings), config.server.host, config.server.worker_port)


def _settings(config: Config, lines_dropped: Callable[[], int]) -> Settings:
    secret = hmac.digest(_master_key(config), b"letterhead cursor", "sha256")
    return Settings(
        public_url=config.server.public_url,
        cursor_secret=secret,
        rates=RateLimits(
            requests=config.api.requests_per_minute,
            team=config.api.team_requests_per_minute,
            examinations=config.api.examinations_per_minute,
            strangers=config.api.strangers_per_minute,
        ),
        trusted_proxies=tuple(ip_network(each) for each in config.api.trusted_proxies),
        lines_dropped=lines_dropped,
    )


def _lift_the_limit() -> None:
    """Open as many files and sockets as we may: most processes start with 1,024, and each query takes one."""
    _, most = getrlimit(RLIMIT_NOFILE)
    setrlimit(RLIMIT_NOFILE, (most, most))
