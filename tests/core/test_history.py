"""History: what counts as a change between two reports."""

from datetime import timedelta

import pytest

from letterhead.core.answer import Question, RecordType
from letterhead.core.cause import Cause
from letterhead.core.domain import Status
from letterhead.core.event import EventKind
from letterhead.core.finding import Finding, Outcome, Report, witness
from letterhead.core.history import changes
from letterhead.core.record import Role
from tests.core.dns import NOON, observed
from tests.core.registration import domain, planned

(MX,) = planned().of(Role.MX)
SEEN = witness(observed(Question("acme.com", RecordType.MX)))

GOOD = Finding(MX, Outcome.PASS, Cause.OK, "", ("10 mx.letterhead.net",), witnesses=(SEEN, SEEN))
GONE = Finding(MX, Outcome.FAIL, Cause.NAME_MISSING, "Add it.", witnesses=(SEEN,))
WRONG = Finding(MX, Outcome.FAIL, Cause.MX_FOREIGN, "Replace it.", ("5 other.example",), witnesses=(SEEN,))
LOST = Finding(MX, Outcome.UNKNOWN, Cause.UNREACHABLE, "Wait.")


def report(finding: Finding | None) -> Report | None:
    return Report(finding.outcome, (finding,), NOON + timedelta(hours=1), "plan") if finding else None


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, GOOD, True),
        (None, GONE, False),
        (None, LOST, False),
        (GONE, GOOD, True),
        (GOOD, GONE, True),
        (GONE, WRONG, True),
        (GOOD, GOOD, False),
        (GOOD, LOST, False),
        (LOST, GOOD, True),
        (LOST, GONE, False),
    ],
)
def test_only_definite_differences_are_changes(before: Finding | None, after: Finding, told: bool) -> None:
    newest = report(after)
    assert newest is not None
    assert bool(changes(domain(), report(before), newest)) == told


def test_R02_after_an_outage_a_verified_domain_has_what_it_had_before() -> None:
    newest = report(GOOD)
    assert newest is not None
    assert changes(domain(status=Status.VERIFIED), report(LOST), newest) == ()


def test_a_change_says_what_when_and_how_many_saw_it() -> None:
    newest = report(GOOD)
    assert newest is not None
    (event,) = changes(domain(), report(GONE), newest)
    assert event.kind is EventKind.CHANGED
    assert event.at == NOON + timedelta(hours=1)
    assert event.data == {
        "record": "MX acme.com",
        "from": "name_missing",
        "to": "ok",
        "found": "10 mx.letterhead.net",
        "seen_on": "2 of 2 servers",
    }
