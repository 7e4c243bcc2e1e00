"""The collector of garbage: what is there when the program has started is walked no more."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from letterhead import app


@pytest.fixture(autouse=True)
def unsettled() -> Iterator[None]:
    """Whatever is settled here is as before for the next test."""
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


class Ring:
    """Refers to itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_alive_is_passed_over_from_then_on() -> None:
    kept = Ring()
    app.settle()
    assert gc.get_freeze_count() > 0
    assert not any(each is kept for each in gc.get_objects())
    assert gc.get_threshold()[0] == app.MAX_YOUNG


def test_what_comes_later_and_refers_to_itself_is_still_freed() -> None:
    app.settle()
    gone = weakref.ref(Ring())
    for _ in range(2 * app.MAX_YOUNG):
        if gone() is None:
            return
        _keep.append([])
    pytest.fail("never collected")


_keep: list[list[object]] = []
