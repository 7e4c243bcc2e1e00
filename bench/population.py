"""The database of the HTTP measurements: one team with 100,000 verified domains, each with its evidence.

The first is registered and saved with a report as the server itself would do it; the others are its copies,
made by the database.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from msgspec import structs

from letterhead import app
from letterhead.config import Config, load
from letterhead.core.domain import Domain, Status
from letterhead.core.event import Event, EventKind
from letterhead.core.finding import Report
from letterhead.core.identity import Identity
from letterhead.core.plan import plan
from letterhead.core.profile import PROFILES
from letterhead.core.site import Site
from letterhead.core.verdict.judge import judge
from letterhead.ports import Change
from letterhead.store.database import Database, Statement
from letterhead.store.relational import open_database, open_store
from tests.core.dns import NOON, Paper
from tests.core.registration import domain

DOMAINS = 100_000
BATCH = 10_000
TEMPLATE = "c000000.com"


def identifier(number: int) -> str:
    """The id of a domain, older than any that is registered later."""
    return f"dom_0{number:025d}"


_COPY = """
INSERT INTO {table} ({columns})
WITH RECURSIVE series (n) AS (SELECT :first UNION ALL SELECT n + 1 FROM series WHERE n < :last)
SELECT {values} FROM {table}, series WHERE {table}.rowid = 1
"""
_COPIED = (
    f"replace(replace({{column}}, 'c000000', printf('c%06d', n)), '{identifier(0)}', printf('dom_0%025d', n))"
)

_CONFIG = """\
[server]
data_dir = "{data}"
[site]
name = "letterhead.net"
[lifecycle]
domains_per_team = 1000000
registrations_per_day = 1000000
[api]
requests_per_minute = 0
team_requests_per_minute = 0
examinations_per_minute = 0
"""


def configured(directory: Path) -> Config:
    """The configuration of the server in a directory; its port is chosen when it starts."""
    path = directory / "letterhead.toml"
    path.write_text(_CONFIG.format(data=directory / "data"), "utf-8")
    return load(path, {})


async def fill(config: Config, count: int = DOMAINS) -> tuple[str, str]:
    """Make the database with a team and its domains. Returns a key that may do everything, and the team."""
    secret, team = await asyncio.to_thread(
        app.create_key, config, team="acme", role="root:full", style="letterhead", name="bench"
    )
    store = open_store(config.store.url)
    try:
        claim = domain(id=identifier(0), team=team.id, hostname=TEMPLATE)
        first = await store.domains.add(claim, (), [_created(claim)])
        await store.domains.save([Change(_proven(first), report=_evidence(config.site))])
    finally:
        await store.close()
    await _multiply(config, count)
    return secret, team.id


async def _multiply(config: Config, count: int) -> None:
    """Copy the rows of the first domain for all others: the same bytes but for the number in each text."""
    database = open_database(config.store.url)
    try:
        for table in ("domain", "report", "event"):
            sql = _COPY.format(table=table, **await _columns(database, table))
            for first in range(1, count, BATCH):
                last = min(first + BATCH, count) - 1
                await database.write(Statement(sql, {"first": first, "last": last}))
        counted = "UPDATE team SET domains = (SELECT COUNT(*) FROM domain WHERE domain.team = team.id)"
        await database.write(Statement(counted, {}))
    finally:
        await database.close()


async def _columns(database: Database, table: str) -> dict[str, str]:
    """The columns of a table, and for each what stands in it for the domain of number `n`."""
    rows = await database.read("SELECT name, type FROM pragma_table_info(:table)", {"table": table})
    named = {row["name"]: row["type"] for row in rows if (table, row["name"]) != ("event", "id")}
    values = (_COPIED.format(column=name) if kind == "TEXT" else name for name, kind in named.items())
    return {"columns": ", ".join(named), "values": ", ".join(values)}


def _created(claim: Domain) -> Event:
    return Event(EventKind.CREATED, claim.team, claim.id, claim.hostname, claim.created_at, {})


def _evidence(site: Site) -> Report:
    """What a careful examination of the first domain says, two name servers answering each question."""
    records = plan(domain(hostname=TEMPLATE), PROFILES["letterhead"], site)
    paper = Paper((f"{each.host} {each.type} {each.text}" for each in records.records), zone=TEMPLATE)
    report = paper.drive(judge(records, Identity(), NOON, "lh-probe"))
    findings = tuple(structs.replace(each, witnesses=each.witnesses * 2) for each in report.findings)
    return structs.replace(report, findings=findings, zone=TEMPLATE)


def _proven(claim: Domain) -> Domain:
    return replace(
        claim,
        status=Status.VERIFIED,
        held=True,
        ever_held=True,
        verified_at=NOON,
        asked_at=NOON,
        due_at=NOON + timedelta(hours=6),
        expires_at=None,
    )
