"""Moments as they are kept: whole microseconds since 1970-01-01 UTC.

Integers, because they compare and sort alike in SQLite and PostgreSQL, keep every digit that a datetime has,
and cost neither parsing nor a question of time zones.
"""

from datetime import UTC, datetime, timedelta
from typing import overload

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@overload
def to_micros(at: datetime) -> int: ...
@overload
def to_micros(at: None) -> None: ...
def to_micros(at: datetime | None) -> int | None:
    """A moment as it is kept. Raises TypeError for one without a time zone."""
    return None if at is None else (at - _EPOCH) // _MICROSECOND


@overload
def from_micros(micros: int) -> datetime: ...
@overload
def from_micros(micros: None) -> None: ...
def from_micros(micros: int | None) -> datetime | None:
    """A kept moment, aware, in UTC."""
    return None if micros is None else _EPOCH + timedelta(microseconds=micros)


def to_days(at: datetime) -> int:
    """The day of UTC on which a moment lies, as it is kept: days since 1970-01-01."""
    return (at - _EPOCH).days
