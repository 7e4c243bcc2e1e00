"""What an attempt that repeats another one is told."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from letterhead.core.attempt import Attempt, kept
from letterhead.core.refusal import Refusal

FIRST = Attempt("1" * 64, "key_1", "a" * 64, datetime(2026, 1, 15, 12, tzinfo=UTC), b"sealed")


def test_A11_the_same_request_is_given_the_answer() -> None:
    assert kept(FIRST, replace(FIRST, answer=None)) == b"sealed"
    assert kept(replace(FIRST, answer=b""), FIRST) == b""


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (replace(FIRST, body="b" * 64), "another body"),
        (replace(FIRST, body="b" * 64, answer=None), "another body"),
        (replace(FIRST, api_key="key_2"), "another API key"),
        (replace(FIRST, api_key="key_2", answer=None), "another API key"),
        (replace(FIRST, answer=None), "still at work"),
    ],
)
def test_A11_any_other_is_a_conflict_that_says_why(first: Attempt, told: str) -> None:
    with pytest.raises(Refusal, match="idempotency_conflict") as caught:
        kept(first, FIRST)
    assert told in caught.value.text
    assert caught.value.mend
