"""Whether we can work, told truthfully: the store, the worker's works, and what only deserves a remark."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from letterhead.core.breaker import State
from letterhead.core.canary import Illness
from letterhead.ports import StoreError
from letterhead.service import health
from letterhead.service.pulse import STILL
from tests.clock import ManualClock
from tests.service.world import World
from tests.store.inspection import query


async def done() -> int:
    return 0


async def test_all_is_well(world: World) -> None:
    condition = await world.services.health.condition()
    assert (condition.problems, condition.remarks) == ([], [])


async def test_a_store_that_can_not_be_read_is_named_with_its_reason(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def older() -> None:
        raise StoreError("the schema is at 0003 and must be at 0007: run `letterhead migrate`")

    monkeypatch.setattr(world.store, "ready", older)
    (problem,) = (await world.services.health.condition()).problems
    assert problem.startswith("store: the schema is at 0003")
    assert "letterhead migrate" in problem


async def test_a_schema_of_another_version_is_named(world: World, path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.close()
    (problem,) = (await world.services.health.condition()).problems
    assert problem.startswith("store: ")


async def test_X03_a_store_that_can_not_save_is_named_until_it_can(world: World) -> None:
    actor = await world.actor()
    path = f"sqlite:///{world.path}"
    for table in ("domain", "request"):
        query(
            path, f"CREATE TRIGGER f_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    with pytest.raises(StoreError):
        await world.registered(actor)
    assert (await world.services.health.condition()).problems == ["store: the database says: full"]
    for table in ("domain", "request"):
        query(path, f"DROP TRIGGER f_{table}")
    assert (await world.services.health.condition()).problems == []


async def test_X14_a_store_that_never_answers_is_not_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(world.store, "ready", hang)
    monkeypatch.setattr(health, "PATIENCE", 0.05)
    condition = await asyncio.wait_for(world.services.health.condition(), 2)
    assert condition.problems == ["store: no answer within 0.05 seconds"]


async def test_a_work_that_stands_still_is_named_until_it_is_done_again(
    world: World, clock: ManualClock
) -> None:
    pulse = world.services.health.pulse
    sweep, dispatch = pulse.felt("sweep", done), pulse.felt("dispatch", done)
    clock.advance(STILL)
    await dispatch()
    assert (await world.services.health.condition()).problems == []
    clock.advance(1)
    (problem,) = (await world.services.health.condition()).problems
    assert problem == "worker: sweep was last done 301 seconds ago"
    await sweep()
    assert (await world.services.health.condition()).problems == []


async def test_a_work_that_fails_each_time_stands_still_as_well(world: World, clock: ManualClock) -> None:
    async def fails() -> int:
        raise StoreError("away")

    sweep = world.services.health.pulse.felt("sweep", fails)
    for _ in range(10):
        clock.advance(60)
        with pytest.raises(StoreError):
            await sweep()
    assert len((await world.services.health.condition()).problems) == 1


async def test_R01_ill_resolvers_and_an_open_breaker_are_said_and_keep_us_ready(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = world.services
    monkeypatch.setattr(services.breaker, "state", State.OPEN)
    ill = {world.dns: Illness("blind", "canary.acme.com is not found")}
    monkeypatch.setattr(services.breaker.watch, "_ill", ill)
    condition = await services.health.condition()
    assert condition.problems == []
    resolver, breaker = condition.remarks
    assert resolver.startswith("resolver: authoritative is ill: ")
    assert breaker.startswith("breaker: open, nothing is taken from any domain: ")
