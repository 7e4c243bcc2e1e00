"""What is SQLite's own: its file, its log, its locks, and what is left on the disk."""

import asyncio
import os
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from letterhead.core.domain import Domain, Status
from letterhead.core.event import EventKind
from letterhead.core.identity import SealedKey
from letterhead.ports import Change, OutcomeUnknown, Store, StoreError
from letterhead.store import sqlite
from letterhead.store.database import Params, Rows, Statement
from letterhead.store.relational import RelationalStore, open_store
from letterhead.store.sqlite import SqliteDatabase, connect_writer
from tests.store.breakable import Breakable
from tests.store.inspection import file_of, log_of, query
from tests.store.samples import ACME, a_domain, a_key, an_event, told

DATABASES = ("sqlite",)


async def test_X07_reads_go_on_while_another_process_writes(store: Store, url: str) -> None:
    domain = await store.domains.add(a_domain(), (), ())
    with closing(sqlite3.connect(file_of(url), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE domain SET rung = 9")
        assert await store.domains.by_id(domain.id) == domain
        other.execute("COMMIT")
    changed = await store.domains.by_id(domain.id)
    assert changed is not None
    assert changed.rung == 9


@pytest.mark.usefixtures("store")  # for its teams
async def test_nothing_is_read_again_while_nothing_was_committed(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = SqliteDatabase(Path(file_of(url)))
    store = RelationalStore(database)
    asked: list[str] = []
    read = database.read

    async def counted(sql: str, params: Params) -> Rows:
        asked.append(sql)
        return await read(sql, params)

    monkeypatch.setattr(database, "read", counted)
    try:
        domain, key = await store.domains.add(a_domain(), (), ()), a_key()
        await store.keys.add(key, told())
        for _ in range(3):
            await store.domains.with_report(ACME.id, domain.id)
            await store.keys.by_digest(key.digest)
            await asyncio.sleep(0)
        assert len(asked) == 2
        await store.domains.add(a_domain("other.com"), (), ())
        await store.domains.with_report(ACME.id, domain.id)
        await store.keys.by_digest(key.digest)
        assert len(asked) == 4
    finally:
        await store.close()


@pytest.mark.usefixtures("store")  # for its teams
async def test_one_look_serves_a_turn_of_the_loop_and_no_more(url: str) -> None:
    database = SqliteDatabase(Path(file_of(url)))
    try:
        with closing(sqlite3.connect(file_of(url), isolation_level=None)) as other:
            first = database.moment()
            other.execute("UPDATE team SET domains = domains + 1")
            assert database.moment() == first
            await asyncio.sleep(0)
            second = database.moment()
            assert second != first
            await asyncio.sleep(0)
            assert database.moment() == second
    finally:
        await database.close()


def test_X07_whoever_opens_a_new_store_at_the_same_moment_succeeds(tmp_path: Path, migrated: Path) -> None:
    """The first one turns the write-ahead log on, which fails at once while another looks at the file."""

    def opens(path: Path, start: threading.Barrier) -> None:
        start.wait()
        with closing(connect_writer(path)) as connection:
            connection.execute("SELECT COUNT(*) FROM team").fetchall()

    with ThreadPoolExecutor(4) as threads:
        for number in range(150):
            path, start = tmp_path / f"{number}.db", threading.Barrier(4)
            path.write_bytes(migrated.read_bytes())
            for opened in [threads.submit(opens, path, start) for _ in range(4)]:
                opened.result()


async def test_X07_the_log_does_not_grow_without_end(store: Store, url: str) -> None:
    domain = await store.domains.add(a_domain(), (), ())
    for _ in range(40):
        event = an_event(domain, EventKind.CHANGED, text="x" * 4000)
        (domain,) = await store.domains.save([Change(domain, (event,) * 50)])
        await store.events.page(ACME.id, limit=5)
    assert file_of(url).stat().st_size > 6_000_000
    assert log_of(url).stat().st_size < 6_000_000  # a checkpoint each 1,000 pages of 4 KiB


async def test_a_cancelled_caller_leaves_the_store_working(store: Store) -> None:
    writing = asyncio.create_task(store.domains.add(a_domain("a.com"), (), ()))
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    domain = await store.domains.add(a_domain("b.com"), (), ())
    assert await store.domains.by_id(domain.id) == domain


async def test_close_saves_what_was_begun(url: str) -> None:
    store = open_store(url)
    await store.teams.add(ACME)
    adding = [asyncio.create_task(store.domains.add(a_domain(f"n{n}.com"), (), ())) for n in range(300)]
    await asyncio.sleep(0)
    await store.close()
    assert len(await asyncio.gather(*adding)) == 300
    assert query(url, "SELECT COUNT(*) FROM domain") == [(300,)]
    assert not log_of(url).exists()
    with pytest.raises(StoreError, match="closed"):
        await store.domains.add(a_domain("late.com"), (), ())


@pytest.mark.parametrize("sql", ["SELECT * FROM nowhere", "DELETE FROM team", "SELECT :missing"])
async def test_a_read_that_fails_or_writes_is_a_store_error(url: str, sql: str) -> None:
    database = SqliteDatabase(file_of(url))
    with pytest.raises(StoreError):
        await database.read(sql, {})
    await database.close()


@pytest.mark.parametrize("cursor", [2**63, -(2**63) - 1])
async def test_a_number_that_no_column_holds_is_a_store_error(store: Store, cursor: int) -> None:
    with pytest.raises(StoreError):
        await store.events.page(ACME.id, limit=1, before=cursor)


async def test_X02_a_store_whose_disk_has_failed_can_be_read_and_is_not_ready(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Breakable))
    writing = connect_writer(file_of(url))
    assert isinstance(writing, Breakable)
    monkeypatch.setattr(sqlite, "connect_writer", lambda _: writing)
    store = open_store(url)
    await store.teams.add(ACME)
    await store.ready()
    writing.failing = {"COMMIT": sqlite3.SQLITE_IOERR_FSYNC}
    with pytest.raises(OutcomeUnknown, match="as ordered"):
        await store.domains.add(a_domain(), (), ())
    with pytest.raises(StoreError, match="restart"):
        await store.ready()
    assert await store.teams.by_slug(ACME.slug) == ACME
    await store.close()


async def test_X03_a_store_whose_disk_is_full_is_not_ready_until_there_is_room(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing = connect_writer(file_of(url))
    monkeypatch.setattr(sqlite, "connect_writer", lambda _: writing)
    store = open_store(url)
    await store.teams.add(ACME)
    ((pages,),) = query(url, "PRAGMA page_count")
    writing.execute(f"PRAGMA max_page_count = {pages + 2}")
    added = (store.domains.add(a_domain(f"n{n}.com"), (), ()) for n in range(100))
    failed = [each for each in await asyncio.gather(*added, return_exceptions=True) if not is_saved(each)]
    assert failed
    for _ in range(3):
        with pytest.raises(StoreError, match="full"):
            await store.ready()
    writing.execute("PRAGMA max_page_count = 100000")
    await store.ready()
    await store.domains.add(a_domain("later.com"), (), ())
    await store.close()


def is_saved(outcome: object) -> bool:
    return isinstance(outcome, Domain)


def test_what_is_no_database_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("This is not a database, it is a sentence of some length." * 20)
    for name in ("missing.db", "text.db", "."):
        with pytest.raises(StoreError, match="can't be opened as a database") as refused:
            open_store(f"sqlite:///{tmp_path / name}")
        assert refused  # which keeps everything alive that was not closed
        opened = [os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()]
        assert [path for path in opened if path.startswith(str(tmp_path))] == []
    assert not (tmp_path / "missing.db").exists()


def test_where_no_write_ahead_log_can_be_kept_the_store_is_not_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on a network disk; a database in memory has none either."""
    with closing(sqlite3.connect(":memory:")) as memory:
        monkeypatch.setattr(sqlite, "connect", lambda *_: memory)
        with pytest.raises(StoreError, match="no write-ahead log"):
            connect_writer(Path("any.db"))


async def test_the_connections_are_as_durable_and_strict_as_promised(url: str) -> None:
    database = SqliteDatabase(file_of(url))
    for pragma, value in {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
    }.items():
        ((row,),) = await database.write(Statement(f"PRAGMA {pragma}", {}))
        assert row[pragma] == value
    ((timeout,),) = await database.read("PRAGMA busy_timeout", {})
    assert timeout == 5000
    await database.close()


async def test_K09_the_private_keys_of_a_deleted_domain_are_gone_from_the_disk(url: str) -> None:
    sealed = [SealedKey(f"lh{n}", b"SEALED-BYTES-%d-" % n + os.urandom(64)) for n in range(3)]
    store = open_store(url)
    await store.teams.add(ACME)
    domain = await store.domains.add(a_domain(), sealed, ())
    kept = query(url, "SELECT selector, sealed FROM signing_key WHERE domain = ? ORDER BY 1", [domain.id])
    assert kept == [(key.selector, key.sealed) for key in sealed]
    (domain,) = await store.domains.save([Change(replace(domain, rung=1))])
    assert len(query(url, "SELECT * FROM signing_key")) == 3
    await store.domains.save([Change(replace(domain, status=Status.DELETED))])
    assert query(url, "SELECT * FROM signing_key") == []
    await store.close()
    left = b"".join(path.read_bytes() for path in file_of(url).parent.glob("letterhead.db*"))
    assert b"SEALED-BYTES" not in left
    assert b"acme.com" in left
