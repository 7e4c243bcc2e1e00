"""Moments survive being kept, to the microsecond, and keep their order."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.store.instant import from_micros, to_days, to_micros

moments = st.datetimes(timezones=st.just(UTC))


@given(moments)
def test_a_moment_comes_back(at: datetime) -> None:
    assert from_micros(to_micros(at)) == at


@given(moments, moments)
def test_the_order_is_kept(one: datetime, other: datetime) -> None:
    assert (one < other) == (to_micros(one) < to_micros(other))


def test_the_time_zone_is_utc_whatever_came_in() -> None:
    at = datetime(2026, 1, 15, 13, tzinfo=timezone(timedelta(hours=1)))
    kept = from_micros(to_micros(at))
    assert kept == at
    assert kept.isoformat() == "2026-01-15T12:00:00+00:00"


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(1970, 1, 1, 23, 59, 59, 999_999, tzinfo=UTC), 0),
        (datetime(1970, 1, 2, tzinfo=UTC), 1),
        (datetime(1969, 12, 31, 23, tzinfo=UTC), -1),
        (datetime(1970, 1, 2, 0, 30, tzinfo=timezone(timedelta(hours=1))), 0),
    ],
)
def test_days_are_those_of_utc(at: datetime, day: int) -> None:
    assert to_days(at) == day


def test_nothing_is_nothing() -> None:
    assert to_micros(None) is None
    assert from_micros(None) is None


def test_a_moment_without_a_time_zone_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        to_micros(datetime(2026, 1, 15))  # noqa: DTZ001 - the mistake
