"""A whole API on a loopback port: real services over a real store, a provider and a DNS that are made up."""

import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client import CollectorRegistry

from letterhead.api.dialect import Dialects
from letterhead.api.dialects.table import DIALECTS
from letterhead.api.server import HttpServer, create_app
from letterhead.api.settings import Limits, RateLimits, Settings
from letterhead.core.breaker import Limits as BreakerLimits
from letterhead.core.cause import Cause
from letterhead.core.domain import Domain
from letterhead.core.finding import Finding, Outcome, Report, Witness
from letterhead.core.hostname import Rules
from letterhead.core.identity import Identity, Provision
from letterhead.core.permission import ROLES
from letterhead.core.plan import plan
from letterhead.core.profile import PROFILES, DkimStyle, Profile
from letterhead.core.schedule import Cadence
from letterhead.core.site import Site
from letterhead.ports import Store
from letterhead.provider.seal import Sealer
from letterhead.service.announcements import Announcements
from letterhead.service.breaker import Breaker
from letterhead.service.canaries import unwatched
from letterhead.service.checkup import Checkup
from letterhead.service.deliveries import Dispatch
from letterhead.service.domains import Domains
from letterhead.service.following import Following
from letterhead.service.health import Health
from letterhead.service.history import History
from letterhead.service.idempotency import Idempotency
from letterhead.service.keys import Keys
from letterhead.service.members import Members
from letterhead.service.owner_notices import OwnerNotices
from letterhead.service.platform_addresses import PlatformAddresses
from letterhead.service.portfolio import Portfolio
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
from letterhead.store.relational import open_store
from letterhead.store.schema import migrate
from tests.clock import ManualClock
from tests.service.mailroom import Receiver

PUBLIC_URL = "https://mail.letterhead.example"
SITE = Site(
    name="letterhead.example",
    mx_host="mx.letterhead.example",
    spf_include="_spf.letterhead.example",
    platform_domain="box.letterhead.example",
    dkim_zone="dkim.letterhead.example",
    mail_from="bounce.letterhead.example",
    dmarc_rua="dmarc@letterhead.example",
)
CADENCE = Cadence(
    timedelta(hours=6), (timedelta(seconds=30),), timedelta(days=30), timedelta(hours=6), timedelta(days=1)
)
FULL = ROLES["root:full"]


class Signer:
    """A provider that leaves every verdict to the DNS."""

    async def provision(self, _: str, style: DkimStyle) -> Provision:
        return (
            Provision(("lh1",), "MCowBQYDK2VwAyEAO2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik=")
            if style is DkimStyle.KEY
            else Provision(("a", "b", "c"))
        )

    async def identity(self, _: Domain) -> Identity:
        return Identity()

    async def start(self, _: Domain) -> None:
        pass


@dataclass
class Oracle:
    """In place of an examination: every record comes to the same outcome, with one witness."""

    clock: ManualClock
    outcome: Outcome = Outcome.FAIL
    profiles: Mapping[str, Profile] = field(default_factory=lambda: PROFILES)
    site: Site = SITE

    async def of(self, domain: Domain) -> Report:
        asked_at = self.clock.now() + timedelta(microseconds=123_456)
        records = plan(domain, PROFILES[domain.profile], SITE)
        witness = Witness(
            "acme.com MX",
            "authoritative",
            "udp://192.0.2.53:53",
            "ns1.acme.com",
            "acme.com",
            asked_at,
            1.5,
            "NOERROR",
            True,
            False,
            ("acme.com 300 TXT é☃",),
            "",
            "",
        )
        passed = self.outcome is Outcome.PASS
        cause = Cause.OK if passed else Cause.NAME_MISSING
        findings = tuple(
            Finding(record, self.outcome, cause, "" if passed else "Publish it.", witnesses=(witness,))
            for record in records.records
        )
        return Report(self.outcome, findings, asked_at, records.fingerprint, "acme.com")


@dataclass
class Api:
    """A running server, and what stands behind it."""

    services: Services
    clock: ManualClock
    oracle: Oracle
    settings: Settings
    server: HttpServer
    client: httpx2.AsyncClient

    def settings_again(self) -> Settings:
        """The same settings for a second server, which counts for itself."""
        return replace(self.settings, registry=CollectorRegistry())

    async def key(self, team: str = "acme", permissions: frozenset[str] = FULL, **limits: Any) -> str:
        """The secret of a fresh key of a team, which is made if there is none."""
        owner = await self.services.teams.named(team)
        _, secret = await self.services.keys.issue(owner.id, name="test", permissions=permissions, **limits)
        return secret

    async def ask(self, method: str, path: str, key: str | None = None, **given: Any) -> httpx2.Response:
        """One request to /api/v2 with a key."""
        headers = {**({"authorization": f"Bearer {key}"} if key else {}), **given.pop("headers", {})}
        return await self.client.request(method, f"/api/v2{path}", headers=headers, **given)

    async def domain(self, key: str, name: str = "acme.com", **fields: Any) -> str:
        """The id of a domain that is registered with a key."""
        answer = await self.ask("POST", "/domains", key, json={"domain": name, **fields})
        assert answer.status_code == 201, answer.text
        domain_id: str = answer.json()["id"]
        return domain_id


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
async def store(tmp_path: Path, migrated: Path) -> AsyncIterator[Store]:
    """A store of the test's own."""
    path = tmp_path / "letterhead.db"
    shutil.copyfile(migrated, path)
    store = open_store(f"sqlite:///{path}")
    yield store
    await store.close()


def services_of(store: Store, clock: ManualClock, oracle: Oracle) -> Services:
    """The real use cases; only the provider and the DNS are made up."""
    signer = Signer()
    breaker = Breaker(
        unwatched(clock),
        Timekeeper(store.clocks, CADENCE.cycle, clock),
        BreakerLimits(25, 20),
        CADENCE.cycle,
        clock,
    )
    checkup = Checkup(store, oracle, CADENCE, breaker, clock)  # type: ignore[arg-type]
    domains = Domains(
        store, signer, PROFILES, SITE, CADENCE, Rules(own=SITE.names), Quota(store, clock, 200, 1_000), clock
    )
    keys = Keys(store, clock)
    webhooks = Webhooks(store, Receiver(), Sealer(bytes(32)), clock)
    return Services(
        domains=domains,
        portfolio=Portfolio(store, domains),
        verification=Verification(store, domains, checkup, signer, CADENCE, clock),
        watching=Watching(store, clock),
        history=History(store),
        transfers=Transfers(store, domains, clock),
        related=RelatedNames(store, Rules(own=SITE.names), CADENCE, clock),
        keys=keys,
        members=Members(store, clock),
        teams=Teams(store, SITE, clock),
        platform_addresses=PlatformAddresses(store, clock, SITE.platform_domain, 200),
        following=Following(store, keys),
        webhooks=webhooks,
        owner_notices=OwnerNotices(store, None, CADENCE.cycle, clock),
        announcements=Announcements(store, clock),
        dispatch=Dispatch(store, webhooks, clock),
        sweep=Sweep(store, checkup, CADENCE, breaker, clock),
        patrol=None,
        health=Health(store, breaker, Pulse(clock)),
        queues=Queues(store, clock),
        breaker=breaker,
        idempotency=Idempotency(store, clock),
    )


@pytest.fixture
def limits() -> Limits:
    """The limits of the server; a test module overrides this to be served sooner."""
    return Limits(drain_time=2, stream_time=0.3)


@pytest.fixture
def rates() -> RateLimits:
    """No rate limits; a test module overrides this to have some."""
    return RateLimits()


@pytest.fixture
def dialects() -> Dialects:
    """The interfaces of the server; a test module overrides this to speak one of its own."""
    return DIALECTS


@pytest.fixture
async def api(
    store: Store, clock: ManualClock, limits: Limits, rates: RateLimits, dialects: Dialects
) -> AsyncIterator[Api]:
    """A running API with nothing in it."""
    oracle = Oracle(clock)
    services = services_of(store, clock, oracle)
    settings = Settings(public_url=PUBLIC_URL, cursor_secret=b"cursor secret", limits=limits, rates=rates)
    server = HttpServer(create_app(services, settings, dialects), "127.0.0.1", 0)
    await server.start()
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
        yield Api(services, clock, oracle, settings, server, client)
    await server.stop()
