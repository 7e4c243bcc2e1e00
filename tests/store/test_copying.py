"""Moving from SQLite to PostgreSQL: every row of every kind, or none."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from letterhead.cli.main import main
from letterhead.core.domain import Domain, Mode, Status
from letterhead.core.event import EventKind
from letterhead.core.identity import SealedKey
from letterhead.core.lap import Lap
from letterhead.core.refusal import Refusal
from letterhead.core.team import Key
from letterhead.ports import Change, Store, StoreError
from letterhead.store import copying
from letterhead.store.copying import Copied, Tally, copy
from letterhead.store.relational import open_store
from tests.clock import ManualClock
from tests.postgres import Postgres
from tests.store.inspection import query
from tests.store.samples import (
    ACME,
    EVIL,
    HOUR,
    NOON,
    ZETA,
    a_domain,
    a_full_domain,
    a_key,
    a_member,
    a_platform_address,
    a_report,
    an_event,
    holding,
    told,
)

TABLES = {
    *("team", "member", "api_key", "domain", "signing_key", "report", "event", "request", "snapshot"),
    *("webhook", "delivery", "letter", "owner_notice", "platform_address", "lap", "mark"),
}


def _every_status(number: int) -> list[dict[str, Any]]:
    """Fields of domains of which each differs from the others and from the defaults."""
    held = holding(version=number + 1, rung=number % 7, dkim_key="MIIB\\\\N\t\n☃" * (number % 3))
    return [
        {"mode": Mode.SEND_ONLY, "due_at": None, "selectors": (f"lh{number}", "é")},
        held,
        held | {"status": Status.LAPSED, "lapsed_at": NOON + number * HOUR},
        held | {"status": Status.SUSPENDED, "asked_at": NOON, "expires_at": NOON},
        {"status": Status.FAILED, "ever_held": True},
        {"status": Status.DELETED, "ever_held": True, "due_at": None},
    ]


async def _fill(store: Store) -> tuple[list[Domain], list[Key]]:
    domains, keys = [await store.domains.add(a_full_domain(), [SealedKey("lh1", bytes(range(256)))], ())], []
    for number in range(40):
        for index, fields in enumerate(_every_status(number)):
            domain = a_domain(f"n{number}-{index}.com", (ACME, EVIL, ZETA)[number % 3], **fields)
            sealed = [SealedKey(f"lh{each}", bytes([number, each]) * 40) for each in range(number % 3)]
            added = await store.domains.add(domain, sealed, [an_event(domain, step="'\\\n\x00☃")])
            change = Change(added, (an_event(added, EventKind.CHANGED),), a_report(NOON + number * HOUR))
            domains += await store.domains.save([change] if number % 2 else [replace(change, report=None)])
        keys.append(a_key(name=f"k{number}\t", domains=frozenset({"a", "b"}) if number % 2 else None))
        await store.keys.add(keys[-1], told())
    await store.keys.revoke(ACME.id, keys[0].id, told())
    await store.members.add(a_member(), told())
    await store.snapshots.move(Lap("dom_1", NOON, NOON, 1))
    await store.clocks.ahead(ManualClock())
    await store.platform_addresses.add(a_platform_address(), told(), 1)
    return domains, keys


@pytest.fixture
async def filled(sqlite_url: str) -> AsyncIterator[tuple[Store, list[Domain], list[Key]]]:
    store = open_store(sqlite_url)
    for team in (ACME, EVIL, ZETA):
        await store.teams.add(team)
    yield (store, *await _fill(store))
    await store.close()


@pytest.fixture
async def target(postgres_url: str) -> AsyncIterator[Store]:
    store = open_store(postgres_url)
    yield store
    await store.close()


async def _copied(source: str, target: str) -> list[Copied]:
    told: list[Copied] = []
    await asyncio.to_thread(copy, source, target, told.append)
    return told


async def _all_equal(store: Store, twin: Store, domains: list[Domain], keys: list[Key]) -> None:
    for domain in domains:
        kept = await store.domains.by_id(domain.id)
        assert kept is not None
        assert await twin.domains.by_id(domain.id) == kept
        assert await twin.reports.newest(domain.id) == await store.reports.newest(domain.id)
    for team in (ACME, EVIL, ZETA):
        assert await twin.teams.by_slug(team.slug) == team
        for several in ("domains", "events", "keys"):
            pages = [await getattr(each, several).page(team.id, limit=999) for each in (store, twin)]
            assert pages[0] == pages[1]
            assert pages[0] or several == "keys"
    for key in keys:
        assert await twin.keys.by_digest(key.digest) == await store.keys.by_digest(key.digest)


async def test_everything_arrives_and_nothing_is_changed(
    filled: tuple[Store, list[Domain], list[Key]], target: Store, sqlite_url: str, postgres_url: str
) -> None:
    store, domains, keys = filled
    told = await _copied(sqlite_url, postgres_url)
    assert {copied.table for copied in told} == TABLES
    counted = {table: query(sqlite_url, f"SELECT COUNT(*) FROM {table}")[0][0] for table in TABLES}
    assert {copied.table: copied.rows for copied in told} == counted
    assert counted["event"] >= 480
    await _all_equal(store, target, domains, keys)
    sealed = "SELECT domain, selector, sealed FROM signing_key"
    assert sorted(query(postgres_url, sealed)) == sorted(query(sqlite_url, sealed))


async def test_the_copy_is_a_store_that_goes_on(
    filled: tuple[Store, list[Domain], list[Key]], target: Store, sqlite_url: str, postgres_url: str
) -> None:
    await _copied(sqlite_url, postgres_url)
    newest = (await target.events.page(ZETA.id, limit=1))[0].id
    domain = a_domain("new.com", ZETA)
    await target.domains.add(domain, (), [an_event(domain)])
    (event, *_) = await target.events.page(ZETA.id, limit=1)
    assert (event.hostname, event.id > newest) == ("new.com", True)
    with pytest.raises(StoreError, match="not empty, team has rows"):
        await _copied(sqlite_url, postgres_url)


async def test_an_empty_database_gets_its_schema_first(
    filled: tuple[Store, list[Domain], list[Key]], sqlite_url: str, postgres: Postgres
) -> None:
    url = postgres.empty()
    assert len(await _copied(sqlite_url, url)) == len(TABLES)
    assert query(url, "SELECT COUNT(*) FROM domain") == [(241,)]
    postgres.drop(url)


async def _nothing_in(url: str) -> bool:
    return all(query(url, f"SELECT COUNT(*) FROM {table}") == [(0,)] for table in TABLES)


async def test_a_table_that_arrives_otherwise_stops_all(
    filled: tuple[Store, list[Domain], list[Key]],
    sqlite_url: str,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    query(
        postgres_url,
        "CREATE FUNCTION bend() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN NEW.sealed := NEW.sealed || '\\x00'; RETURN NEW; END $$",
    )
    query(
        postgres_url, "CREATE TRIGGER bend BEFORE INSERT ON signing_key FOR EACH ROW EXECUTE FUNCTION bend()"
    )
    with pytest.raises(StoreError, match="signing_key arrived otherwise than it left"):
        await _copied(sqlite_url, postgres_url)
    assert await _nothing_in(postgres_url)


async def test_a_source_that_is_written_to_meanwhile_stops_all(
    filled: tuple[Store, list[Domain], list[Key]], sqlite_url: str, postgres_url: str
) -> None:
    def write(copied: Copied) -> None:
        if copied.table == "domain":
            query(sqlite_url, "UPDATE domain SET rung = 9 WHERE hostname = 'n1-0.com'")

    with pytest.raises(StoreError, match="written to meanwhile"):
        await asyncio.to_thread(copy, sqlite_url, postgres_url, write)
    assert await _nothing_in(postgres_url)


async def test_what_postgresql_can_not_hold_stops_all(
    filled: tuple[Store, list[Domain], list[Key]], sqlite_url: str, postgres_url: str
) -> None:
    query(sqlite_url, "UPDATE api_key SET name = 'a' || char(0) WHERE name LIKE 'k39%'")
    with pytest.raises(StoreError, match="NUL"):
        await _copied(sqlite_url, postgres_url)
    assert await _nothing_in(postgres_url)


def test_only_sqlite_to_postgresql(sqlite_url: str, tmp_path: Path) -> None:
    for source, target in [
        (sqlite_url, f"sqlite:///{tmp_path / 'other.db'}"),
        ("postgresql://db/x", "postgresql://db/y"),
    ]:
        with pytest.raises(Refusal) as refused:
            copy(source, target, lambda _: None)
        assert refused.value.code == "store_url"


def test_a_source_that_is_not_there_is_not_made(tmp_path: Path, postgres_url: str) -> None:
    with pytest.raises(StoreError, match="can't be opened"):
        copy(f"sqlite:///{tmp_path / 'none.db'}", postgres_url, lambda _: None)
    assert list(tmp_path.iterdir()) == []


async def test_the_command_copies_into_the_configured_database(
    filled: tuple[Store, list[Domain], list[Key]],
    sqlite_url: str,
    postgres_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "url").write_text(postgres_url)
    monkeypatch.setenv("LETTERHEAD_STORE_URL_FILE", str(tmp_path / "url"))
    result = CliRunner().invoke(main, ["store", "copy", "--from", sqlite_url])
    assert result.exit_code == 0, result.output
    assert "domain: 241 rows" in result.output
    assert "secret" not in result.output
    again = CliRunner().invoke(main, ["store", "copy", "--from", sqlite_url, "--to", postgres_url])
    assert again.exit_code != 0
    assert "the target is not empty" in again.output


def test_a_tally_knows_no_order_and_sees_every_difference() -> None:
    def tally(*rows: tuple[Any, ...]) -> Tally:
        tally = Tally()
        list(tally.counting(rows))
        return tally

    assert tally((1, "a"), (2, b"b")) == tally((2, b"b"), (1, "a"))
    for other in [((1, "a"),), ((1, "a"), (2, "b")), ((1, "a"), (None, b"b")), ((1, "a"), (2, b"b")) * 2]:
        assert tally(*other) != tally((1, "a"), (2, b"b"))


def test_no_table_is_forgotten(sqlite_url: str) -> None:
    with copying.closing(copying.sqlite.connect_reader(copying.sqlite_path(sqlite_url))) as reading:
        order = list(copying._tables(reading))
    assert set(order) >= TABLES
    assert order.index("team") < order.index("domain") < order.index("event")
