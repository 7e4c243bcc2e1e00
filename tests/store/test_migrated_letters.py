"""Letters and notices of a store from before letters were those of one team."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from letterhead.core.owner_notice import Letter
from letterhead.store import migration
from letterhead.store.relational import open_store
from letterhead.store.schema import migrate
from tests.postgres import Postgres
from tests.store.inspection import query
from tests.store.samples import ACME, EVIL, HOUR, NOON, a_domain

OURS = migration._MIGRATIONS
STEP = next(path.name for path in (OURS / "versions").glob("v*_letters.py"))


@pytest.fixture(params=["sqlite", "postgres"])
def old(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of a store at the version before."""
    postgres: Postgres | None = None
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if request.param == "postgres":
        postgres = request.getfixturevalue("postgres")
        url = postgres.empty()
    migrations = tmp_path / "migrations"
    shutil.copytree(OURS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (migrations / "versions").glob("v*.py"):
        if path.name >= STEP:
            path.unlink()
    with monkeypatch.context() as patched:
        patched.setattr(migration, "_MIGRATIONS", migrations)
        migration.upgrade(url)
    yield url
    if postgres:
        postgres.drop(url)


def _row(url: str, table: str, **values: object) -> None:
    shown = ", ".join("NULL" if each is None else f"'{each}'" for each in values.values())
    query(url, f"INSERT INTO {table} ({', '.join(values)}) VALUES ({shown})")


def _letter(url: str, letter: str, due_at: int | None, sent_at: int | None = None) -> None:
    moments = {"created_at": 1, "due_at": due_at, "sent_at": sent_at}
    _row(url, "letter", id=letter, email="jane@acme.net", subject="s", body="b", **moments)


def _notice(url: str, notice: str, team: str, letter: str | None) -> None:
    about = {
        "domain": f"dom_{team}",
        "hostname": "acme.com",
        "email": "jane@acme.net",
        "kind": "domain.failed",
    }
    _row(url, "owner_notice", id=notice, team=team, at=7, body="b", letter=letter, **about)


async def test_U03_what_was_told_and_what_was_to_be_told_is_still_there(old: str) -> None:
    for team in (ACME, EVIL):
        _row(old, "team", id=team.id, slug=team.slug, created_at=1)
        domain = a_domain(team=team)
        about = {"profile": "mails", "token": domain.token, "selectors": "[]", "dkim_key": ""}
        states = {
            "mode": "send_receive",
            "status": "pending",
            "held": 0,
            "ever_held": 0,
            "version": 1,
            "rung": 0,
        }
        names = {"hostname": "acme.com", "reversed_hostname": "com.acme"}
        moments = {"created_at": 1, "updated_at": 1}
        _row(old, "domain", id=f"dom_{team.id}", team=team.id, **names, **about, **states, **moments)
    _letter(old, "ltr_due", 5)
    _letter(old, "ltr_sent", None, 6)
    _letter(old, "ltr_of_both", 5)
    _letter(old, "ltr_of_nothing", 5)
    _notice(old, "ntc_1", ACME.id, "ltr_due")
    _notice(old, "ntc_2", ACME.id, "ltr_sent")
    _notice(old, "ntc_3", ACME.id, "ltr_of_both")
    _notice(old, "ntc_4", EVIL.id, "ltr_of_both")
    _notice(old, "ntc_5", EVIL.id, None)
    migrate(old)
    store = open_store(old)
    try:
        notices = {team.id: await store.owner_notices.page(team.id, limit=9) for team in (ACME, EVIL)}
        told = {each.id: each.letter for each in (*notices[ACME.id], *notices[EVIL.id])}
        due: list[Letter] = await store.owner_notices.lease(NOON, NOON + HOUR, 9)
        waiting = {
            team.id: await store.owner_notices.waiting(team.id, "jane@acme.net", 9) for team in (ACME, EVIL)
        }
        ready = await store.owner_notices.ready(NOON, NOON, 9)
    finally:
        await store.close()
    assert told == {"ntc_1": "ltr_due", "ntc_2": "ltr_sent", "ntc_3": None, "ntc_4": None, "ntc_5": None}
    assert [(letter.id, letter.team) for letter in due] == [("ltr_due", ACME.id)]
    assert [each.id for each in waiting[ACME.id]] == ["ntc_3"]
    assert [each.id for each in waiting[EVIL.id]] == ["ntc_4", "ntc_5"]
    assert sorted(ready) == sorted([(ACME.id, "jane@acme.net"), (EVIL.id, "jane@acme.net")])
    assert query(old, "SELECT COUNT(*) FROM letter") == [(4,)]
