"""Zones of which no server answers: a day of patience, a word to the owners, then a failure."""

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.core.answer import Fault, Question, RecordType, Source
from letterhead.core.broken import CYCLES, counted, is_bogus, is_silent
from letterhead.core.cause import Cause
from letterhead.core.domain import Domain, Status
from letterhead.core.event import EventKind
from letterhead.core.finding import Finding, Outcome, Report, witness
from letterhead.core.lifecycle import Trigger, advance, apply
from tests.core.dns import NOON, observed
from tests.core.registration import domain, planned

CYCLE = timedelta(hours=6)
(RECORD, *_) = planned().records
MX = Question("acme.com", RecordType.MX)


def report(*faults: Fault | None, after: timedelta = timedelta(0)) -> Report:
    """A report for which witnesses had these faults; None for a definite word."""
    witnesses = tuple(witness(observed(MX, fault=fault)) for fault in faults)
    finding = Finding(RECORD, Outcome.UNKNOWN, Cause.LAME_DELEGATION, "Mend it.", witnesses=witnesses)
    return Report(Outcome.UNKNOWN, (finding,), NOON + after, "plan")


def verified() -> Domain:
    return replace(domain(), status=Status.VERIFIED, held=True, ever_held=True, verified_at=NOON)


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        ((Fault.LAME,), True),
        ((Fault.LAME, Fault.TIMEOUT), True),
        ((Fault.LAME, None), False),
        ((Fault.TIMEOUT, Fault.ILL), False),
        ((), False),
    ],
)
def test_R04_a_zone_is_broken_when_everybody_was_asked_and_nobody_knew(
    faults: tuple[Fault | None, ...], expected: bool
) -> None:
    assert is_silent(report(*faults)) is expected


def bogus(*faults: Fault | None, after: timedelta = timedelta(0)) -> Report:
    """What a zone's own server says definitely, and its resolvers with these faults do not."""
    own = observed(MX)
    said = [witness(observed(MX, source=Source.RECURSIVE, fault=fault)) for fault in faults]
    finding = Finding(
        RECORD, Outcome.UNKNOWN, Cause.DNSSEC_BOGUS, "Mend it.", witnesses=(witness(own), *said)
    )
    return Report(Outcome.UNKNOWN, (finding,), NOON + after, "plan")


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        ((Fault.BOGUS,), True),
        ((Fault.BOGUS, Fault.BOGUS), True),
        ((Fault.BOGUS, Fault.TIMEOUT), False),
        ((Fault.BOGUS, None), False),
        ((Fault.TIMEOUT, Fault.TIMEOUT), False),
        ((), False),
    ],
)
def test_R04_a_zone_is_bogus_when_every_resolver_says_so(
    faults: tuple[Fault | None, ...], expected: bool
) -> None:
    assert is_bogus(bogus(*faults)) is expected


@pytest.mark.parametrize("signed", [True, False])
def test_R04_R10_broken_signatures_count_only_while_good_ones_are_called_good(signed: bool) -> None:
    now, told = verified(), []
    for number in range(CYCLES + 2):
        each = bogus(Fault.BOGUS, after=number * CYCLE)
        now, events = advance(now, each, each.asked_at, cycle=CYCLE, grace=CYCLE, sure=True, signed=signed)
        told += [event.kind.value.removeprefix("domain.") for event in events]
    assert told == (["broken", "lapsed", "failed"] if signed else [])
    assert (now.broken_since is not None) is signed


def walked(*reports: Report, sure: bool = True, by_hand: bool = False) -> tuple[Domain, list[str]]:
    now, told = verified(), []
    for each in reports:
        now, events = advance(now, each, each.asked_at, cycle=CYCLE, grace=CYCLE, by_hand=by_hand, sure=sure)
        told += [event.kind.value.removeprefix("domain.") for event in events]
    return now, told


def cycles(count: int, *, every: timedelta = CYCLE) -> list[Report]:
    return [report(Fault.LAME, after=number * every) for number in range(count)]


def test_R04_a_day_passes_before_anything_happens_and_then_it_is_told_and_counts() -> None:
    now, told = walked(*cycles(CYCLES))
    assert (now.status, told, now.broken_cycles) == (Status.VERIFIED, [], CYCLES - 1)
    now, told = walked(*cycles(CYCLES + 1))
    assert (now.status, told) == (Status.LAPSED, ["broken", "lapsed"])
    now, told = walked(*cycles(CYCLES + 2))
    assert (now.status, told) == (Status.FAILED, ["broken", "lapsed", "failed"]), "told once"


def test_R04_who_was_told_that_nobody_answers_is_told_when_that_is_over() -> None:
    now, _ = walked(*cycles(CYCLES + 1))
    well = Report(Outcome.PASS, report(None).findings, NOON + 5 * CYCLE, "plan")
    now, (event,) = advance(now, well, well.asked_at, cycle=CYCLE, grace=CYCLE, sure=True)
    assert (now.status, event.kind) == (Status.VERIFIED, EventKind.RECOVERED)
    assert (event.data["from"], event.data["told"]) == ("lapsed", "domain.broken")


@pytest.mark.parametrize("status", [Status.PENDING, Status.VERIFIED, Status.LAPSED, Status.FAILED])
def test_R04_in_whatever_state_the_silence_was_told_its_end_is_told_once(status: Status) -> None:
    was_held = status is not Status.PENDING
    before = replace(verified(), status=status, held=False, ever_held=was_held, broken_told=True)
    well = Report(Outcome.PASS, report(None).findings, NOON, "plan")
    after, events = advance(before, well, NOON, cycle=CYCLE, grace=CYCLE, by_hand=True)
    (recovery,) = [event for event in events if event.kind is EventKind.RECOVERED]
    assert (recovery.data["from"], recovery.data["told"]) == (status.value, "domain.broken")
    assert (after.status, after.broken_told) == (Status.VERIFIED, False)
    assert advance(after, well, NOON, cycle=CYCLE, grace=CYCLE, by_hand=True)[1] == ()


def test_R04_what_is_not_well_is_no_end_of_what_was_told() -> None:
    before = replace(verified(), broken_since=NOON, broken_told=True)
    after, _, events = counted(before, report(None), cycle=CYCLE, by_hand=False, sure=True)
    assert (after.broken_since, after.broken_told, events) == (None, True, ())


def test_R04_who_takes_a_silent_domain_over_is_told_of_the_silence() -> None:
    before = replace(verified(), broken_since=NOON, broken_told=True)
    taken_over, _ = apply(before, Trigger.TRANSFER, NOON)
    silent = report(Fault.LAME, after=timedelta(days=2))
    (event,) = counted(taken_over, silent, cycle=CYCLE, by_hand=True, sure=True).events
    assert event.kind is EventKind.BROKEN


def test_R04_L14_of_a_suspended_domain_nothing_is_told_before_it_is_resumed() -> None:
    late, silent = timedelta(days=2), report(Fault.LAME, after=timedelta(days=2))
    before = replace(verified(), status=Status.SUSPENDED, broken_since=NOON)
    asleep, _, events = counted(before, silent, cycle=late, by_hand=False, sure=True)
    assert (asleep.broken_told, events) == (False, ())
    awake = replace(asleep, status=Status.PENDING)
    assert [e.kind for e in counted(awake, silent, cycle=late, by_hand=False, sure=True).events] == [
        EventKind.BROKEN
    ]


def test_R04_the_event_says_since_when_and_why() -> None:
    late = replace(verified(), broken_since=NOON, broken_cycles=3)
    _, _, (event,) = counted(
        late, report(Fault.LAME, after=timedelta(days=1)), cycle=CYCLE, by_hand=False, sure=True
    )
    assert event.kind is EventKind.BROKEN
    assert event.data == {"since": "2026-01-15T12:00:00Z", "cause": "lame_delegation", "advice": "Mend it."}


def test_R04_one_definite_word_sets_the_count_back() -> None:
    now, told = walked(
        *cycles(4),
        report(None, after=4 * CYCLE),
        *[report(Fault.LAME, after=CYCLE * number) for number in range(5, 9)],
    )
    assert (now.status, told, now.broken_cycles) == (Status.VERIFIED, [], 3)


def test_R04_asking_often_makes_nothing_fail_sooner() -> None:
    now, _ = walked(*cycles(40, every=timedelta(minutes=30)))
    assert (now.status, now.broken_cycles) == (Status.VERIFIED, 3)
    now, told = walked(*cycles(8), by_hand=True)
    assert (now.status, now.broken_cycles, told) == (Status.VERIFIED, 0, ["broken"])


def test_R01_while_we_are_not_sure_of_ourselves_nothing_is_counted_and_nothing_set_back() -> None:
    now, told = walked(*cycles(20), sure=False)
    assert (now.status, told, now.broken_since) == (Status.VERIFIED, [], None)
    before = replace(verified(), broken_since=NOON, broken_cycles=CYCLES, broken_told=True)
    after = counted(before, report(Fault.ILL, after=9 * CYCLE), cycle=CYCLE, by_hand=False, sure=False)
    assert after == (before, False, ())


def test_R04_L16_who_knows_too_little_of_others_tells_nobody_of_a_silence_and_dates_it_all_the_same() -> None:
    """As after a restart in the middle of a silence of many."""
    silent = report(Fault.LAME, after=timedelta(days=2))
    before = replace(verified(), broken_since=NOON, broken_cycles=2)
    young = counted(before, silent, cycle=CYCLE, by_hand=False, sure=True, may_tell=False)
    assert (young.events, young.domain.broken_told, young.domain.broken_cycles) == ((), False, 3)
    grown = counted(young.domain, silent, cycle=CYCLE, by_hand=False, sure=True)
    assert [event.kind for event in grown.events] == [EventKind.BROKEN]
