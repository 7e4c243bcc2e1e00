"""Findings and reports: each record judged, with the evidence for it.

Everything here is plain text and numbers, so that a report is stored, shown and sent as it is.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from letterhead.core.answer import Observation
from letterhead.core.cause import ADVICE, Cause
from letterhead.core.record import Record, Role


class Outcome(StrEnum):
    """What a finding, or a whole report, comes to."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"  # definitely not as it should be
    REFUSED = "refused"  # the provider gave up
    UNKNOWN = "unknown"  # could not find out; changes nothing


class Witness(msgspec.Struct, frozen=True):
    """One observation as it is kept: who was asked what, and said what, and when.

    server   the address, "udp://192.0.2.53:53"; name its own name where known; zone what it was asked for.
    answers  the records it returned, "owner TTL TYPE data", each cut to MAX_TEXT characters.
    fault    why there is no definite answer, or "".
    nsid     which of the servers behind the address spoke, by its own word; "" mostly.
    """

    question: str
    source: str
    server: str
    name: str
    zone: str
    asked_at: datetime
    elapsed_ms: float
    rcode: str
    authoritative: bool
    authenticated: bool
    answers: tuple[str, ...]
    fault: str
    detail: str
    nsid: str = ""


MAX_TEXT = 400
"""Characters of a foreign value that we keep and show."""

MAX_ANSWERS = 20
"""Records of one answer that we keep as evidence."""


class Remark(msgspec.Struct, frozen=True):
    """Something worth knowing that does not block: a stable code and one sentence."""

    code: str
    text: str


class Known(msgspec.Struct, frozen=True):
    """What was last definitely known of a record. `digest` as in Finding."""

    outcome: Outcome
    cause: Cause
    found: tuple[str, ...]
    digest: str = ""


class Pace(msgspec.Struct, frozen=True):
    """How history holds back with a record that changes all the time (history.py).

    until  the more was told of it lately, the further ahead; forgotten when it is over.
    told   what was told last, where what is known since then was held back.
    """

    until: datetime
    told: Known | None = None


class Finding(msgspec.Struct, frozen=True):
    """One record judged.

    found       what stands there instead, or there too: values, shortened; of very many the last one says how
                many more there are.
    pace        how much was told of its changes lately; None where that is nothing (history.remembering).
    digest      of all that stands there, however much is shown (digest_of); "" in reports of old.
    visible_at  when resolvers will have forgotten that it was not there; None where that does not matter.
    suggestion  the whole value to publish where it is not simply `record.value`; "" otherwise.
    known       the last definite result before this one, where this one is none (history.remembering).
    """

    record: Record
    outcome: Outcome
    cause: Cause
    advice: str
    found: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    visible_at: datetime | None = None
    suggestion: str = ""
    known: Known | None = None
    digest: str = ""
    pace: Pace | None = None


class Report(msgspec.Struct, frozen=True):
    """All findings of one examination, in the order of the plan.

    asked_at  when its questions were asked; a report never overwrites a newer one.
    plan      the fingerprint of the plan that was judged.
    zone      the zone in which the domain lies, as its servers say; "" where that is not known.
    """

    outcome: Outcome
    findings: tuple[Finding, ...]
    asked_at: datetime
    plan: str
    zone: str = ""


def outcome_of(findings: Iterable[Finding]) -> Outcome:
    """The first of REFUSED, FAIL, UNKNOWN, PASS among the required findings (docs/lifecycle.md).

    UNKNOWN where none is required: then nothing has been proven.
    """
    outcomes = {finding.outcome for finding in findings if finding.record.required}
    for outcome in (Outcome.REFUSED, Outcome.FAIL, Outcome.UNKNOWN):
        if outcome in outcomes:
            return outcome
    return Outcome.PASS if outcomes else Outcome.UNKNOWN


BOUND = (Role.OWNERSHIP, Role.DKIM)
"""Whose values are a registration's own: where the token is asked for it decides, else our DKIM names do."""


def lacks_proof(report: Report) -> bool:
    """Whether the values of this registration alone are definitely gone from the zone (O09).

    Not so while they are merely out of sight; nor where the plan had none, for then nothing was looked for.
    """
    for role in BOUND:
        outcomes = [finding.outcome for finding in report.findings if finding.record.role is role]
        if outcomes:
            return all(outcome is Outcome.FAIL for outcome in outcomes)
    return False


def seen_on(findings: Iterable[Finding]) -> str:
    """How many of the servers that were asked saw what all these findings say, as "2 of 3 servers".

    A server that gave no definite answer saw nothing; one that said otherwise than most saw something else.
    """
    asked: set[str] = set()
    missed: set[str] = set()
    for finding in findings:
        servers = {witness.server for witness in finding.witnesses if witness.server}
        definite = [witness for witness in finding.witnesses if not witness.fault]
        said = _said(definite, finding.record.type)
        agreed = Counter(said.values()).most_common(1)
        asked |= servers
        missed |= servers - {witness.server for witness in definite}
        missed |= {server for server, data in said.items() if data != agreed[0][0]}
    return f"{len(asked - missed)} of {len(asked)} servers"


def _said(definite: Iterable[Witness], kind: str) -> dict[str, frozenset[str]]:
    """The data of a kind that each server gave, whatever its TTL and case; without those that point on."""
    said: dict[str, frozenset[str]] = {}
    for witness in definite:
        records = [answer.split(" ", 3) for answer in witness.answers]
        data = frozenset(" ".join(each[3:]).casefold() for each in records if each[2] == kind)
        if data or not records:
            said[witness.server] = said.get(witness.server, frozenset()) | data
    return said


def without_witnesses(report: Report) -> Report:
    """The report with its verdicts alone, as most readers want it."""
    return replace(report, findings=tuple(replace(finding, witnesses=()) for finding in report.findings))


def last_known(report: Report) -> Report:
    """The report with the last definite outcome in place of each that could not be found out."""
    findings = tuple(
        replace(f, outcome=f.known.outcome) if f.outcome is Outcome.UNKNOWN and f.known else f
        for f in report.findings
    )
    return replace(report, outcome=outcome_of(findings), findings=findings)


def proves_ownership(report: Report) -> bool:
    """Whether all that is required is there, and a value of this registration alone among it (O02)."""
    return report.outcome is Outcome.PASS and any(
        finding.outcome is Outcome.PASS and finding.record.role in BOUND for finding in report.findings
    )


def advice(cause: Cause, record: Record, domain: str, **details: str) -> str:
    """The sentence that mends a cause, for one record; without a suggestion its own value is suggested."""
    names = {"host": record.host, "value": record.text, "type": record.type, "domain": domain, **details}
    names["suggestion"] = details.get("suggestion") or record.value
    return ADVICE[cause].format_map(names)


def witness(observation: Observation) -> Witness:
    """The observation as it is kept."""
    return Witness(
        question=f"{observation.question.name} {observation.question.type}",
        source=observation.source,
        server=observation.server,
        name=observation.name,
        zone=observation.zone,
        asked_at=observation.asked_at,
        elapsed_ms=round(observation.elapsed_ms, 2),
        rcode=observation.rcode,
        authoritative=observation.authoritative,
        authenticated=observation.authenticated,
        answers=tuple(
            f"{r.owner} {r.ttl} {r.type} {shortened(str(r.data))}" for r in observation.records[:MAX_ANSWERS]
        ),
        fault=observation.fault or "",
        detail=observation.detail,
        nsid=observation.nsid,
    )


def digest_of(values: Iterable[str]) -> str:
    """Says in 24 hex digits which values these are, in whatever order they came."""
    return hashlib.blake2b("\n".join(sorted(values)).encode(), digest_size=12).hexdigest()


def shortened(text: str, limit: int = MAX_TEXT) -> str:
    """The text, cut with an ellipsis where it is longer than `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
