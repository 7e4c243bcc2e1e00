"""Group commit: many transactions share a commit, and nothing but that."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import Future, wait
from pathlib import Path

import pytest

from letterhead.ports import HeldElsewhere, OutcomeUnknown, Stale, StoreError
from letterhead.store.database import Rows, Statement
from letterhead.store.group_commit import MAX_BATCH, GroupCommit
from tests.store.breakable import Breakable


def _insert(number: int, parent: int | None = None) -> Statement:
    return Statement(
        "INSERT INTO leaf (number, parent) VALUES (:number, :parent)",
        {"number": number, "parent": parent},
        duplicates={"leaf_number": HeldElsewhere("taken")},
    )


class Bench:
    """A writer, the statements it runs, and a second connection that can hold it up."""

    def __init__(self, path: Path) -> None:
        self.other = sqlite3.connect(path, isolation_level=None, timeout=0)
        self.other.executescript(
            "PRAGMA journal_mode = WAL;"
            "CREATE TABLE leaf (number INTEGER, parent INTEGER REFERENCES root (id), pad BLOB);"
            "CREATE TABLE root (id INTEGER PRIMARY KEY);"
            "CREATE UNIQUE INDEX leaf_number ON leaf (number);"
        )
        self.connection = sqlite3.connect(
            path, isolation_level=None, timeout=0.2, check_same_thread=False, factory=Breakable
        )
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA foreign_keys = ON")
        self.ran: list[str] = []
        self.writer = GroupCommit(self.connection)
        self.connection.set_trace_callback(self.ran.append)

    def at_once(self, *transactions: tuple[Statement, ...]) -> list[Future[list[Rows]]]:
        """Submit all while the writer can't begin, so that they wait together."""
        self.other.execute("BEGIN IMMEDIATE")
        plug = self.writer.submit()  # taken by itself; begins when the lock is gone
        while not plug.running():
            threading.Event().wait(0.001)
        futures = [self.writer.submit(*transaction) for transaction in transactions]
        self.ran.clear()
        self.other.execute("ROLLBACK")
        wait([plug, *futures])
        return futures

    def numbers(self) -> list[int]:
        """What another connection sees."""
        return [number for (number,) in self.other.execute("SELECT number FROM leaf ORDER BY number")]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "bench.db")
    yield bench
    bench.writer.close()
    bench.other.close()


def test_whatever_waits_shares_one_commit(bench: Bench) -> None:
    futures = bench.at_once(*((_insert(number),) for number in range(20)))
    assert all(future.exception() is None for future in futures)
    assert bench.ran.count("COMMIT") == 2  # the plug's and the batch's
    assert bench.numbers() == list(range(20))


def test_one_that_fails_takes_nothing_with_it(bench: Bench) -> None:
    stale = Statement("UPDATE leaf SET parent = NULL WHERE number = 99", {}, otherwise=Stale("gone"))
    fine, half, twice, late, broken, last = bench.at_once(
        (_insert(1),),
        (_insert(2), stale),  # its first statement must be undone
        (_insert(1),),
        (_insert(3),),
        (Statement("INSERT INTO nowhere VALUES (1)", {}),),
        (_insert(4),),
    )
    assert bench.ran.count("COMMIT") == 2
    assert bench.numbers() == [1, 3, 4]
    assert isinstance(half.exception(), Stale)
    assert isinstance(twice.exception(), HeldElsewhere)
    assert type(broken.exception()) is StoreError
    assert [future.exception() for future in (fine, late, last)] == [None, None, None]


def test_nobody_is_told_before_the_commit(bench: Bench) -> None:
    futures: list[Future[list[Rows]]] = []
    told_early: list[bool] = []

    def watch(statement: str) -> None:
        if statement == "COMMIT":
            told_early.extend(future.done() for future in futures)

    bench.connection.set_trace_callback(watch)
    futures += [bench.writer.submit(_insert(number)) for number in range(50)]
    wait(futures)
    assert told_early
    assert bench.numbers() == list(range(50))
    # Those of earlier batches may be done by then; the newest that was begun never is.
    assert not all(told_early)


def test_a_failed_commit_fails_all_of_its_batch_and_the_next_one_works(bench: Bench) -> None:
    orphan = (Statement("PRAGMA defer_foreign_keys = ON", {}), _insert(2, parent=404))  # seen at COMMIT only
    futures = bench.at_once((_insert(1),), orphan, (_insert(3),))
    errors = [future.exception() for future in futures]
    assert [type(error) for error in errors] == [StoreError] * 3
    assert len({id(error) for error in errors}) == 3
    assert bench.numbers() == []
    bench.writer.submit(_insert(4)).result(timeout=5)
    assert bench.numbers() == [4]


def test_X03_a_full_disk_fails_the_batch_and_the_writer_outlives_it(bench: Bench) -> None:
    (pages,) = bench.other.execute("PRAGMA page_count").fetchone()
    bench.connection.execute(f"PRAGMA max_page_count = {pages + 3}")
    big = Statement("INSERT INTO leaf (number, pad) VALUES (7, zeroblob(1000000))", {})
    futures = bench.at_once((_insert(1),), (big,), (_insert(2),))
    assert [str(future.exception()) for future in futures] == [
        "the database says: database or disk is full"
    ] * 3
    assert bench.numbers() == []  # SQLite undid the batch, and nothing after that ran outside of it
    bench.connection.execute("PRAGMA max_page_count = 100000")
    bench.writer.submit(big).result(timeout=5)
    assert bench.numbers() == [7]


@pytest.mark.parametrize(
    "failing",
    [
        {"COMMIT": sqlite3.SQLITE_IOERR_FSYNC},
        {"COMMIT": sqlite3.SQLITE_IOERR_WRITE},
        {"SAVEPOINT attempt": sqlite3.SQLITE_IOERR_READ},
        {"COMMIT": sqlite3.SQLITE_ERROR, "ROLLBACK": sqlite3.SQLITE_ERROR},
    ],
    ids=["fsync", "write", "read", "a transaction that can't be ended"],
)
def test_X02_after_the_disk_has_failed_nothing_is_acknowledged_until_a_restart(
    bench: Bench, failing: dict[str, int]
) -> None:
    bench.writer.submit(_insert(1)).result(timeout=5)
    bench.writer.require_sound()
    bench.connection.failing = failing
    with pytest.raises(OutcomeUnknown, match="as ordered"):
        bench.writer.submit(_insert(2)).result(timeout=5)
    bench.connection.failing = {}
    with pytest.raises(StoreError, match="restart"):
        bench.writer.submit(_insert(4)).result(timeout=5)
    with pytest.raises(StoreError, match="restart"):
        bench.writer.require_sound()
    bench.writer.close()
    assert bench.numbers() == [1]


def test_X07_a_lock_held_too_long_is_a_clear_error_and_passes(bench: Bench) -> None:
    bench.other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another process has kept the database locked"):
        bench.writer.submit(_insert(1)).result(timeout=5)
    bench.other.execute("ROLLBACK")
    bench.writer.submit(_insert(2)).result(timeout=5)
    assert bench.numbers() == [2]


def test_X07_a_lock_that_goes_in_time_is_waited_for(bench: Bench) -> None:
    bench.other.execute("BEGIN IMMEDIATE")
    future = bench.writer.submit(_insert(1))
    threading.Event().wait(0.05)
    assert not future.done()
    bench.other.execute("ROLLBACK")
    future.result(timeout=5)
    assert bench.numbers() == [1]


def test_a_batch_is_bounded(bench: Bench) -> None:
    count = MAX_BATCH + 10
    bench.at_once(*((_insert(number),) for number in range(count)))
    batches = "\n".join(bench.ran).split("BEGIN IMMEDIATE")[1:]
    assert all(batch.count("SAVEPOINT attempt") <= MAX_BATCH for batch in batches)
    assert len(batches) > 1
    assert len(bench.numbers()) == count


def test_who_gave_up_before_its_turn_is_not_run(bench: Bench) -> None:
    bench.other.execute("BEGIN IMMEDIATE")
    plug = bench.writer.submit(_insert(1))
    while not plug.running():
        threading.Event().wait(0.001)
    given_up = bench.writer.submit(_insert(2))
    assert given_up.cancel()
    bench.other.execute("ROLLBACK")
    bench.writer.submit(_insert(3)).result(timeout=5)
    assert bench.numbers() == [1, 3]


def test_each_statement_returns_its_rows(bench: Bench) -> None:
    returning = Statement(
        "INSERT INTO leaf (number) VALUES (1) RETURNING number", {}, otherwise=Stale("none")
    )
    inserted, read = bench.writer.submit(
        returning, Statement("SELECT number + 1 AS next FROM leaf", {}, otherwise=Stale("none"))
    ).result(timeout=5)
    assert (inserted[0]["number"], read[0]["next"]) == (1, 2)


def test_close_commits_what_waits_and_takes_nothing_more(bench: Bench) -> None:
    futures = [bench.writer.submit(_insert(number)) for number in range(600)]
    bench.writer.close()
    assert all(future.done() and future.exception() is None for future in futures)
    assert len(bench.numbers()) == 600
    with pytest.raises(StoreError, match="closed"):
        bench.writer.submit(_insert(601))
    bench.writer.close()


def test_many_threads_that_write_while_it_closes_get_an_answer_each(bench: Bench) -> None:
    futures: list[Future[list[Rows]]] = []
    refused = threading.Event()

    def write(start: int) -> None:
        for number in range(start, start + 10_000):
            try:
                futures.append(bench.writer.submit(_insert(number)))
            except StoreError:
                refused.set()
                return

    threads = [threading.Thread(target=write, args=(index * 10_000,)) for index in range(3)]
    for thread in threads:
        thread.start()
    bench.writer.close()
    for thread in threads:
        thread.join()
    assert refused.is_set()
    assert all(future.done() for future in futures)
    assert len(bench.numbers()) == len(futures)
