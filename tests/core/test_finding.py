"""What findings come to together."""

import pytest

from letterhead.core.cause import Cause
from letterhead.core.finding import Finding, Outcome, Witness, outcome_of, seen_on
from letterhead.core.record import Role
from tests.core.dns import NOON
from tests.core.registration import planned

(MX,) = planned().of(Role.MX)
P, F, R, U = Outcome.PASS, Outcome.FAIL, Outcome.REFUSED, Outcome.UNKNOWN


def finding(outcome: Outcome, *, required: bool = True) -> Finding:
    return Finding(MX._replace(required=required), outcome, Cause.OK, "")


@pytest.mark.parametrize(
    ("required", "expected"),
    [([P, P], P), ([P, U], U), ([U, F, P], F), ([F, R, U], R), ([], U)],
)
@pytest.mark.parametrize("besides", [P, F, R, U])
def test_only_what_is_required_counts_and_nothing_required_proves_nothing(
    required: list[Outcome], expected: Outcome, besides: Outcome
) -> None:
    findings = [*map(finding, required), finding(besides, required=False)]
    assert outcome_of(findings) is expected


def said(server: str, *answers: str, fault: str = "") -> Witness:
    return Witness(
        "acme.com MX", "authoritative", server, "", "", NOON, 1.0, "", True, False, answers, fault, ""
    )


OURS, THEIRS = "acme.com 300 MX 10 mx.letterhead.net", "acme.com 300 MX 10 mx.other.example"
ALIAS = "acme.com 300 CNAME acme.host.example"


@pytest.mark.parametrize(
    ("witnesses", "seen"),
    [
        ([said("a", OURS), said("b", OURS), said("c", OURS)], "3 of 3"),
        ([said("a", OURS), said("b", OURS.replace("300", "7").replace("mx", "MX"))], "2 of 2"),
        ([said("a", OURS, THEIRS), said("b", THEIRS, OURS)], "2 of 2"),
        ([said("a", OURS), said("b", OURS), said("c", THEIRS)], "2 of 3"),
        ([said("a", OURS), said("b", OURS), said("c")], "2 of 3"),
        ([said("a"), said("b"), said("c", fault="timeout")], "2 of 3"),
        ([said("a", OURS), said("a", OURS)], "1 of 1"),
        ([said("a", ALIAS), said("b", ALIAS), said("c", OURS), said("d", ALIAS, OURS)], "4 of 4"),
        ([said("a", fault="timeout")], "0 of 1"),
        ([said("a", OURS), said("", fault="ill")], "1 of 1"),
        ([said("a", "acme.com 300 MX")], "1 of 1"),
        ([], "0 of 0"),
    ],
)
def test_who_saw_it_is_counted_by_server_and_by_what_it_said(witnesses: list[Witness], seen: str) -> None:
    found = Finding(MX, Outcome.PASS, Cause.OK, "", witnesses=tuple(witnesses))
    assert seen_on([found]) == f"{seen} servers"


def test_of_several_findings_those_count_who_saw_them_all() -> None:
    first = Finding(MX, Outcome.PASS, Cause.OK, "", witnesses=(said("a", OURS), said("b", OURS)))
    second = Finding(MX, Outcome.PASS, Cause.OK, "", witnesses=(said("a", OURS), said("c", fault="timeout")))
    assert seen_on([first, second]) == "2 of 3 servers"
