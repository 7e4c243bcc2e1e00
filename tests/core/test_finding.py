"""What findings come to together."""

import pytest

from letterhead.core.cause import Cause
from letterhead.core.finding import Finding, Outcome, outcome_of
from letterhead.core.record import Role
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
