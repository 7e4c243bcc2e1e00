"""When a domain is due: the ladder, the cycle, and a jitter that is only ever later."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.cause import Cause
from letterhead.core.domain import Status
from letterhead.core.finding import Finding, Outcome, Report
from letterhead.core.schedule import (
    DRAW,
    FIRST_ASIDE,
    JITTER,
    WATCHED,
    Cadence,
    careful_due,
    due,
    is_expired,
    is_prompt,
    longest,
    set_aside_until,
)
from tests.core.dns import NOON
from tests.core.registration import domain, planned

CADENCE = Cadence(
    timedelta(hours=6),
    tuple(timedelta(seconds=s) for s in (5, 60, 600)),
    timedelta(days=30),
    timedelta(hours=6),
    timedelta(days=1),
)


@pytest.mark.parametrize(("rung", "seconds"), [(0, 5), (1, 60), (2, 600), (3, 600), (99, 600)])
def test_a_pending_domain_climbs_the_ladder_and_stays_on_the_last_rung(rung: int, seconds: int) -> None:
    moment = due(domain(rung=rung), NOON, CADENCE)
    assert moment is not None
    assert timedelta(seconds=seconds) <= moment - NOON <= timedelta(seconds=seconds * (1 + JITTER))


@given(
    st.sampled_from([Status.VERIFIED, Status.LAPSED, Status.FAILED]), st.text(min_size=1), st.integers(0, 9)
)
def test_L07_a_cycle_is_never_shorter_than_a_cycle(status: Status, name: str, rung: int) -> None:
    moment = due(domain(status=status, id=name, rung=rung), NOON, CADENCE)
    assert moment is not None
    assert CADENCE.cycle <= moment - NOON <= CADENCE.cycle * (1 + JITTER)


def test_L09_domains_of_one_moment_come_due_spread_out() -> None:
    domains = [domain(status=Status.VERIFIED, id=f"dom_{n}") for n in range(1000)]
    moments = sorted(due(d, NOON, CADENCE) or NOON for d in domains)
    tenth = timedelta(hours=6) * JITTER / 10
    first = moments[0]
    busiest = max(sum(first + n * tenth <= m < first + (n + 1) * tenth for m in moments) for n in range(10))
    assert busiest < 200, "twice the mean"


PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN


def after(*found: tuple[Outcome, int | None], required: bool = True) -> Report:
    """A report whose findings came to this, each with the seconds until resolvers will have forgotten."""
    judged = [record._replace(required=required) for record in planned().records]
    findings = tuple(
        Finding(
            record,
            outcome,
            Cause.OK if outcome is PASS else Cause.NOT_VISIBLE_YET,
            "",
            visible_at=None if seconds is None else NOON + timedelta(seconds=seconds),
        )
        for record, (outcome, seconds) in zip(judged, found, strict=False)
    )
    return Report(UNKNOWN, findings, NOON, "")


@pytest.mark.parametrize(
    ("rung", "report", "seconds"),
    [
        # Only resolvers stand in the way: neither before they have forgotten, nor long after.
        (0, after((PASS, None), (UNKNOWN, 300)), 301),
        (2, after((PASS, None), (UNKNOWN, 300)), 301),
        (2, after((UNKNOWN, 120), (UNKNOWN, 200)), 201),
        # A resolver that is asked alone, and has found nothing there.
        (1, after((FAIL, 300), (PASS, None)), 301),
        # Something else is amiss: who mends it may do so at any moment.
        (0, after((FAIL, None), (UNKNOWN, 300)), 5),
        (1, after((UNKNOWN, None), (UNKNOWN, 300)), 60),
        # Never later than the ladder goes, never much sooner than it says.
        (0, after((UNKNOWN, 86_400)), 600),
        (2, after((UNKNOWN, 1)), 60),
        (1, after((UNKNOWN, 1)), 6),
        # What is over already, or says nothing, is no reason to wait or to hurry.
        (1, after((UNKNOWN, 0)), 60),
        (1, after((PASS, None)), 60),
        (1, after((UNKNOWN, 300), required=False), 60),
    ],
)
def test_a_pending_domain_is_examined_when_resolvers_will_have_forgotten(
    rung: int, report: Report, seconds: int
) -> None:
    moment = due(domain(rung=rung), NOON, CADENCE, report)
    assert moment is not None
    assert timedelta(seconds=seconds) <= moment - NOON <= timedelta(seconds=seconds * (1 + JITTER))


@pytest.mark.parametrize("status", [Status.VERIFIED, Status.LAPSED, Status.FAILED])
def test_L07_what_resolvers_remember_brings_no_strike_forward(status: Status) -> None:
    moment = due(domain(status=status, rung=1), NOON, CADENCE, after((FAIL, 300)))
    assert moment is not None
    assert moment - NOON >= CADENCE.cycle


LOOKED_AT = NOON + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("status", "rung", "until", "delay"),
    [
        (Status.PENDING, 0, LOOKED_AT, WATCHED),
        (Status.LAPSED, 0, LOOKED_AT, WATCHED),
        (Status.FAILED, 0, LOOKED_AT, WATCHED),
        (Status.VERIFIED, 0, LOOKED_AT, CADENCE.cycle),
        (Status.PENDING, 0, NOON, CADENCE.ladder[0]),
        (Status.PENDING, 0, None, CADENCE.ladder[0]),
        (Status.PENDING, 1, LOOKED_AT, CADENCE.ladder[1]),
        (Status.LAPSED, 1, LOOKED_AT, CADENCE.cycle),
    ],
)
def test_what_is_watched_and_amiss_is_examined_every_few_seconds(
    status: Status, rung: int, until: datetime | None, delay: timedelta
) -> None:
    moment = due(domain(status=status, rung=rung, watched_until=until, expires_at=None), NOON, CADENCE)
    assert moment is not None
    assert delay <= moment - NOON <= delay * (1 + JITTER)


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.DELETED])
def test_what_can_not_change_is_not_examined_whoever_watches(status: Status) -> None:
    assert due(domain(status=status, watched_until=LOOKED_AT), NOON, CADENCE) is None


@pytest.mark.parametrize(
    ("until", "took", "expected"),
    [(LOOKED_AT, 0.1, True), (LOOKED_AT, 5, False), (NOON, 0.1, False), (None, 0.1, False)],
)
def test_R17_who_answers_slowly_is_not_asked_again_every_few_seconds(
    until: datetime | None, took: float, expected: bool
) -> None:
    now = NOON + timedelta(seconds=took)
    assert is_prompt(domain(watched_until=until), after((FAIL, None)), now) is expected


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.DELETED])
def test_what_no_evidence_can_change_is_never_due(status: Status) -> None:
    assert due(domain(status=status), NOON, CADENCE) is None


def test_L18_a_claim_expires_at_its_moment() -> None:
    claim = domain()
    assert not is_expired(claim, NOON + timedelta(days=30) - timedelta(seconds=1))
    assert is_expired(claim, NOON + timedelta(days=30))
    assert not is_expired(replace(claim, expires_at=None), NOON + timedelta(days=9999))


def test_L09_who_was_examined_at_once_comes_due_over_a_quarter_of_a_day_and_soon_over_all_of_it() -> None:
    domains = [domain(status=Status.VERIFIED, id=f"dom_{n}") for n in range(1000)]
    moments = dict.fromkeys([d.id for d in domains], NOON)
    for day in range(1, 6):
        moments = {d.id: careful_due(d, moments[d.id], CADENCE) for d in domains}
        earliest, latest = min(moments.values()) - NOON, max(moments.values()) - NOON
        assert day * CADENCE.careful * (1 - DRAW) <= earliest <= latest <= day * CADENCE.careful
    hour = timedelta(hours=1)
    hours = [sum(NOON + n * hour <= m < NOON + (n + 1) * hour for m in moments.values()) for n in range(120)]
    assert max(hours) <= 2 * 1000 / 24, "twice what an hour has when nothing was ever examined at once"


def test_L10_what_breaks_is_tried_later_and_later_but_daily() -> None:
    now, waits = NOON, []
    for _ in range(9):
        until = set_aside_until(NOON, now, CADENCE)
        waits.append((until - now) / FIRST_ASIDE)
        now = until
    assert waits == [1, 1, 2, 4, 8, 16, 24, 24, 24]


@pytest.mark.parametrize("rung", [0, 9])
@pytest.mark.parametrize(
    "longer", [{}, {"grace": timedelta(days=9)}, {"ladder": (9 * CADENCE.careful, CADENCE.cycle)}]
)
def test_L12_nothing_is_ever_due_later_than_the_longest_interval(rung: int, longer: dict[str, Any]) -> None:
    cadence = replace(CADENCE, **longer)
    furthest = NOON + longest(cadence)
    assert NOON + cadence.grace <= furthest, "when one that is revoked is due that never was"
    for number in range(200):
        d = domain(id=f"dom_{number}", rung=rung, due_at=NOON - timedelta(days=900))
        assert set_aside_until(d.due_at, NOON, cadence) <= furthest
        for status, report in product(Status, (None, after((UNKNOWN, 86_400)))):
            moment = due(replace(d, status=status), NOON, cadence, report)
            assert moment is None or moment <= furthest
        assert careful_due(d, NOON, cadence) <= furthest
