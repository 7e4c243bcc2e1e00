"""A store that fails is an outage that passes, and says nothing of what is behind it."""

import pytest

from letterhead.api.errors import problem_of
from letterhead.core.refusal import Kind
from letterhead.ports import Declined, HeldElsewhere, LastOwner, NoRoom, OutcomeUnknown, Stale, StoreError
from letterhead.service.outage import outage


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (StoreError("db.internal says: deadlock detected"), "store_unavailable"),
        (OutcomeUnknown("db.internal broke"), "outcome_unknown"),
    ],
)
def test_X05_X08_a_store_that_fails_is_503_with_a_code_and_never_500(error: StoreError, code: str) -> None:
    refusal = outage(error)
    assert refusal is not None
    assert (refusal.kind, refusal.code) == (Kind.UNAVAILABLE, code)
    assert "db.internal" not in f"{refusal.text} {refusal.mend}"
    said = problem_of(error)
    assert (said.status, said.code) == (503, code)


DECLINED = [rule("x") for rule in Declined.__subclasses__()]


def test_every_rule_of_the_store_is_declined() -> None:
    assert {type(error) for error in DECLINED} >= {Stale, HeldElsewhere, NoRoom, LastOwner}


@pytest.mark.parametrize("error", [*DECLINED, OSError(), KeyError()])
def test_what_a_service_should_have_looked_after_is_no_outage(error: Exception) -> None:
    assert outage(error) is None
    assert problem_of(error).code == "unexpected"
