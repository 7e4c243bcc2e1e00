"""Reports in the database: the newest of each domain, whole, as JSON."""

from collections.abc import Sequence

import msgspec

from letterhead.core.finding import Report
from letterhead.store.database import Database, Params, Statement, one_of
from letterhead.store.instant import to_micros

# Saved only together with the domain that rests on it, so the domain's version decides who comes last (L08).
_REPLACE = """
INSERT INTO report (domain, asked_at, outcome, plan, body)
VALUES (:domain, :asked_at, :outcome, :plan, :body)
ON CONFLICT (domain) DO UPDATE
SET asked_at = excluded.asked_at, outcome = excluded.outcome, plan = excluded.plan, body = excluded.body
"""


class ReportTable:
    """Fills ports.Reports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, domain: str) -> Report | None:
        """The newest report, or None before the first examination (or the first by a version like ours)."""
        return (await self.newest_of([domain])).get(domain)

    async def newest_of(self, domains: Sequence[str]) -> dict[str, Report]:
        """The newest reports of several domains, by domain id, in one read."""
        names, params = one_of("domain", domains)
        sql = f"SELECT domain, body FROM report WHERE domain IN {names}"  # noqa: S608 - parameters' names
        rows = await self._database.read(sql, params)
        read = {row["domain"]: _report(row["body"]) for row in rows}
        return {domain: report for domain, report in read.items() if report is not None}


_BODY = msgspec.json.Decoder(Report)


def _report(body: str) -> Report | None:
    """A report as it was kept; None for one of another version that we can't read: the next replaces it."""
    try:
        return _BODY.decode(body)
    except msgspec.DecodeError:
        return None


def replacement(domain: str, report: Report) -> Statement:
    """Makes a report the newest of its domain."""
    params: Params = {
        "domain": domain,
        "asked_at": to_micros(report.asked_at),
        "outcome": report.outcome.value,
        "plan": report.plan,
        "body": msgspec.json.encode(report).decode(),
    }
    return Statement(_REPLACE, params)
