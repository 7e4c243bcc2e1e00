"""The patrol on real DNS: Unbound is asked about all, and Knot's customers about the one that has changed.

The program's parts are those that it has in production; only its clock is ours, so that a day takes no time.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from letterhead import app
from letterhead.config import Config, load
from letterhead.core.domain import Domain, Status
from letterhead.core.permission import ROLES, Actor
from letterhead.core.plan import Plan
from letterhead.core.record import Role
from letterhead.ports import Store
from letterhead.service.services import Services
from tests.clock import ManualClock
from tests.flows.program import write_config
from tests.nameservers.authority import Authority
from tests.nameservers.internet import CUSTOMER, Internet
from tests.nameservers.unbound import Unbound
from tests.service.world import swept

MANY = 40
ZONE = "many.org"
# Nothing is remembered, so that nobody has to wait for a change to be seen.
FORGETFUL = "    cache-max-ttl: 0\n    cache-max-negative-ttl: 0\n"


@pytest.fixture
def unbound(tmp_path: Path, internet: Internet) -> Iterator[Unbound]:
    authority = Authority(tmp_path / "authority")
    stubs = {ZONE: f"{CUSTOMER}@{internet.port}"}
    unbound = Unbound("127.0.0.42", tmp_path / "unbound", authority, stubs=stubs, options=FORGETFUL)
    try:
        yield unbound.start()
    finally:
        unbound.stop()


@dataclass
class Watch:
    """One node with its worker held by the hand, and the customers' zone."""

    services: Services
    store: Store
    clock: ManualClock
    internet: Internet
    actor: Actor
    plans: dict[str, Plan]

    def publish(self, *, without: tuple[str, Role] | None = None) -> None:
        """All that the domains ask for, but for one record of one of them."""
        lines = [
            _line(record.host, record.type, record.text)
            for name, plan in self.plans.items()
            for record in plan.records
            if (name, record.role) != without
        ]
        self.internet.host(ZONE, "\n".join(lines))

    async def domains(self) -> dict[str, Domain]:
        views = await self.services.portfolio.page(self.actor, limit=MANY)
        return {view.domain.hostname: view.domain for view in views}

    async def round(self) -> None:
        """A lap of the patrol, and then the sweep of what is due."""
        assert self.services.patrol is not None
        while await self.services.patrol.once():
            pass
        while await swept(self.services):
            pass

    def pass_time(self, by: timedelta) -> None:
        self.clock.advance(by.total_seconds())


def _line(host: str, rtype: str, text: str) -> str:
    if rtype == "TXT":
        text = " ".join(f'"{text[i : i + 250]}"' for i in range(0, len(text), 250))
    return f"{host}. 300 IN {rtype} {text}{'' if rtype == 'TXT' else '.'}"


@asynccontextmanager
async def watching(config: Config, internet: Internet) -> AsyncIterator[Watch]:
    """Many domains, verified by hand, and then examined once by the sweep."""
    app.prepare(config)
    clock = ManualClock()
    async with app.world(config) as world:
        services = app.compose(config, replace(world, clock=clock))
        team = await services.teams.named("acme")
        actor = Actor(team.id, "key_test", ROLES["root:full"])
        views = [await services.domains.register(actor, f"c{n}.{ZONE}") for n in range(MANY)]
        watch = Watch(
            services, world.store, clock, internet, actor, {v.domain.hostname: v.plan for v in views}
        )
        watch.publish()
        for view in views:
            seen = await services.verification.verify(actor, view.domain.id)
            assert seen.domain.status is Status.VERIFIED, seen.report
        watch.pass_time(config.cadence.cycle * 1.2)
        await watch.round()
        yield watch


async def _noticed(config: Config, internet: Internet, unbound: Unbound) -> None:
    async with watching(config, internet) as watch:
        cycle, settled = config.cadence.cycle, await watch.domains()
        assert {domain.asked_at for domain in settled.values()} == {watch.clock.now()}

        watch.pass_time(cycle * 0.5)
        await watch.round()
        watch.pass_time(cycle * 0.5)
        await watch.round()
        assert await _examined_since(watch, settled) == set(), "what is as it was costs no examination"

        watch.publish(without=(f"c7.{ZONE}", Role.SPF))
        watch.pass_time(cycle)
        await watch.round()
        assert await _examined_since(watch, settled) == {f"c7.{ZONE}"}
        now = await watch.domains()
        assert now[f"c7.{ZONE}"].status is Status.LAPSED

        unbound.stop()
        watch.publish(without=(f"c8.{ZONE}", Role.MX))
        marked = watch.clock.now()
        watch.pass_time(cycle)
        with structlog.testing.capture_logs() as logs:
            assert watch.services.patrol is not None
            while await watch.services.patrol.once():
                pass
        assert [log["event"] for log in logs if log["log_level"] == "warning"] == ["patrol.blind"]
        assert {d.hostname: d.due_at for d in now.values()} == {
            d.hostname: d.due_at for d in (await watch.domains()).values()
        }
        unmarked = await watch.store.snapshots.stretch("", marked, 100)
        assert len(unmarked.due) == MANY - 1, "all but the one that has lapsed"

        unbound.start()
        watch.pass_time(cycle)
        await watch.round()
        assert (await watch.domains())[f"c8.{ZONE}"].status is Status.LAPSED


async def _examined_since(watch: Watch, before: dict[str, Domain]) -> set[str]:
    now = await watch.domains()
    return {name for name, domain in before.items() if now[name].asked_at != domain.asked_at}


def test_R01_the_patrol_notices_the_one_change_and_an_ill_resolver_changes_nothing(
    tmp_path: Path, internet: Internet, unbound: Unbound
) -> None:
    """The resolver is configured for UDP, as usual, and is asked over TCP."""
    path = write_config(tmp_path, internet, resolver=unbound.urls["udp"])
    asyncio.run(_noticed(load(path, {}), internet, unbound))
