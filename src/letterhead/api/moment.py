"""Moments as the interfaces write them: RFC 3339 in UTC with Z, to the second."""

from datetime import UTC, datetime
from typing import overload

from letterhead.api import problem


@overload
def moment(at: datetime) -> datetime: ...
@overload
def moment(at: datetime | None) -> datetime | None: ...


def moment(at: datetime | None) -> datetime | None:
    """The moment without its fraction of a second; None stays None."""
    if at is None:
        return None
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).replace(microsecond=0)


def in_utc(at: datetime | None, field: str) -> datetime | None:
    """A moment that a client sent, in UTC. Raises `validation` beyond the years that there are."""
    try:
        return None if at is None else at.astimezone(UTC)
    except OverflowError as error:
        raise problem.validation([(field, "is out of range")]) from error
