"""Moments as the native interface writes them: RFC 3339 in UTC with Z, to the second."""

from datetime import UTC, datetime
from typing import overload


@overload
def moment(at: datetime) -> datetime: ...
@overload
def moment(at: datetime | None) -> datetime | None: ...


def moment(at: datetime | None) -> datetime | None:
    """The moment without its fraction of a second; None stays None."""
    return None if at is None else at.astimezone(UTC).replace(microsecond=0)
