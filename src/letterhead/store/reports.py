"""Reports in the database: the newest of each domain as JSON, its verdicts apart from its witnesses.

The verdicts are read with nearly every request, the witnesses with hardly any, and they are most of a report.
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from letterhead.core.finding import Outcome, Report, Witness, without_witnesses
from letterhead.store.database import Database, Params, Statement, one_of
from letterhead.store.instant import to_micros

# Saved only together with the domain that rests on it, so the domain's version decides who comes last (L08).
_REPLACE = """
INSERT INTO report (domain, asked_at, outcome, plan, body, evidence)
VALUES (:domain, :asked_at, :outcome, :plan, :body, :evidence)
ON CONFLICT (domain) DO UPDATE
SET asked_at = excluded.asked_at, outcome = excluded.outcome, plan = excluded.plan, body = excluded.body,
    evidence = excluded.evidence
"""

_WHOLE = "SELECT body, evidence FROM report WHERE domain = :domain"


class ReportTable:
    """Fills ports.Reports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, domain: str) -> Report | None:
        """The newest report, or None before the first examination (or the first by a version like ours)."""
        return (await self.newest_of([domain])).get(domain)

    async def newest_of(self, domains: Sequence[str]) -> dict[str, Report]:
        """The newest reports of several domains, by domain id, in one read; without their witnesses."""
        names, params = one_of("domain", domains)
        sql = f"SELECT domain, body FROM report WHERE domain IN {names}"  # noqa: S608 - parameters' names
        rows = await self._database.read(sql, params)
        read = {row["domain"]: report_of(row["body"]) for row in rows}
        return {domain: report for domain, report in read.items() if report is not None}

    async def outcomes_of(self, domains: Sequence[str]) -> dict[str, Outcome]:
        """What the newest reports of several domains came to, by domain id, in one read."""
        names, params = one_of("domain", domains)
        sql = f"SELECT domain, outcome FROM report WHERE domain IN {names}"  # noqa: S608 - parameters' names
        return {row["domain"]: Outcome(row["outcome"]) for row in await self._database.read(sql, params)}

    async def evidence(self, domain: str) -> Report | None:
        """The newest report with its witnesses."""
        for row in await self._database.read(_WHOLE, {"domain": domain}):
            return _whole(row["body"], row["evidence"])
        return None


_BODY = msgspec.json.Decoder(Report)
_EVIDENCE = msgspec.json.Decoder(tuple[tuple[Witness, ...], ...])


def report_of(body: str | None) -> Report | None:
    """A report as it was kept; None for one of another version that we can't read: the next replaces it."""
    try:
        return None if body is None else _BODY.decode(body)
    except msgspec.DecodeError:
        return None


def _whole(body: str, evidence: str | None) -> Report | None:
    """The same with the witnesses of each finding; reports of old have them in their body."""
    report = report_of(body)
    if report is None or evidence is None:
        return report
    try:
        heard = zip(report.findings, _EVIDENCE.decode(evidence), strict=True)
        return replace(report, findings=tuple(replace(finding, witnesses=said) for finding, said in heard))
    except (msgspec.DecodeError, ValueError):
        return None


def replacement(domain: str, report: Report) -> Statement:
    """Makes a report the newest of its domain."""
    params: Params = {
        "domain": domain,
        "asked_at": to_micros(report.asked_at),
        "outcome": report.outcome.value,
        "plan": report.plan,
        "body": msgspec.json.encode(without_witnesses(report)).decode(),
        "evidence": msgspec.json.encode([finding.witnesses for finding in report.findings]).decode(),
    }
    return Statement(_REPLACE, params)
