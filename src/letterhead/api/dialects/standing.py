"""How a domain's records stand, as far as is known for certain.

Their documents have no word for "could not find out": their booleans and record states show the last definite
result, and nothing is called missing that was merely not seen (docs/dialects/README.md).
"""

from collections.abc import Iterator
from typing import Final, Literal

from letterhead.core.domain import Status
from letterhead.core.finding import Finding, Known, Outcome
from letterhead.core.record import Record, Role
from letterhead.service.view import View

Word = Literal["pending", "verified", "failed"]

WORDS: Final[dict[Status, Word]] = {
    Status.PENDING: "pending",
    Status.VERIFIED: "verified",
    Status.LAPSED: "pending",
    Status.FAILED: "failed",
    Status.SUSPENDED: "failed",
}
"""How a domain stands, where a dialect has three words for it."""


def finding_of(view: View, record: Record) -> Finding | None:
    """What the newest report says of a record of the plan; None where it was not judged yet."""
    found = view.report.findings if view.report else ()
    wanted = (record.type, record.host, record.text)
    return next((f for f in found if (f.record.type, f.record.host, f.record.text) == wanted), None)


def known_of(view: View, record: Record) -> Known | None:
    """What is definitely known of a record, by the newest report or before it; None where nothing is."""
    finding = finding_of(view, record)
    if finding is None or finding.outcome is Outcome.UNKNOWN:
        return finding.known if finding else None
    return Known(finding.outcome, finding.cause, finding.found)


def is_there(view: View, record: Record) -> bool:
    """Whether a record was there, and right, when that was last known."""
    known = known_of(view, record)
    return known is not None and known.outcome is Outcome.PASS


def state(view: View, record: Record) -> Word:
    """A record's state where dialects have three of them: not there yet, there and right, there and wrong."""
    known = known_of(view, record)
    if known is None or (known.outcome is not Outcome.PASS and not known.found):
        return "pending"
    return "verified" if known.outcome is Outcome.PASS else "failed"


def stands(view: View, *roles: Role) -> bool:
    """Whether all records of these roles were there when last known; False where none is asked for."""
    records = list(_of(view, roles))
    return bool(records) and all(is_there(view, record) for record in records)


def is_unsure(view: View, *roles: Role) -> bool:
    """Whether the newest examination could not find out about a record of these roles."""
    findings = [finding_of(view, record) for record in _of(view, roles)]
    return any(finding is not None and finding.outcome is Outcome.UNKNOWN for finding in findings)


def _of(view: View, roles: tuple[Role, ...]) -> Iterator[Record]:
    return (record for role in roles for record in view.plan.of(role))
