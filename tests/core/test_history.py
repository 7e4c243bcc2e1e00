"""History: what counts as a change between two reports."""

from datetime import timedelta

import pytest

from letterhead.core.answer import Question, RecordType
from letterhead.core.cause import Cause
from letterhead.core.event import EventKind
from letterhead.core.finding import Finding, Outcome, Report, witness
from letterhead.core.history import changes, remembering
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
    ],
)
def test_only_definite_differences_are_changes(before: Finding | None, after: Finding, told: bool) -> None:
    newest = report(after)
    assert newest is not None
    assert bool(changes(domain(), report(before), newest)) == told


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (GOOD, GOOD, []),
        (GOOD, GONE, [("ok", "name_missing")]),
        (GONE, GOOD, [("name_missing", "ok")]),
        (GONE, GONE, []),
        (GONE, WRONG, [("name_missing", "mx_foreign")]),
        (None, GOOD, [("", "ok")]),
        (None, GONE, []),
    ],
)
@pytest.mark.parametrize("blind", [0, 1, 3])
def test_R02_after_an_outage_the_history_goes_on_from_what_was_known_before(
    before: Finding | None, after: Finding, told: list[tuple[str, str]], blind: int
) -> None:
    newest, events = report(before), []
    for finding in [*[LOST] * blind, after]:
        seen = report(finding)
        assert seen is not None
        events += changes(domain(), newest, seen)
        newest = remembering(newest, seen)
    assert [(event.data["from"], event.data["to"]) for event in events] == told


def test_what_is_remembered_twice_is_remembered_once() -> None:
    lost = report(LOST)
    assert lost is not None
    once = remembering(report(GOOD), lost)
    (finding,) = once.findings
    assert finding.known is not None
    assert (finding.known.outcome, finding.known.found) == (Outcome.PASS, GOOD.found)
    assert remembering(once, lost) == once


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
        "was": "",
        "found": "10 mx.letterhead.net",
        "seen_on": "1 of 1 servers",
    }


def test_a_change_says_what_stood_there_before_also_after_an_outage() -> None:
    known = remembering(report(GOOD), Report(Outcome.UNKNOWN, (LOST,), NOON, "plan"))
    newest = report(WRONG)
    assert newest is not None
    (event,) = changes(domain(), known, newest)
    assert (event.data["was"], event.data["found"]) == ("10 mx.letterhead.net", "5 other.example")
