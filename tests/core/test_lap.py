"""The lap: an even pace, at the latest once a cycle, whatever came in between."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.lap import FRESH, SLACK, SPREAD, Lap
from tests.core.dns import NOON

CYCLE = timedelta(hours=6)
SECOND = timedelta(seconds=1)


def walked(lap: Lap, domains: int, now: datetime, until: datetime, stretch: int = 500) -> list[datetime]:
    """When each of so many domains is passed, until a moment, if it is looked after each minute."""
    moments: list[datetime] = []
    while now < until:
        while lap.is_due(now, CYCLE):
            count = min(stretch, domains - lap.passed)
            moments += [now] * count
            lap = lap.moved("dom", count, now, CYCLE)
        now += 60 * SECOND
    return moments


def test_the_first_lap_is_not_spread_and_the_second_is() -> None:
    lap = Lap().moved("dom_5", 500, NOON, CYCLE)
    assert (lap.place, lap.passed, lap.began_at, lap.is_due(NOON, CYCLE)) == ("dom_5", 500, NOON, True)
    second = lap.moved("", 0, NOON, CYCLE)
    assert (second.place, second.passed, second.expected, second.is_due(NOON, CYCLE)) == ("", 0, 500, True)
    half = second.moved("dom_2", 250, NOON, CYCLE)
    assert half.next_at == NOON + CYCLE * SPREAD / 2
    assert not half.is_due(half.next_at - SECOND, CYCLE)
    assert half.is_due(half.next_at, CYCLE)


def test_where_there_is_nobody_it_is_looked_for_them_once_a_cycle() -> None:
    empty = Lap().moved("", 0, NOON, CYCLE)
    assert empty.next_at == NOON + CYCLE * SPREAD
    assert (empty.expected, empty.passed) == (0, 0)


def test_who_was_not_expected_is_passed_at_once() -> None:
    lap = Lap("dom_1", NOON, NOON, passed=500, expected=600)
    assert lap.moved("dom_2", 500, NOON, CYCLE).is_due(NOON, CYCLE)
    assert not lap.moved("dom_2", 100, NOON, CYCLE).is_due(NOON, CYCLE)


def test_a_lap_that_is_a_little_late_catches_up_and_one_that_stood_still_goes_on_from_there() -> None:
    lap = Lap("dom_1", NOON, NOON, passed=500, expected=1000)
    share = CYCLE * SPREAD / 2
    assert lap.moved("", 500, NOON + CYCLE * SLACK / 2, CYCLE).next_at == NOON + share
    late = NOON + timedelta(days=1)
    assert lap.moved("", 500, late, CYCLE).next_at == late - CYCLE * SLACK + share


def test_a_lap_is_late_by_how_long_its_next_stretch_could_have_been_taken() -> None:
    assert Lap().lag(NOON) == timedelta(0)
    lap = Lap("dom_1", NOON, NOON, passed=500, expected=1000)
    assert [lap.lag(NOON + n * SECOND) for n in (-9, 0, 90)] == [timedelta(0), timedelta(0), 90 * SECOND]
    on_time = lap.moved("dom_2", 100, NOON + SECOND, CYCLE)
    assert on_time.lag(NOON + SECOND) == timedelta(0)


def test_L12_a_clock_that_was_set_back_stops_no_lap() -> None:
    lap = Lap("dom_1", NOON, NOON + CYCLE * SPREAD, passed=0, expected=500)
    assert not lap.is_due(NOON, CYCLE)
    back = NOON - timedelta(hours=6)
    assert lap.is_due(back, CYCLE)
    assert lap.moved("", 500, back, CYCLE).next_at == back + CYCLE * SPREAD


def test_L09_after_a_stop_the_load_is_even_and_everybody_is_passed_within_a_cycle() -> None:
    began = NOON - timedelta(days=1)
    stopped = Lap("dom", began, began, passed=4_000, expected=10_000)
    moments = walked(stopped, 10_000, NOON, NOON + 2 * CYCLE)
    assert sum(moment < NOON + CYCLE for moment in moments) >= 10_000
    hours = [sum(NOON + n * CYCLE / 6 <= m < NOON + (n + 1) * CYCLE / 6 for m in moments) for n in range(12)]
    assert max(hours) <= 2 * sum(hours) / len(hours), hours


@given(st.integers(1, 3_000), st.integers(0, 3_000), st.integers(0, 3_000))
def test_each_lap_ends_in_time_however_many_there_are(domains: int, expected: int, passed: int) -> None:
    lap = Lap("dom", NOON, NOON, passed=min(passed, domains), expected=expected)
    moments = walked(lap, domains, NOON, NOON + CYCLE * (SPREAD + FRESH))
    assert len(moments) >= domains


def test_the_version_is_left_to_the_store() -> None:
    lap = replace(Lap("dom_1", NOON, NOON, 500, 500), version=7)
    assert lap.moved("dom_2", 1, NOON, CYCLE).version == 7
    assert lap.moved("", 0, NOON, CYCLE).version == 7
