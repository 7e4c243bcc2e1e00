"""The clock of this machine."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


class SystemClock:
    """Fills ports.Clock with the machine's own time."""

    def __init__(self) -> None:
        try:
            self.boot = _BOOT.read_text("ascii").strip()
        except OSError:  # not Linux, or hidden
            self.boot = ""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC; it may step when the machine's time is set."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since a moment that means nothing; never steps."""
        return time.monotonic()
