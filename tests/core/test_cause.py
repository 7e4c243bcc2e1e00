"""Causes: each has one sentence, and each sentence can be said."""

import string

import pytest

from letterhead.core.cause import ADVICE, Cause
from letterhead.core.finding import MAX_TEXT, advice, shortened
from letterhead.core.record import Role
from tests.core.registration import planned

FIELDS = {"host", "value", "type", "domain", "detail", "suggestion", "until"}


def test_every_cause_has_its_advice() -> None:
    assert set(ADVICE) == set(Cause)
    assert all(ADVICE[cause] for cause in Cause if cause is not Cause.OK)


@pytest.mark.parametrize("cause", Cause)
def test_a_sentence_uses_only_fields_that_are_filled(cause: Cause) -> None:
    used = {name for _, name, _, _ in string.Formatter().parse(ADVICE[cause]) if name}
    assert used <= FIELDS


def test_braces_in_what_a_stranger_published_are_not_fields() -> None:
    (mx,) = planned().of(Role.MX)
    assert "{domain}" in advice(Cause.MX_FOREIGN, mx, "acme.com", detail="5 {domain}.example")


def test_long_values_are_cut() -> None:
    assert shortened("a" * MAX_TEXT) == "a" * MAX_TEXT
    assert shortened("a" * 9999) == "a" * (MAX_TEXT - 1) + "…"
