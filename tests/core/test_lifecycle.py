"""The table of a domain's life, cell by cell, and the laws that hold over any sequence of events."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from letterhead.core.domain import Domain, Status
from letterhead.core.event import EventKind
from letterhead.core.finding import Outcome, Report
from letterhead.core.lifecycle import TABLE, Trigger, advance, apply
from letterhead.core.refusal import Refusal
from tests.core.dns import NOON
from tests.core.registration import domain

CYCLE = timedelta(hours=6)
HELD = {Status.VERIFIED, Status.LAPSED}


def standing(status: Status, **changes: Any) -> Domain:
    held = status in HELD
    lapsed_at = NOON if status is Status.LAPSED else None
    verified_at = NOON - CYCLE if held else None
    made = domain(status=status, held=held, ever_held=held, lapsed_at=lapsed_at, verified_at=verified_at)
    return replace(made, **changes)


def report(outcome: Outcome, after: timedelta = CYCLE, zone: str = "acme.com") -> Report:
    return Report(outcome, (), NOON + after, "0123456789abcdef", zone)


def advanced(before: Domain, outcome: Outcome, after: timedelta = CYCLE, **how: Any) -> Domain:
    return advance(before, report(outcome, after), NOON + after, cycle=CYCLE, grace=CYCLE, **how)[0]


# docs/lifecycle.md, written out once more: what evidence makes of each state when a cycle has passed.
EVIDENCE = {
    Status.PENDING: {"pass": "verified", "fail": "pending", "refused": "failed", "unknown": "pending"},
    Status.VERIFIED: {"pass": "verified", "fail": "lapsed", "refused": "lapsed", "unknown": "verified"},
    Status.LAPSED: {"pass": "verified", "fail": "failed", "refused": "failed", "unknown": "lapsed"},
    Status.FAILED: {"pass": "verified", "fail": "failed", "refused": "failed", "unknown": "failed"},
    Status.SUSPENDED: dict.fromkeys(("pass", "fail", "refused", "unknown"), "suspended"),
    Status.DELETED: dict.fromkeys(("pass", "fail", "refused", "unknown"), "deleted"),
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("outcome", Outcome)
def test_L13_evidence_moves_a_domain_as_the_design_says(status: Status, outcome: Outcome) -> None:
    assert advanced(standing(status), outcome).status == EVIDENCE[status][outcome]


def test_L13_the_table_is_total() -> None:
    assert set(TABLE) == {(status, trigger) for status in Status for trigger in Trigger}


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.DELETED])
def test_L13_only_suspending_and_resuming_are_in_a_clients_hands(status: Status) -> None:
    assert apply(standing(status), Trigger.SUSPEND, NOON)[0].status is Status.SUSPENDED
    if status is Status.SUSPENDED:
        assert apply(standing(status), Trigger.RESUME, NOON)[0].status is Status.PENDING
    else:
        with pytest.raises(Refusal, match="not_suspended"):
            apply(standing(status), Trigger.RESUME, NOON)


@pytest.mark.parametrize("status", Status)
def test_R02_what_could_not_be_found_out_changes_nothing_but_the_time_of_asking(status: Status) -> None:
    before = standing(status)
    after, events = advance(before, report(Outcome.UNKNOWN), NOON + CYCLE, cycle=CYCLE, grace=CYCLE)
    assert events == ()
    assert after == replace(before, asked_at=NOON + CYCLE)


def test_L06_a_second_strike_counts_only_a_whole_cycle_after_the_first() -> None:
    lapsed = standing(Status.LAPSED)
    assert advanced(lapsed, Outcome.FAIL, CYCLE - timedelta(seconds=1)).status is Status.LAPSED
    assert advanced(lapsed, Outcome.FAIL, CYCLE).status is Status.FAILED


def test_L07_a_check_by_hand_never_ends_a_lapse_in_failed() -> None:
    lapsed = standing(Status.LAPSED)
    assert advanced(lapsed, Outcome.FAIL, 10 * CYCLE, by_hand=True).status is Status.LAPSED
    assert advanced(standing(Status.VERIFIED), Outcome.FAIL, by_hand=True).status is Status.LAPSED
    assert advanced(standing(Status.PENDING), Outcome.PASS, by_hand=True).status is Status.VERIFIED


def test_L16_a_lapse_does_not_end_while_too_little_is_known_of_others() -> None:
    lapsed = standing(Status.LAPSED)
    for outcome in (Outcome.FAIL, Outcome.REFUSED):
        assert advanced(lapsed, outcome, 10 * CYCLE, may_end=False).status is Status.LAPSED
    assert advanced(lapsed, Outcome.PASS, may_end=False).status is Status.VERIFIED
    assert advanced(standing(Status.VERIFIED), Outcome.FAIL, may_end=False).status is Status.LAPSED


def test_L08_older_evidence_never_overwrites_newer() -> None:
    verified = standing(Status.VERIFIED, asked_at=NOON + CYCLE)
    after, events = advance(
        verified,
        report(Outcome.FAIL, CYCLE - timedelta(seconds=1)),
        NOON + 2 * CYCLE,
        cycle=CYCLE,
        grace=CYCLE,
    )
    assert after == verified
    assert events == ()


def test_L06_handing_a_lapsed_domain_on_gives_it_no_longer_grace() -> None:
    lapsed = standing(Status.LAPSED)
    handed, _ = apply(lapsed, Trigger.TRANSFER, NOON + CYCLE / 2)
    assert (handed.status, handed.lapsed_at) == (Status.LAPSED, NOON)
    assert advanced(handed, Outcome.FAIL, CYCLE).status is Status.FAILED


def test_L12_a_clock_that_was_set_back_does_not_leave_a_domain_stuck() -> None:
    ahead = standing(Status.VERIFIED, asked_at=NOON + timedelta(days=365))
    after = advanced(ahead, Outcome.FAIL)
    assert after.status is Status.LAPSED
    assert after.asked_at == NOON + CYCLE
    skewed = standing(Status.VERIFIED, asked_at=NOON + CYCLE + timedelta(seconds=30))
    assert advanced(skewed, Outcome.FAIL) == skewed, "another node's clock may be a little ahead"


@pytest.mark.parametrize("outcome", Outcome)
def test_L14_a_suspended_domain_stays_suspended(outcome: Outcome) -> None:
    before = standing(Status.SUSPENDED)
    assert advanced(before, outcome).status is Status.SUSPENDED


def test_a_suspended_domain_keeps_its_name_only_if_it_was_held() -> None:
    assert apply(standing(Status.VERIFIED), Trigger.SUSPEND, NOON)[0].held
    assert not apply(standing(Status.PENDING), Trigger.SUSPEND, NOON)[0].held


def test_O01_a_claim_that_somebody_else_outran_fails_and_says_so() -> None:
    after, (event,) = apply(standing(Status.PENDING), Trigger.SUPERSEDE, NOON)
    assert after.status is Status.FAILED
    assert event.kind is EventKind.SUPERSEDED


def test_L02_nothing_is_promoted_while_another_registration_holds_the_name() -> None:
    for status in (Status.PENDING, Status.FAILED):
        barred = standing(status, held_elsewhere=True)
        assert advanced(barred, Outcome.PASS).status is status


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("mail.acme.com", Status.VERIFIED), ("acme.com", Status.PENDING), ("", Status.PENDING)],
)
def test_O07_a_name_below_anothers_is_promoted_only_as_a_zone_of_its_own(zone: str, expected: Status) -> None:
    child = replace(domain(hostname="mail.acme.com"), held_above="acme.com")
    after, _ = advance(child, report(Outcome.PASS, zone=zone), NOON, cycle=CYCLE, grace=CYCLE)
    assert after.status is expected


def test_L18_a_claim_expires_and_what_was_held_once_does_not() -> None:
    assert apply(standing(Status.PENDING), Trigger.EXPIRE, NOON)[0].status is Status.FAILED
    once_held = standing(Status.PENDING, ever_held=True)
    assert apply(once_held, Trigger.EXPIRE, NOON)[0].status is Status.PENDING


def test_verified_at_survives_a_lapse_and_starts_anew_after_a_failure() -> None:
    verified = standing(Status.VERIFIED)
    lapsed = advanced(verified, Outcome.FAIL)
    assert lapsed.verified_at == verified.verified_at
    assert advanced(lapsed, Outcome.PASS, 2 * CYCLE).verified_at == verified.verified_at
    failed = advanced(lapsed, Outcome.FAIL, 3 * CYCLE)
    assert failed.verified_at is None
    assert advanced(failed, Outcome.PASS, 4 * CYCLE).verified_at == NOON + 4 * CYCLE


def test_owners_are_told_of_each_turn_once() -> None:
    now = standing(Status.PENDING)
    told = []
    for number, outcome in enumerate(["pass", "fail", "fail", "fail", "pass", "pass"], start=1):
        moment = NOON + number * CYCLE
        now, events = advance(
            now, structs.replace(report(Outcome(outcome)), asked_at=moment), moment, cycle=CYCLE, grace=CYCLE
        )
        told += [event.kind.value.removeprefix("domain.") for event in events]
    assert told == ["verified", "lapsed", "failed", "recovered"]


Act = Callable[[Domain, int], Domain]


@given(st.lists(st.sampled_from([*Outcome, *(t for t in Trigger if t not in set(Outcome))]), max_size=40))
def test_whatever_happens_the_invariants_hold(acts: list[Outcome | Trigger]) -> None:
    now = domain()
    for number, act in enumerate(acts, start=1):
        before, moment = now, NOON + number * timedelta(hours=4)
        try:
            if isinstance(act, Outcome):
                now, events = advance(
                    now, structs.replace(report(act), asked_at=moment), moment, cycle=CYCLE, grace=CYCLE
                )
            else:
                now, events = apply(now, act, moment)
        except Refusal:
            continue
        assert (now.status is not before.status) <= bool(events), "no state changes in silence"
        assert not (before.status is Status.DELETED and now.status is not Status.DELETED)
        assert (now.lapsed_at is not None) == (now.status is Status.LAPSED)
        assert (now.verified_at is not None) == (now.status in HELD)
        assert now.held or now.status not in HELD
        assert now.may_send == (now.status in HELD)
        assert not before.ever_held or now.ever_held
        assert (now.status is Status.FAILED) <= (
            before.status in {Status.FAILED, Status.LAPSED} or act not in {Outcome.FAIL, Outcome.UNKNOWN}
        )
