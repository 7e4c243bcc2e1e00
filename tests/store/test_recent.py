"""What was read last is bounded, and who was not asked for the longest goes first."""

from letterhead.store.recent import Recent


def test_there_are_never_more_than_so_many() -> None:
    recent: Recent[int] = Recent(3)
    for number in range(10):
        recent.put(f"key {number}", number)
        assert len(recent) <= 3
    assert [recent.get(f"key {number}") for number in range(10)] == [None] * 7 + [7, 8, 9]


def test_who_was_asked_for_stays() -> None:
    recent: Recent[int] = Recent(2)
    recent.put("old", 1)
    recent.put("new", 2)
    assert recent.get("old") == 1
    recent.put("newest", 3)
    assert (recent.get("old"), recent.get("new")) == (1, None)


def test_what_is_put_again_takes_the_place_of_what_was_there() -> None:
    recent: Recent[int] = Recent(2)
    recent.put("one", 1)
    recent.put("two", 2)
    recent.put("one", 3)
    recent.put("three", 4)
    assert (recent.get("one"), recent.get("two"), recent.get("three")) == (3, None, 4)
