"""The clock of this machine."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Fills ports.Clock with the machine's own time."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC; it may step when the machine's time is set."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since a moment that means nothing; never steps."""
        return time.monotonic()
