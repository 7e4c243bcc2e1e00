"""When a domain is due: the ladder, the cycle, and a jitter that is only ever later."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.domain import Status
from letterhead.core.schedule import JITTER, Cadence, due, is_expired
from tests.core.dns import NOON
from tests.core.registration import domain

CADENCE = Cadence(
    timedelta(hours=6),
    tuple(timedelta(seconds=s) for s in (5, 60, 600)),
    timedelta(days=30),
    timedelta(hours=6),
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


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.DELETED])
def test_what_no_evidence_can_change_is_never_due(status: Status) -> None:
    assert due(domain(status=status), NOON, CADENCE) is None


def test_L18_a_claim_expires_at_its_moment() -> None:
    claim = domain()
    assert not is_expired(claim, NOON + timedelta(days=30) - timedelta(seconds=1))
    assert is_expired(claim, NOON + timedelta(days=30))
    assert not is_expired(replace(claim, expires_at=None), NOON + timedelta(days=9999))
