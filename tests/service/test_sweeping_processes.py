"""Sweeps in processes of their own on one PostgreSQL: shared work, a worker that dies, one that sleeps."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from letterhead.service.sweep import BATCH, LEASE
from letterhead.store.relational import open_store
from tests.postgres import Postgres
from tests.store.inspection import query
from tests.store.samples import ACME, a_domain, holding

ROOT = Path(__file__).parents[2]
MANY = 2 * BATCH + 20
IDLE = "idle"
LATER = LEASE.total_seconds() + 1


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    """A database with many settled domains that are due."""
    url = postgres.migrated()
    asyncio.run(_register(url))
    yield url
    postgres.drop(url)


async def _register(url: str) -> None:
    store = open_store(url)
    await store.teams.add(ACME)
    await asyncio.gather(
        *(store.domains.add(a_domain(f"n{n}.com", **holding()), (), ()) for n in range(MANY))
    )
    await store.close()


@contextmanager
def sweeping(url: str, *, ahead: float = 0, seconds: float = 0.02) -> Iterator[subprocess.Popen[str]]:
    """A process that sweeps; it is ended in the end, and quickly if need be."""
    command = [sys.executable, "-m", "tests.service.sweeping_process", url, str(ahead), str(seconds)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def examined(process: subprocess.Popen[str], count: int = MANY + 1) -> list[str]:
    """The next ids that a process says, so many at most, until it is idle."""
    assert process.stdout is not None
    ids: list[str] = []
    while len(ids) < count and (line := process.stdout.readline().strip()) != IDLE:
        assert line, "it has died"
        ids.append(line)
    return ids


def versions(url: str) -> set[int]:
    return {version for (version,) in query(url, "SELECT version FROM domain")}


def test_L11_two_processes_examine_each_due_domain_once(url: str) -> None:
    with sweeping(url) as one, sweeping(url) as other:
        said = examined(one), examined(other)
    assert len(said[0]) + len(said[1]) == len({*said[0], *said[1]}) == MANY
    assert versions(url) == {2}


def test_L11_a_worker_killed_in_mid_lease_costs_each_of_its_domains_one_more_check_at_most(url: str) -> None:
    with sweeping(url, seconds=0.2) as dying:
        began = examined(dying, 30)
        os.kill(dying.pid, signal.SIGKILL)
        assert dying.stdout is not None
        began += dying.stdout.read().split()
    with sweeping(url) as early:
        meanwhile = examined(early)
    assert len(meanwhile) == MANY - BATCH, "its lease is respected as long as it lasts"
    with sweeping(url, ahead=LATER) as late:
        again = examined(late)
    counted = Counter([*began, *meanwhile, *again])
    assert len(counted) == MANY
    assert max(counted.values()) <= 2
    assert versions(url) == {2}


def test_X10_a_worker_that_sleeps_through_its_lease_changes_nothing(url: str) -> None:
    with sweeping(url, seconds=1.0) as sleeper:
        slept = examined(sleeper, 5)
        os.kill(sleeper.pid, signal.SIGSTOP)
        with sweeping(url, ahead=LATER) as other:
            taken_over = examined(other)
        assert len(taken_over) == MANY
        assert {*slept} <= {*taken_over}
        os.kill(sleeper.pid, signal.SIGCONT)
        again = examined(sleeper)
    kept = dict(query(url, "SELECT id, version FROM domain"))
    assert {kept[id_] for id_ in slept} == {2}, "what it had read is the other one's to write"
    assert {id_ for id_, version in kept.items() if version > 2} <= {*again}, "what it read anew"
