"""Who may have a name below another's, and when a holder yields: tables over all grounds and reports."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from letterhead.core.cause import Cause
from letterhead.core.domain import Domain, Status
from letterhead.core.finding import Finding, Outcome, Report, lacks_proof
from letterhead.core.lifecycle import Trigger, advance, apply
from letterhead.core.record import Role
from letterhead.core.tenure import Yielding, is_barred, relieved, yielding
from tests.core.dns import NOON
from tests.core.registration import domain, planned

CYCLE, GRACE = timedelta(hours=6), timedelta(hours=48)
CHILD, PARENT = "mail.acme.com", "acme.com"
SECOND = timedelta(seconds=1)


def report(
    outcome: Outcome = Outcome.PASS,
    after: timedelta = timedelta(0),
    zone: str = PARENT,
    profile: str = "letterhead",
    **roles: Outcome,
) -> Report:
    """A report of the same outcome for every record, but for those whose role has one of its own."""
    records = planned(profile, contested=True).records
    findings = [Finding(r, roles.get(r.role, outcome), Cause.OK, "") for r in records]
    return Report(outcome, tuple(findings), NOON + after, "0123456789abcdef", zone)


def child(**changes: Any) -> Domain:
    """A claim below a name that another team holds."""
    return domain(hostname=CHILD, **{"held_above": PARENT, "contested": True, **changes})


def holding(**changes: Any) -> Domain:
    """A verified domain."""
    given = {"status": Status.VERIFIED, "held": True, "ever_held": True, "verified_at": NOON, **changes}
    return domain(**given)


class Ground(NamedTuple):
    """What stands above a name and where its zone begins; what follows for a claim, and for who was first.

    promoted  the claim is. kept  the holder keeps it although the one above revoked it.
    """

    name: str
    held_above: str
    approved: bool
    zone: str
    promoted: bool
    kept: bool


O07_O08 = [
    Ground("nobody's, or our own", "", False, PARENT, True, True),
    Ground("nobody's, or our own", "", False, CHILD, True, True),
    Ground("another's", PARENT, False, PARENT, False, False),
    Ground("another's", PARENT, False, CHILD, True, True),
    Ground("another's, approved", PARENT, True, PARENT, True, True),
    Ground("another's, approved", PARENT, True, CHILD, True, True),
    Ground("another's, zone not known", PARENT, False, "", False, True),
    Ground("another's, approved, zone not known", PARENT, True, "", True, True),
]


@pytest.mark.parametrize("case", O07_O08, ids=lambda case: case.name)
@pytest.mark.parametrize("status", [Status.PENDING, Status.FAILED])
def test_O07_a_name_below_is_promoted_on_one_of_its_grounds_alone(case: Ground, status: Status) -> None:
    claim = child(held_above=case.held_above, approved=case.approved, status=status)
    said = report(zone=case.zone)
    assert is_barred(claim, said) is not case.promoted
    after, _ = advance(claim, said, NOON, cycle=CYCLE, grace=GRACE)
    assert after.held is case.promoted


@pytest.mark.parametrize("case", O07_O08, ids=lambda case: case.name)
@pytest.mark.parametrize("status", [Status.VERIFIED, Status.LAPSED, Status.SUSPENDED])
def test_O08_a_name_below_that_was_first_stays_until_it_is_revoked_and_the_grace_is_over(
    case: Ground, status: Status
) -> None:
    first = holding(hostname=CHILD, held_above=case.held_above, approved=case.approved, status=status)
    first = replace(first, lapsed_at=NOON if status is Status.LAPSED else None)

    def after(before: Domain, time: timedelta) -> tuple[bool, list[str]]:
        said = report(after=time, zone=case.zone)
        moved, told = advance(before, said, said.asked_at, cycle=CYCLE, grace=GRACE)
        return moved.held, [event.data["cause"] for event in told if event.kind == "domain.superseded"]

    assert after(first, 10 * GRACE) == (True, []), "nobody revoked it"
    revoked = replace(first, revoked_at=NOON)
    assert after(revoked, GRACE - SECOND) == (True, [])
    assert after(revoked, GRACE) == ((True, []) if case.kept else (False, ["revoked"]))


@pytest.mark.parametrize("zone", [PARENT, CHILD, ""])
@pytest.mark.parametrize("approved", [True, False])
def test_O08_a_revocation_ends_when_another_ground_comes_and_never_because_we_could_not_see(
    zone: str, approved: bool
) -> None:
    revoked = holding(hostname=CHILD, held_above=PARENT, approved=approved, revoked_at=NOON)
    stays = zone != CHILD and not approved
    assert relieved(revoked, report(zone=zone)).revoked_at == (NOON if stays else None)
    assert relieved(replace(revoked, held_above=""), report(zone=zone)).revoked_at is None


def outproven(
    status: Status = Status.LAPSED, lapsed_after: timedelta = timedelta(0), **changes: Any
) -> Domain:
    """A holder whose rival has proven the name at noon."""
    lapsed_at = NOON + lapsed_after if status is Status.LAPSED else None
    return holding(status=status, lapsed_at=lapsed_at, outproven=True, outproven_at=NOON, **changes)


@pytest.mark.parametrize(
    ("holder", "token", "after", "yields"),
    [
        (outproven(), Outcome.FAIL, GRACE, True),
        (outproven(), Outcome.FAIL, GRACE - SECOND, False),
        (outproven(), Outcome.UNKNOWN, 10 * GRACE, False),
        (outproven(), Outcome.PASS, 10 * GRACE, False),
        (outproven(lapsed_after=CYCLE), Outcome.FAIL, GRACE, False),
        (outproven(lapsed_after=CYCLE), Outcome.FAIL, GRACE + CYCLE, True),
        (outproven(Status.VERIFIED), Outcome.FAIL, 10 * GRACE, False),
        (outproven(Status.SUSPENDED), Outcome.FAIL, GRACE, True),
        (outproven(Status.SUSPENDED), Outcome.FAIL, GRACE - SECOND, False),
        (outproven(Status.SUSPENDED), Outcome.UNKNOWN, 10 * GRACE, False),
        (outproven(Status.SUSPENDED), Outcome.PASS, 10 * GRACE, False),
        (replace(outproven(), outproven_at=None), Outcome.FAIL, 10 * GRACE, False),
    ],
)
def test_O09_a_holder_yields_when_a_rival_proves_its_own_token_is_gone_and_the_grace_is_over(
    holder: Domain, token: Outcome, after: timedelta, yields: bool
) -> None:
    said = report(Outcome.FAIL, after, ownership=token)
    assert yielding(holder, said, GRACE) is (Yielding.OUTPROVEN if yields else None)


def test_O09_the_grace_is_whole_even_where_it_is_longer_than_a_cycle() -> None:
    holder = outproven()
    early, _ = advance(holder, report(Outcome.FAIL, 2 * CYCLE), NOON + 2 * CYCLE, cycle=CYCLE, grace=GRACE)
    assert early.status is Status.LAPSED
    late, (event,) = advance(holder, report(Outcome.FAIL, GRACE), NOON + GRACE, cycle=CYCLE, grace=GRACE)
    assert (late.status, late.held, late.outproven_at) == (Status.FAILED, False, None)
    assert (event.kind, event.data["cause"]) == ("domain.superseded", "outproven")


def test_O09_who_had_lapsed_before_it_was_told_has_the_whole_grace_nevertheless() -> None:
    holder = replace(outproven(), outproven_at=NOON + CYCLE - SECOND)
    early, _ = advance(holder, report(Outcome.FAIL, CYCLE), NOON + CYCLE, cycle=CYCLE, grace=CYCLE)
    assert early.status is Status.LAPSED
    late, _ = advance(holder, report(Outcome.FAIL, 2 * CYCLE), NOON + 2 * CYCLE, cycle=CYCLE, grace=CYCLE)
    assert late.status is Status.FAILED


def test_O09_a_check_by_hand_makes_nobody_yield() -> None:
    for holder in (outproven(), holding(hostname=CHILD, held_above=PARENT, revoked_at=NOON)):
        said = report(Outcome.FAIL, 10 * GRACE)
        after, _ = advance(holder, said, said.asked_at, cycle=CYCLE, grace=GRACE, by_hand=True)
        assert after.held


def test_O09_when_the_rival_gives_up_the_next_one_is_told_of_anew_and_has_its_own_grace() -> None:
    calm = replace(outproven(), outproven=False)
    after, _ = advance(calm, report(Outcome.FAIL, CYCLE - SECOND), NOON + CYCLE, cycle=CYCLE, grace=GRACE)
    assert after.outproven_at is None


def test_L14_a_suspended_holder_that_yields_stays_suspended() -> None:
    after, (event,) = apply(holding(status=Status.SUSPENDED), Trigger.SUPERSEDE, NOON)
    assert (after.status, after.held, event.kind) == (Status.SUSPENDED, False, "domain.superseded")
    assert apply(after, Trigger.SUPERSEDE, NOON) == (after, ()), "once"


@pytest.mark.parametrize(
    ("profile", "outcomes", "lacks"),
    [
        ("letterhead", {"ownership": Outcome.FAIL, "dkim": Outcome.PASS}, True),
        ("letterhead", {"ownership": Outcome.PASS, "dkim": Outcome.FAIL}, False),
        ("letterhead", {"ownership": Outcome.UNKNOWN, "dkim": Outcome.FAIL}, False),
        ("anyreach", {"dkim": Outcome.FAIL}, True),
        ("anyreach", {"dkim": Outcome.UNKNOWN}, False),
        ("anyreach", {"dkim": Outcome.PASS}, False),
        ("mails", {"ownership": Outcome.FAIL}, True),
    ],
)
def test_O09_the_token_decides_where_it_is_asked_for_and_our_dkim_names_elsewhere(
    profile: str, outcomes: dict[str, Outcome], lacks: bool
) -> None:
    assert lacks_proof(report(Outcome.FAIL, profile=profile, **outcomes)) is lacks


def test_O09_where_nothing_of_its_own_was_looked_for_nothing_is_gone() -> None:
    whole = report(Outcome.FAIL)
    shared = tuple(f for f in whole.findings if f.record.role not in {Role.OWNERSHIP, Role.DKIM})
    assert not lacks_proof(structs.replace(whole, findings=shared))


@given(
    st.sampled_from([Status.VERIFIED, Status.LAPSED, Status.SUSPENDED]),
    st.tuples(st.booleans(), st.booleans()),
    st.sampled_from(Outcome),
    st.sampled_from(["", PARENT, CHILD]),
    st.integers(0, 100),
)
def test_who_is_not_pressed_or_not_seen_to_have_lost_never_yields(
    status: Status, pressed: tuple[bool, bool], token: Outcome, zone: str, hours: int
) -> None:
    is_outproven, is_revoked = pressed
    before = holding(
        hostname=CHILD,
        status=status,
        lapsed_at=NOON if status is Status.LAPSED else None,
        held_above=PARENT,
        outproven=is_outproven,
        outproven_at=NOON if is_outproven else None,
        revoked_at=NOON if is_revoked else None,
    )
    said = report(token, timedelta(hours=hours), zone)
    after, told = advance(before, said, said.asked_at, cycle=CYCLE, grace=GRACE)
    yielded = any(event.kind == "domain.superseded" for event in told)
    may = (is_revoked and zone == PARENT) or (is_outproven and token is Outcome.FAIL)
    assert not yielded or (may and hours >= GRACE / timedelta(hours=1))
    assert after.held or not after.is_pressed
