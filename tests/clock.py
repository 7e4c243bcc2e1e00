"""A clock that stands still until a test moves it."""

import secrets
from datetime import UTC, datetime, timedelta


class ManualClock:
    """Satisfies letterhead.ports.Clock; both clocks move only when they are told to."""

    def __init__(self, start: datetime = datetime(2026, 1, 15, 12, tzinfo=UTC)) -> None:
        self.boot = secrets.token_hex(8)
        self._start = start
        self._elapsed = 0.0

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Seconds since this clock was made."""
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass; time does not run backwards."""
        if seconds < 0:
            raise ValueError(f"time does not run backwards: {seconds}")
        self._elapsed += seconds

    def step(self, seconds: float) -> None:
        """Set the wall clock forwards or back, as NTP does; no time passes."""
        self._start += timedelta(seconds=seconds)
