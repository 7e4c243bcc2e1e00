"""What is PostgreSQL's own: settings, repetitions, lost connections, and a pool with an end."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest

from letterhead.ports import Change, OutcomeUnknown, Stale, Store, StoreError
from letterhead.store import postgres as adapter
from letterhead.store import postgres_session
from letterhead.store.database import Statement
from letterhead.store.postgres import PostgresDatabase
from letterhead.store.relational import RelationalStore
from tests.postgres import Postgres
from tests.store.inspection import TERMINATE, query
from tests.store.samples import ACME, EVIL, HOUR, NOON, a_domain, an_event
from tests.store.severing import Proxy
from tests.store.taking import pending

DATABASES = ("postgres",)


@pytest.fixture
async def opened(url: str) -> AsyncIterator[Callable[..., PostgresDatabase]]:
    """Opens databases that are closed in any case: a pool left open keeps the loop from ending."""
    databases: list[PostgresDatabase] = []

    def open_(at: str = url, **options: float) -> PostgresDatabase:
        databases.append(PostgresDatabase(at, **options))  # type: ignore[arg-type] # connections is whole
        return databases[-1]

    yield open_
    for database in databases:
        await database.close()


@pytest.fixture
async def database(url: str, opened: Callable[..., PostgresDatabase]) -> PostgresDatabase:
    query(url, "CREATE TABLE leaf (id INTEGER PRIMARY KEY, number INTEGER NOT NULL)")
    query(url, "INSERT INTO leaf VALUES (1, 0), (2, 0)")
    return opened(connections=4)


def _add(leaf: int, **more: StoreError) -> Statement:
    return Statement("UPDATE leaf SET number = number + 1 WHERE id = :id", {"id": leaf}, **more)


def _pause(seconds: float) -> Statement:
    return Statement("SELECT pg_sleep(:seconds::float8)", {"seconds": str(seconds)})


def _numbers(url: str) -> list[int]:
    return [number for (number,) in query(url, "SELECT number FROM leaf ORDER BY id")]


async def test_every_connection_is_as_strict_and_durable_as_promised(
    database: PostgresDatabase, url: str
) -> None:
    query(url, f"ALTER DATABASE {url.rpartition('/')[2]} SET synchronous_commit = off")
    query(url, f"ALTER DATABASE {url.rpartition('/')[2]} SET default_transaction_isolation = 'serializable'")
    for setting, value in {
        "statement_timeout": "5s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "10s",
        "transaction_isolation": "read committed",
        "synchronous_commit": "on",
        "client_encoding": "UTF8",
    }.items():
        ((row,),) = await database.write(Statement(f"SHOW {setting}", {}))
        assert row[setting] == value


async def test_X08_a_deadlock_is_resolved_and_both_are_saved(database: PostgresDatabase, url: str) -> None:
    for _ in range(2):
        await asyncio.gather(
            database.write(_add(1), _pause(0.2), _add(2)), database.write(_add(2), _pause(0.2), _add(1))
        )
    assert _numbers(url) == [4, 4]
    deadlocks = "SELECT deadlocks > 0 FROM pg_stat_database WHERE datname = current_database()"
    deadline = time.monotonic() + 20
    while query(url, deadlocks) != [(True,)]:  # the server counts after the fact
        assert time.monotonic() < deadline, "there was none to resolve"
        await asyncio.sleep(0.1)


async def test_X08_a_serialization_failure_is_repeated(database: PostgresDatabase, url: str) -> None:
    strict = Statement("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", {})
    total = Statement("SELECT sum(number) FROM leaf", {})
    writes = (database.write(strict, total, _pause(0.1), _add(leaf)) for leaf in (1, 2, 1, 2))
    await asyncio.gather(*writes)
    assert _numbers(url) == [2, 2]


async def test_X08_a_lock_held_for_long_is_waited_for_in_portions(
    url: str, database: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = Statement("SET LOCAL lock_timeout = '100ms'", {})
    with psycopg.connect(url) as other:
        other.execute("UPDATE leaf SET number = 9 WHERE id = 1")
        waiting = asyncio.create_task(database.write(impatient, _add(1)))
        await asyncio.sleep(0.4)
        assert not waiting.done()
    await waiting
    assert _numbers(url) == [10, 0]


@pytest.mark.parametrize("limit", ["lock_timeout", "statement_timeout"])
async def test_X08_patience_ends_in_a_clear_error_and_nothing_is_saved(
    url: str, opened: Callable[..., PostgresDatabase], limit: str
) -> None:
    database = opened(patience=0.6)
    query(url, "CREATE TABLE leaf AS SELECT 1 AS id, 0 AS number")
    await database.read("SELECT 1", {})
    with psycopg.connect(url) as other:
        other.execute("UPDATE leaf SET number = 9")
        started = time.monotonic()
        with pytest.raises(
            StoreError, match=f"the database says: canceling statement due to {limit.replace('_', ' ')}"
        ):
            await database.write(Statement(f"SET LOCAL {limit} = '50ms'", {}), _add(1))
        assert time.monotonic() - started > 0.1  # it was repeated
    assert _numbers(url) == [9]


@pytest.mark.parametrize(
    "sql", ["SELECT * FROM nowhere", "SELECT :missing", "SELECT 1 / 0", "SELECT 'x'::integer", ";;;("]
)
async def test_an_error_is_the_stores_own_and_shows_no_value(database: PostgresDatabase, sql: str) -> None:
    for failing in (database.read(sql, {}), database.write(_add(1), Statement(sql, {}))):
        with pytest.raises(StoreError) as raised:
            await failing
        assert "\n" not in str(raised.value)
    assert (await database.read("SELECT number FROM leaf WHERE id = 1", {}))[0]["number"] == 0


async def test_text_that_is_no_unicode_is_a_store_error(database: PostgresDatabase) -> None:
    with pytest.raises(StoreError):
        await database.read("SELECT :text", {"text": "\ud800"})


async def test_a_transaction_that_is_refused_leaves_the_connection_clean(database: PostgresDatabase) -> None:
    for _ in range(9):
        with pytest.raises(Stale):
            await database.write(_add(1), _add(3, otherwise=Stale("gone")))
    assert (await database.read("SELECT number FROM leaf WHERE id = 1", {}))[0]["number"] == 0
    (row,) = await database.read(
        "SELECT count(*) AS open FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'", {}
    )
    assert row["open"] == 0


async def test_X05_a_connection_killed_in_mid_transaction_is_replaced_and_the_work_done_once(
    database: PostgresDatabase, url: str
) -> None:
    work = [asyncio.create_task(database.write(_add(1), _pause(0.3), _add(2))) for _ in range(3)]
    await asyncio.sleep(0.1)
    assert len(query(url, TERMINATE)) >= 3
    await asyncio.gather(*work)
    assert _numbers(url) == [3, 3]


CONNECTIONS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


async def test_X05_idle_connections_that_were_killed_are_not_noticed_by_callers(
    store: RelationalStore, url: str
) -> None:
    domain = await store.domains.add(a_domain(), (), ())
    for _ in range(3):
        deadline = time.monotonic() + 20
        while query(url, CONNECTIONS) <= [(8,)]:  # so that more are dead than the store has attempts
            assert time.monotonic() < deadline, "the pool does not grow"
            await asyncio.gather(*(store._database.read("SELECT pg_sleep(0.3)", {}) for _ in range(16)))
        query(url, TERMINATE)
        (domain,) = await store.domains.save([Change(replace(domain, rung=domain.rung + 1))])
    assert domain.version == 4


@pytest.mark.parametrize("answered", [True, False])
async def test_X05_a_commit_without_an_answer_is_unknown_and_never_repeated(
    url: str, opened: Callable[..., PostgresDatabase], answered: bool
) -> None:
    proxy = Proxy(url)
    proxy.answered = answered
    async with proxy.serving() as through:
        store = RelationalStore(opened(through))
        await store.teams.add(ACME)
        domain = a_domain()
        proxy.fatal = b"COMMIT"
        with pytest.raises(OutcomeUnknown):
            await store.domains.add(domain, (), [an_event(domain)])
        assert proxy.cuts == 1
        kept = await store.domains.by_id(domain.id)  # over a new connection
        assert (kept is not None) is answered
        assert len(await store.events.page(ACME.id, limit=9)) == int(answered)
        await store.close()  # before the proxy is gone


async def test_X05_a_connection_cut_before_the_commit_is_repeated(
    url: str, opened: Callable[..., PostgresDatabase]
) -> None:
    proxy = Proxy(url)
    async with proxy.serving() as through:
        store = RelationalStore(opened(through))
        await store.teams.add(ACME)
        domain = await store.domains.add(a_domain(), (), ())
        proxy.fatal = b"UPDATE domain"
        (saved,) = await store.domains.save([Change(replace(domain, rung=1), (an_event(domain),))])
        assert (proxy.cuts, saved.version) == (1, domain.version + 1)
        assert len(await store.events.page(ACME.id, limit=9)) == 1
        await store.close()


async def test_X09_who_finds_no_connection_in_time_is_told_so(
    opened: Callable[..., PostgresDatabase],
) -> None:
    database = opened(connections=2, patience=3)
    slow = [asyncio.create_task(database.read("SELECT pg_sleep(4.5)", {})) for _ in range(2)]
    await asyncio.sleep(1)
    with pytest.raises(StoreError, match="no connection to the database was free"):
        await database.read("SELECT 1", {})
    assert not any(task.done() for task in slow)
    await asyncio.gather(*slow)
    assert len(await database.read("SELECT 1", {})) == 1


async def test_X09_many_more_callers_than_connections_are_all_served(store: Store, url: str) -> None:
    added = await asyncio.gather(*(store.domains.add(a_domain(f"n{n}.com"), (), ()) for n in range(400)))
    assert len({domain.id for domain in added}) == 400
    ((used,),) = query(url, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'letterhead'")
    assert used <= adapter.CONNECTIONS


async def test_X09_a_queue_without_end_is_refused_at_once(
    opened: Callable[..., PostgresDatabase], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "WAITING", 5)
    database = opened(connections=1)
    await database.read("SELECT 1", {})
    asked = [database.read("SELECT pg_sleep(0.2)", {}) for _ in range(12)]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {list, StoreError}


async def test_X09_the_server_ends_a_transaction_that_stands_open(store: Store, url: str) -> None:
    with closing(postgres_session.connect(url)) as forgotten:
        forgotten.execute("SET idle_in_transaction_session_timeout = '100ms'")
        forgotten.execute("BEGIN")
        forgotten.execute("LOCK TABLE domain")
        assert await store.domains.count(ACME.id) == 0


async def test_a_caller_that_is_cancelled_leaves_the_pool_working(database: PostgresDatabase) -> None:
    for _ in range(8):
        waiting = asyncio.create_task(database.write(_add(1), _pause(3)))
        await asyncio.sleep(0.03)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert (await database.read("SELECT number FROM leaf WHERE id = 1", {}))[0]["number"] == 0


async def test_close_saves_what_was_begun_and_takes_nothing_more(store: Store) -> None:
    adding = [asyncio.create_task(store.domains.add(a_domain(f"n{n}.com"), (), ())) for n in range(100)]
    await asyncio.sleep(0)
    await store.close()
    assert len(await asyncio.gather(*adding)) == 100
    with pytest.raises(StoreError, match="closed"):
        await store.domains.add(a_domain("late.com"), (), ())


async def test_a_server_that_is_not_there_is_a_clear_error_without_the_password(
    opened: Callable[..., PostgresDatabase],
) -> None:
    url = "postgresql://me:hunter2@127.0.0.1:9/letterhead"
    database = opened(url, patience=0.5)
    with pytest.raises(StoreError) as raised:
        await RelationalStore(database).ready()
    assert "hunter2" not in f"{raised.value} {database!r}"
    with pytest.raises(StoreError, match="refused") as raised:
        postgres_session.connect(url)
    assert "hunter2" not in str(raised.value)


async def test_a_server_that_takes_no_changes_is_not_ready_until_it_does(
    url: str, postgres: Postgres, opened: Callable[..., PostgresDatabase]
) -> None:
    """As a standby, on which each transaction is read-only."""
    store, name = RelationalStore(opened()), url.rpartition("/")[2]
    await store.ready()
    for mode in ("on", "off"):
        postgres.query(f"ALTER DATABASE {name} SET default_transaction_read_only = {mode}")
        query(url, TERMINATE)  # a new mode is that of new connections
        if mode == "on":
            with pytest.raises(StoreError, match="standby"):
                await store.ready()
            assert await store.teams.by_slug(ACME.slug) is None
    await store.ready()


async def test_L11_a_lease_passes_over_what_somebody_is_changing(store: Store, url: str) -> None:
    busy, free = [await store.domains.add(a_domain(name), (), ()) for name in ("a.com", "b.com")]
    with psycopg.connect(url) as other:
        other.execute("UPDATE domain SET rung = rung WHERE id = %s", [busy.id])
        async with asyncio.timeout(2):
            assert await pending(store, NOON, NOON + HOUR, 1) == [free]
    assert await pending(store, NOON, NOON + HOUR, 9) == [busy]


@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
async def test_X06_the_database_refuses_a_second_holder_at_every_isolation_level(
    store: Store, url: str, level: str
) -> None:
    """The rule is an index, not a level: of two transactions that never see each other one is refused."""
    first, second = [await store.domains.add(a_domain(team=team), (), ()) for team in (ACME, EVIL)]
    hold = b"UPDATE domain SET status = 'verified', held = 1, ever_held = 1 WHERE id = %s"
    with psycopg.connect(url) as one, psycopg.connect(url) as two:
        for each in (one, two):
            each.execute(f"SET TRANSACTION ISOLATION LEVEL {level}".encode())
            assert each.execute("SELECT count(*) FROM domain WHERE held = 1").fetchone() == (0,)
        one.execute(hold, [first.id])
        later = asyncio.create_task(asyncio.to_thread(two.execute, hold, [second.id]))
        await asyncio.sleep(0.1)
        assert not later.done(), "the second waits for the first"
        one.commit()
        with pytest.raises((psycopg.errors.UniqueViolation, psycopg.errors.SerializationFailure)):
            await later
        two.rollback()
    assert query(url, "SELECT id FROM domain WHERE held = 1") == [(first.id,)]
