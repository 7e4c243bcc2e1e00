"""The clock of this machine tells UTC and never steps."""

from datetime import UTC, datetime, timedelta

from letterhead.clock import SystemClock


def test_the_wall_clock_tells_the_time_in_utc() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=1)


def test_the_monotonic_clock_never_runs_backwards() -> None:
    clock = SystemClock()
    times = [clock.monotonic() for _ in range(1_000)]
    assert times == sorted(times)
