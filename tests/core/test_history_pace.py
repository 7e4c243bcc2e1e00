"""History holds back with what changes all the time, and ends with what is there."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.cause import Cause
from letterhead.core.event import Event
from letterhead.core.finding import Finding, Outcome, Report, digest_of
from letterhead.core.history import AT_ONCE, PAUSE, changes, remembering, tells_at
from letterhead.core.record import Role
from tests.core.dns import NOON
from tests.core.registration import domain, planned

MX, SPF = (planned().of(role)[0] for role in (Role.MX, Role.SPF))
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def finding(value: str | None, record: object = MX) -> Finding:
    """What was found: a value, or None where that could not be found out."""
    assert isinstance(record, type(MX))
    if value is None:
        return Finding(record, Outcome.UNKNOWN, Cause.UNREACHABLE, "Wait.")
    cause = Cause.MX_FOREIGN if value else Cause.NAME_MISSING
    found = (value,) if value else ()
    return Finding(record, Outcome.FAIL, cause, "Mend it.", found, digest=digest_of(found))


class Book:
    """One domain's history, look after look."""

    def __init__(self) -> None:
        self.report: Report | None = None
        self.events: list[Event] = []

    def look(self, at: datetime, *findings: Finding) -> list[str]:
        """Returns what was told of it."""
        seen = Report(Outcome.FAIL, findings, at, "plan")
        told = changes(domain(), self.report, seen)
        again = remembering(self.report, seen)
        assert changes(domain(), again, seen) == (), "told once, also to whoever shared the questions"
        assert remembering(again, seen) == again
        self.report = again
        self.events += told
        return [event.data["found"] for event in told]

    @property
    def due(self) -> datetime | None:
        assert self.report is not None
        return tells_at(self.report, self.report.asked_at)


def flickering(book: Book, looks: int, at: datetime = NOON) -> datetime:
    """A zone that answers otherwise each time it is asked, every two seconds."""
    for number in range(looks):
        at += 2 * SECOND
        book.look(at, finding(f"{number} mx.example"))
    return at


def test_of_a_zone_that_answers_otherwise_each_time_a_handful_is_told_and_the_last_when_its_time_comes() -> (
    None
):
    book = Book()
    at = flickering(book, 100)
    assert len(book.events) == AT_ONCE
    due = book.due
    assert due is not None
    assert at < due <= at + PAUSE
    assert book.look(due - SECOND, finding("99 mx.example")) == []
    assert book.look(due, finding("99 mx.example")) == ["99 mx.example"]
    assert book.events[-1].data["was"] == book.events[-2].data["found"]
    assert book.due is None


def test_what_is_back_as_it_was_told_is_no_change() -> None:
    book = Book()
    at = flickering(book, 50)
    last = book.events[-1].data["found"]
    assert book.look(at + SECOND, finding(last)) == []
    assert book.due is None
    assert book.look(at + HOUR, finding(last)) == []


def test_ordinary_changes_are_all_told_and_at_once() -> None:
    book = Book()
    book.look(NOON, finding(""))
    told = [book.look(NOON + number * SECOND, finding(f"{number} mx")) for number in range(AT_ONCE)]
    told += [book.look(NOON + number * PAUSE, finding(f"{number}0 mx")) for number in range(2, 50)]
    assert all(len(each) == 1 for each in told)


def test_one_record_that_flickers_holds_no_other_back() -> None:
    book = Book()
    for number in range(50):
        book.look(NOON + number * SECOND, finding(f"{number} mx"), finding("here", SPF))
    assert book.look(NOON + 50 * SECOND, finding("50 mx"), finding("gone", SPF)) == ["gone"]


def test_R02_what_was_held_back_is_told_after_an_outage() -> None:
    book = Book()
    at = flickering(book, 50)
    for number in range(10):
        assert book.look(at + number * PAUSE, finding(None)) == []
    assert book.due is None, "nothing can be told that can't be seen"
    assert book.look(at + HOUR, finding("49 mx.example")) == ["49 mx.example"]


@pytest.mark.parametrize("ahead", [HOUR + SECOND, timedelta(days=365)])
def test_L12_a_clock_that_was_ahead_keeps_nothing_from_being_told(ahead: timedelta) -> None:
    book = Book()
    flickering(book, 50, NOON + ahead)
    assert book.look(NOON, finding("back")) == ["back"]


LOOKS = st.lists(
    st.tuples(st.sampled_from([1, 2, 60, 599, 600, 601, 7_200]), st.sampled_from([None, "", "a", "b", "c"])),
    max_size=60,
)


@given(LOOKS)
def test_however_it_changes_history_is_a_chain_bounded_and_true_in_the_end(
    looks: list[tuple[int, str | None]],
) -> None:
    book, at = Book(), NOON
    book.look(at, finding("first"))
    for seconds, value in looks:
        at += seconds * SECOND
        book.look(at, finding(value))
    said = ["first", *(event.data["found"] for event in book.events)]
    assert [event.data["was"] for event in book.events] == said[:-1]
    for first in book.events:
        within = [each for each in book.events if timedelta(0) <= each.at - first.at < HOUR]
        assert len(within) <= AT_ONCE + HOUR / PAUSE
    now = next((value for _, value in reversed(looks) if value is not None), "first")
    book.look(book.due or at + HOUR, finding(now))
    assert [*said, *(event.data["found"] for event in book.events)][-1] == now
