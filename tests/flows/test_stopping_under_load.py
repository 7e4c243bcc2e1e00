"""A worker that is told to stop in the midst of a sweep: what it had begun is finished and kept (X12).

The customers' name server is slow, so that examinations are under way at any moment.
"""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from letterhead import app
from letterhead.config import Config, load
from letterhead.core.domain import Domain
from letterhead.core.permission import ROLES, Actor
from letterhead.core.plan import Plan
from letterhead.worker import DRAIN
from tests.clock import ManualClock
from tests.flows.forwarding import passed_on
from tests.flows.program import PATIENCE, write_config
from tests.nameservers import lies
from tests.nameservers.internet import CUSTOMER, Internet
from tests.nameservers.liar import Liar

SLOW, ZONE = "127.0.0.33", "slow.org"
SERVERS = (("ns1.slow.org", SLOW),)
DELAY = 0.25
"""Seconds for each answer: an examination asks in several rounds."""

MANY, BEGUN = 12, 6
STARTING = 10.0
"""Seconds that a process is given for its start and its end beside what it drains."""


async def _registered(config: Config) -> dict[str, Plan]:
    """Many claims of an hour ago, so that all of them are due when the process starts."""
    app.prepare(config)
    async with app.world(config) as world:
        clock = ManualClock(datetime.now(UTC) - timedelta(hours=1))
        services = app.compose(config, replace(world, clock=clock))
        actor = Actor((await services.teams.named("acme")).id, "key_test", ROLES["root:full"])
        views = [await services.domains.register(actor, f"c{n}.{ZONE}") for n in range(MANY)]
        return {view.domain.hostname: view.plan for view in views}


async def _stored(config: Config) -> dict[str, Domain]:
    """All domains as the process has left them."""
    async with app.world(config) as world:
        services = app.compose(config, world)
        actor = Actor((await services.teams.named("acme")).id, "key_test", ROLES["root:full"])
        return {view.domain.hostname: view.domain for view in await services.portfolio.page(actor, limit=99)}


def _line(host: str, rtype: str, text: str) -> str:
    if rtype == "TXT":
        text = " ".join(f'"{text[i : i + 250]}"' for i in range(0, len(text), 250))
    return f"{host}. 300 IN {rtype} {text}{'' if rtype == 'TXT' else '.'}"


def published(internet: Internet, plans: dict[str, Plan]) -> Liar:
    """The records of all claims behind a slow server, which does what it is told as yet at once."""
    text = "\n".join(_line(r.host, r.type, r.text) for plan in plans.values() for r in plan.records)
    internet.server(CUSTOMER).publish(ZONE, text, servers=SERVERS)
    internet.delegate(ZONE, SERVERS)
    liar = internet.liar(SLOW)
    liar.script(lies.slow(DELAY, passed_on(CUSTOMER, internet.port)))
    return liar


@contextmanager
def working(path: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is a worker and nothing else."""
    command = [sys.executable, "-m", "letterhead", "serve", "--role", "worker", "--config", str(path)]
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            yield process
        finally:
            process.kill()


def begun(liar: Liar, known: set[str], since: int) -> set[str]:
    """The domains that were asked about since so many queries: each of them is being examined or was."""
    names = [query.name.split(".") for query in liar.queries[since:]]
    return {name for parts in names if (name := ".".join(parts[-3:])) in known}


@pytest.mark.parametrize("times", [1, pytest.param(30, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
def test_X12_a_worker_that_is_stopped_in_mid_sweep_keeps_what_it_had_begun(
    internet: Internet, tmp_path: Path, times: int
) -> None:
    path = write_config(tmp_path, internet, cycle=1, ladder=1)
    config = load(path, {})
    plans = asyncio.run(_registered(config))
    liar = published(internet, plans)
    for _ in range(times):
        started, before = datetime.now(UTC), len(liar.queries)
        with working(path, tmp_path / "log") as process:
            deadline = time.monotonic() + 2 * PATIENCE
            while len(begun(liar, {*plans}, before)) < BEGUN:
                assert time.monotonic() < deadline, (tmp_path / "log").read_text()
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            asked = begun(liar, {*plans}, before)
            assert process.wait(DRAIN + STARTING) == 0
        assert b"stopped" in (tmp_path / "log").read_bytes()
        stored = asyncio.run(_stored(config))
        late = {name: stored[name].asked_at for name in asked if not _is_since(stored[name], started)}
        assert late == {}, "it was begun, and nothing was kept of it"


def _is_since(domain: Domain, moment: datetime) -> bool:
    return domain.asked_at is not None and domain.asked_at > moment
