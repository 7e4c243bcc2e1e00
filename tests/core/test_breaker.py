"""When the breaker opens and closes, and what is left of a report while it is open."""

from collections import Counter
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from letterhead.core.answer import Fault, Question, RecordType
from letterhead.core.breaker import TABLE, Level, Limits, Sight, State, held, level, sight, suspicion, worse
from letterhead.core.cause import Cause
from letterhead.core.finding import Finding, Outcome, Report, witness
from tests.core.dns import NOON, observed
from tests.core.registration import planned

LIMITS = Limits(percent=25, minimum=20)
RECORDS = planned().records
SEEN = witness(observed(Question("acme.com", RecordType.MX)))


def sights(good: int, lost: int) -> Counter[Sight]:
    return Counter({Sight.GOOD: good, Sight.FAILED: lost})


def report(*outcomes: Outcome, fault: Fault | None = None) -> Report:
    """Findings for the records of a plan with these outcomes; all of them, and so the whole, by the first."""
    witnesses = (replace(SEEN, fault=fault or ""),)
    findings = tuple(
        Finding(record, outcome, Cause.MX_FOREIGN, "Mend it.", ("1 x",), witnesses=witnesses)
        for record, outcome in zip(RECORDS, outcomes, strict=False)
    )
    return Report(outcomes[0], findings, NOON, "plan")


def test_the_table_is_total() -> None:
    assert set(TABLE) == set(product(State, (False, True), Level))


def test_what_is_known_to_be_ill_always_opens_it_and_only_a_low_level_closes_it() -> None:
    assert {TABLE[state, True, at] for state in State for at in Level} == {State.OPEN}
    closing = {(state, at) for state in State for at in Level if TABLE[state, False, at] is State.CLOSED}
    assert closing == {(State.CLOSED, Level.LOW), (State.CLOSED, Level.MIDDLE), (State.OPEN, Level.LOW)}


@pytest.mark.parametrize(
    ("good", "lost", "expected"),
    [
        (0, 0, Level.LOW),
        (0, 19, Level.LOW),
        (0, 20, Level.HIGH),
        (60, 20, Level.MIDDLE),
        (59, 20, Level.HIGH),
        (140, 20, Level.LOW),
        (139, 20, Level.MIDDLE),
    ],
)
def test_a_share_and_a_minimum_together_are_too_many(good: int, lost: int, expected: Level) -> None:
    assert level(sights(good, lost), LIMITS) is expected


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 300))
def test_a_hundred_percent_is_no_limit(good: int, lost: int, minimum: int) -> None:
    assert level(sights(good, lost), Limits(100, minimum)) is Level.LOW


def test_of_two_levels_the_higher_counts() -> None:
    assert [worse(one, other) for one in Level for other in Level] == [
        *(Level.LOW, Level.MIDDLE, Level.HIGH),
        *(Level.MIDDLE, Level.MIDDLE, Level.HIGH),
        *(Level.HIGH, Level.HIGH, Level.HIGH),
    ]


def test_what_a_report_counts_as() -> None:
    assert sight(report(Outcome.PASS)) is Sight.GOOD
    assert sight(report(Outcome.FAIL)) is Sight.FAILED
    assert sight(report(Outcome.REFUSED)) is Sight.FAILED
    assert sight(report(Outcome.UNKNOWN, fault=Fault.TIMEOUT)) is Sight.UNKNOWN
    assert sight(report(Outcome.UNKNOWN, fault=Fault.BOGUS)) is Sight.BOGUS


def test_R10_many_broken_signatures_at_once_make_the_clock_a_suspect() -> None:
    seen = Counter({Sight.GOOD: 10, Sight.BOGUS: 25, Sight.UNKNOWN: 5})
    assert suspicion(seen) == (
        "30 of 40 domains: 0 failed, 5 unknown, 25 with broken signatures: "
        "is the clock right, here and at the resolvers?"
    )
    assert "clock" not in suspicion(Counter([Sight.BOGUS, Sight.FAILED, Sight.FAILED]))


def test_a_held_report_says_nothing_against_its_domain_and_keeps_the_evidence() -> None:
    before = report(Outcome.FAIL, Outcome.PASS, Outcome.REFUSED, Outcome.UNKNOWN)
    after = held(before, "resolvers are ill")
    assert after.outcome is Outcome.UNKNOWN
    assert [finding.outcome for finding in after.findings] == [
        Outcome.UNKNOWN,
        Outcome.PASS,
        Outcome.UNKNOWN,
        Outcome.UNKNOWN,
    ]
    first, passed, *_ = after.findings
    assert first.cause is Cause.HELD
    assert "mx_foreign; resolvers are ill" in first.advice
    assert first.witnesses == before.findings[0].witnesses
    assert passed == before.findings[1]
    assert held(after, "again") == after, "what is held already stays as it is"
