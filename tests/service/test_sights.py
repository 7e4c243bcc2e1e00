"""What the breaker counts: the newest sights, and all of a cycle."""

from collections import Counter

import pytest

from letterhead.core.breaker import Sight
from letterhead.service import sights as module
from letterhead.service.sights import Sights

GOOD, FAILED, UNKNOWN = Sight.GOOD, Sight.FAILED, Sight.UNKNOWN
HOUR = 3600.0


@pytest.fixture
def sights() -> Sights:
    return Sights(most=20, lasts=HOUR)


def names(count: int, prefix: str = "d") -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


def test_only_the_newest_count_as_such_and_each_domain_once(sights: Sights) -> None:
    for number in range(50):
        sights.examined(f"d{number % 30}", GOOD, number)
    sights.forget(50)
    assert sights.newest == Counter({GOOD: 20})


def test_who_was_lost_already_is_no_news(sights: Sights) -> None:
    sights.examined("a", FAILED, 0)
    sights.looked_at(names(20), [], 1)
    sights.forget(1)
    assert sights.newest[FAILED] == 0
    sights.examined("a", FAILED, 2)
    assert sights.newest[FAILED] == 0
    assert sights.at_large[FAILED] == 1
    sights.examined("a", GOOD, 3)
    sights.examined("a", UNKNOWN, 4)
    assert sights.newest[UNKNOWN] == 1, "lost anew"
    assert (sights.at_large[FAILED], sights.at_large[UNKNOWN]) == (0, 1)


def test_those_that_seem_changed_count_together_with_their_share_of_the_others(sights: Sights) -> None:
    sights.looked_at(names(30), ["x", "y", "z"], 0)
    assert sights.newest == Counter(), "nobody knows yet what the changed ones come to"
    sights.examined("x", FAILED, 1)
    assert sights.newest == Counter({GOOD: 10, FAILED: 1})
    sights.examined("y", GOOD, 2)
    assert sights.newest == Counter({GOOD: 21, FAILED: 1})


def test_where_most_seem_changed_each_counts_alone(sights: Sights) -> None:
    sights.looked_at(names(2), names(5, "x"), 0)
    for name in names(5, "x"):
        sights.examined(name, FAILED, 1)
    assert sights.newest == Counter({FAILED: 5})
    assert sights.at_large == Counter({FAILED: 5, GOOD: 2})


def test_at_large_a_loss_stays_however_many_are_seen_well_until_it_is_seen_well(sights: Sights) -> None:
    sights.examined("a", FAILED, 0)
    for moment in range(1, 6):
        sights.looked_at(names(100), [], moment)
    assert sights.at_large == Counter({FAILED: 1, GOOD: 500})
    sights.looked_at(["a"], [], 6)
    assert sights.at_large == Counter({GOOD: 501})


def test_what_was_seen_too_long_ago_is_forgotten(sights: Sights) -> None:
    sights.examined("a", FAILED, 0)
    sights.examined("b", GOOD, 0)
    sights.looked_at(names(7), [], HOUR / 2)
    sights.forget(HOUR + 1)
    assert sights.at_large == Counter({GOOD: 7})
    assert sights.newest == Counter({GOOD: 7})
    sights.forget(HOUR * 2)
    assert sights.at_large == Counter()


def test_weighed_anew_the_lost_stay_and_the_others_are_counted_from_then_on(sights: Sights) -> None:
    sights.looked_at(names(90), [], 0)
    sights.examined("a", FAILED, 1)
    sights.weigh_anew()
    assert sights.at_large == Counter({FAILED: 1})
    sights.looked_at(names(3), [], 2)
    assert sights.at_large == Counter({FAILED: 1, GOOD: 3})


def test_who_asks_for_one_domain_again_and_again_outweighs_nobody(sights: Sights) -> None:
    for moment in range(40):
        sights.examined("a", GOOD, moment)
    assert sights.at_large == Counter({GOOD: 1})


def test_what_is_remembered_is_bounded(sights: Sights, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_LOST", 5)
    monkeypatch.setattr(module, "MOST_BESIDE", 3)
    sights.looked_at(names(100), names(10, "x"), 0)
    sights.examined("x0", FAILED, 0)
    assert sights.newest == Counter({FAILED: 1}), (
        "of those that wait for long nobody knows beside whom they were"
    )
    for name in names(9, "y"):
        sights.examined(name, FAILED, 1)
    assert sights.at_large[FAILED] == 5
    assert sights.newest[FAILED] == 10
