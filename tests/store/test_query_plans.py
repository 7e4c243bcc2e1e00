"""How SQLite goes about each read: by an index, always."""

from datetime import timedelta
from pathlib import Path

from letterhead.core.domain import Status
from letterhead.store.backlog import BACKLOG
from letterhead.store.database import Params, Rows, Statement
from letterhead.store.relational import RelationalStore
from letterhead.store.sqlite import SqliteDatabase
from tests.store.inspection import file_of
from tests.store.samples import NOON

DATABASES = ("sqlite",)


class Planner(SqliteDatabase):
    """Notes how SQLite would go about each statement instead of what it returns."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.steps: list[str] = []

    async def read(self, sql: str, params: Params) -> Rows:
        rows = await super().read(f"EXPLAIN QUERY PLAN {sql}", params)
        self.steps += [row["detail"] for row in rows]
        return []

    async def write(self, *transaction: Statement) -> list[Rows]:
        return [await self.read(statement.sql, statement.params) for statement in transaction]


async def test_every_read_finds_its_rows_by_an_index(url: str) -> None:
    database = Planner(file_of(url))
    store = RelationalStore(database)
    some = frozenset({"dom_1", "dom_2"})
    await store.domains.of_team("team", "dom_1")
    await store.domains.by_id("dom_1")
    await store.domains.offered("team", "dom_1")
    await store.domains.page("team", limit=5)
    await store.domains.page("team", limit=5, before="dom_9", status=Status.PENDING)
    await store.domains.page("team", limit=5, only=some)
    await store.domains.page("team", limit=5, hostname="acme.com")
    await store.domains.others("acme.com", "team")
    await store.domains.relatives("acme.com", ["com"])
    await store.domains.with_report("team", "dom_1")
    await store.domains.count("team")
    await store.domains.registered("team", NOON)
    await store.reports.newest_of(["dom_1", "dom_2"])
    await store.reports.outcomes_of(["dom_1", "dom_2"])
    await store.reports.evidence("dom_1")
    await store.events.page("team", limit=5, before=9)
    await store.events.page("team", limit=5, before=9, domain="dom_1")
    await store.events.page("team", limit=5, only=some)
    await store.teams.by_slug("acme")
    await store.keys.by_digest("0")
    await store.keys.page("team", limit=5, before="key_9")
    await store.owner_notices.page("team", limit=5, before="ntc_9")
    await store.owner_notices.waiting("team", "jane@acme.net", 5)
    await store.owner_notices.broken("team", ["mail.acme.net", "acme.net"])
    await store.platform_addresses.of_team("team", "adr_1")
    await store.platform_addresses.page("team", limit=5, before="adr_9")
    assert len(database.steps) > 16
    assert [step for step in database.steps if step.startswith("SCAN")] == []
    await store.close()


async def test_a_page_costs_the_same_at_any_depth(url: str) -> None:
    database = Planner(file_of(url))
    await RelationalStore(database).domains.page("team", limit=5, before="dom_9")
    assert database.steps[0] == "SEARCH domain USING INDEX domain_page (team=? AND id<?)"
    assert "USE TEMP B-TREE FOR ORDER BY" not in database.steps
    await database.close()


async def test_what_waits_is_counted_in_the_indexes_of_what_waits(url: str) -> None:
    database = Planner(file_of(url))
    await database.read(BACKLOG, {"most": 9, "now": 0})
    tables = ("delivery", "domain", "domain", "event", "letter", "owner_notice")
    steps = [step for step in database.steps if step.split()[1] in tables]
    assert sorted(step.split()[1] for step in steps) == sorted(tables)
    assert [step for step in steps if " INDEX " not in step] == []
    await database.close()


async def test_what_a_worker_looks_for_all_the_time_is_found_by_an_index(url: str) -> None:
    database = Planner(file_of(url))
    leases = RelationalStore(database).leases
    await leases.take_settled(NOON, NOON, 9)
    assert "SEARCH domain USING INDEX domain_due_settled (due_at<?)" in database.steps
    await leases.take_pending(NOON, NOON, 9, ["team"])
    assert "SEARCH domain USING INDEX domain_due_pending (due_at<?)" in database.steps
    await leases.take_watched(NOON, NOON, 9, ["team"])
    assert "SEARCH domain USING INDEX domain_watched (watched_until>?)" in database.steps
    await leases.recall(NOON, NOON, timedelta(hours=6), 9)
    for queue in ("pending", "settled"):
        assert f"SEARCH domain USING INDEX domain_due_{queue} (due_at>?)" in database.steps
    assert [step for step in database.steps if step.startswith("SCAN domain")] == []
    await RelationalStore(database).owner_notices.ready(NOON, NOON, 9)
    assert "SEARCH owner_notice USING INDEX owner_notice_due (due_at<?)" in database.steps
    steps = [step for step in database.steps if step.startswith("SEARCH letter")]
    assert steps == ["SEARCH letter USING COVERING INDEX letter_last (team=? AND email=? AND created_at>?)"]
    await database.close()
