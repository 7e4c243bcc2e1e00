"""The history is append-only: whatever happens, what stands in it stays as it was."""

import re
from dataclasses import replace

from letterhead.core.domain import Status
from letterhead.core.event import EventKind
from letterhead.ports import Change, Store
from scripts.house import sources
from tests.store.inspection import query
from tests.store.samples import ACME, EVIL, NOON, a_domain, a_report, an_event

CHANGING = re.compile(
    r"\b(?:UPDATE|DELETE\s+FROM|REPLACE\s+INTO|TRUNCATE(?:\s+TABLE)?|DROP\s+TABLE|MERGE\s+INTO)\s+event\b"
    r"(?:\s+SET\s+(\w+))?",
    re.IGNORECASE,
)
"""A statement that changes or removes events, and the column that it sets."""


def history(url: str) -> list[tuple[object, ...]]:
    """All events as they lie in the database, without their places in the tail."""
    return query(url, "SELECT id, team, domain, hostname, kind, at, data FROM event ORDER BY id")


async def test_the_history_of_a_domain_outlives_all_that_can_happen_to_it(store: Store, url: str) -> None:
    domain = a_domain()
    domain = await store.domains.add(domain, (), (an_event(domain),))
    stood = history(url)
    turns = (
        ({}, EventKind.CHANGED),
        ({"status": Status.SUSPENDED}, EventKind.SUSPENDED),
        ({"status": Status.PENDING, "team": EVIL.id}, EventKind.TRANSFERRED),
        ({"status": Status.DELETED, "due_at": None}, EventKind.DELETED),
    )
    for fields, kind in turns:
        moved = replace(domain, **fields)
        (domain,) = await store.domains.save([Change(moved, (an_event(moved, kind),), a_report())])
        while events := await store.tail.waiting(9):
            await store.tail.announce(events, (), (), NOON)
        now = history(url)
        assert now[: len(stood)] == stood
        assert len(now) == len(stood) + 1
        stood = now
    kept = await store.events.page(ACME.id, limit=9, domain=domain.id)
    assert [event.kind for event in kept] == ["domain.suspended", "domain.changed", "domain.created"]


def test_no_statement_of_ours_changes_or_removes_an_event_but_to_place_it() -> None:
    found = {
        (path, match[1])
        for path, text in sources().items()
        for match in CHANGING.finditer(text)
        if not path.startswith("store/migrations/")
    }
    assert found == {("store/tail.py", "position")}
