"""A diary of thirty days of a handful of domains, held against a plain model of its life (reference.py).

Hypothesis writes the diary: records that go, come back or are wrong, zones that fall silent for days, a
resolver that is ill, people who look, verify, suspend and delete, claims that nobody proves, clocks that are
set, workers that are started anew. Behind each entry some time passes, and behind the last one the rest of
the month. At every step each domain stands as the model says, has told the same events, and owners have been
written the same things, each of them once.
"""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from letterhead.core.answer import Fault
from tests.service.chronicle import DAY, HOUR, MOMENT, MONTH, NAMES, Chronicle, Zone
from tests.service.world import CYCLE

T = TypeVar("T")

PAUSES = st.sampled_from([MOMENT, HOUR, 4 * HOUR, 9 * HOUR, 15 * HOUR, DAY, 2 * DAY])
"""What passes behind an entry."""

BAD = st.sampled_from([Zone.SILENT, Zone.EMPTY, Zone.WRONG, Zone.PATCHY])


class Diary(RuleBasedStateMachine):
    """What Hypothesis may write into a month."""

    def __init__(self, path: Path, empty: bytes) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.month = Chronicle(path, empty, note)

    @initialize()
    def begin(self) -> None:
        self.run(self.month.open())

    @rule(days=st.integers(1, 4))
    def wait(self, days: int) -> None:
        self.run(self.month.live(days * DAY))

    @rule(name=st.sampled_from(NAMES), zone=st.sampled_from(Zone), then=PAUSES)
    def change(self, name: str, zone: Zone, then: timedelta) -> None:
        self._do(self.month.publish(name, zone), then)

    @rule(name=st.sampled_from(NAMES), zone=BAD, days=st.integers(1, 4), is_mended=st.booleans())
    def neglect(self, name: str, zone: Zone, days: int, is_mended: bool) -> None:
        """Something is amiss for days, and then it is mended or is not."""
        self._do(self.month.publish(name, zone), days * DAY)
        if is_mended:
            self._do(self.month.publish(name, Zone.RIGHT), CYCLE * 1.2)

    @rule(name=st.sampled_from(NAMES), hours=st.integers(1, 9), is_watched=st.booleans(), then=PAUSES)
    def flap(self, name: str, hours: int, is_watched: bool, then: timedelta) -> None:
        """The records go and come back, less than a cycle apart or more; somebody may ask meanwhile."""
        self.run(self.month.publish(name, Zone.EMPTY))
        for _ in range(2 if is_watched else 0):
            self.run(self.month.verify(name))
        self._do(self.month.live(hours * HOUR), MOMENT)
        self._do(self.month.publish(name, Zone.RIGHT), then)

    @rule(name=st.sampled_from(NAMES), minutes=st.integers(180, 356), is_patrolled=st.booleans(), then=PAUSES)
    def look_too_soon(self, name: str, minutes: int, is_patrolled: bool, then: timedelta) -> None:
        """It lapses by hand, and the worker examines it again before a cycle has passed (L06)."""
        self.run(self.month.publish(name, Zone.EMPTY))
        self.run(self.month.verify(name))
        self.run(self.month.live(timedelta(minutes=minutes)))
        self._do(self.month.hasten(name, is_patrolled=is_patrolled), then)

    @rule(name=st.sampled_from(NAMES), is_patrolled=st.booleans(), then=PAUSES)
    def look(self, name: str, is_patrolled: bool, then: timedelta) -> None:
        """Somebody watches it, or the patrol has noticed something: it is examined at once."""
        self._do(self.month.hasten(name, is_patrolled=is_patrolled), then)

    @rule(fault=st.sampled_from([Fault.TIMEOUT, Fault.SERVFAIL, Fault.BOGUS, Fault.NETWORK]), then=PAUSES)
    def fall_ill(self, fault: Fault, then: timedelta) -> None:
        self._do(self.month.fall_ill(fault), then)

    @precondition(lambda self: self.month.is_ill)
    @rule(then=PAUSES)
    def recover(self, then: timedelta) -> None:
        self._do(self.month.recover(), then)

    @rule(gives_up=st.booleans(), then=PAUSES)
    def provide(self, gives_up: bool, then: timedelta) -> None:
        self._do(self.month.provide(gives_up=gives_up), then)

    @rule(name=st.sampled_from(NAMES), then=PAUSES)
    def verify(self, name: str, then: timedelta) -> None:
        self._do(self.month.verify(name), then)

    @rule(name=st.sampled_from(NAMES), then=PAUSES)
    def refresh(self, name: str, then: timedelta) -> None:
        self._do(self.month.refresh(name), then)

    @precondition(lambda self: self.month.expired())
    @rule(zone=st.sampled_from(Zone), then=PAUSES)
    def renew(self, zone: Zone, then: timedelta) -> None:
        """Claims that have expired begin anew, each with a token of its own."""
        for name in self.month.expired():
            self.run(self.month.verify(name))
            self.run(self.month.publish(name, zone))
        self._do(self.month.live(MOMENT), then)

    @rule(name=st.sampled_from(NAMES), then=PAUSES)
    def suspend_or_resume(self, name: str, then: timedelta) -> None:
        self._do(self.month.suspend(name), then)

    @rule(name=st.sampled_from(NAMES), zone=st.sampled_from(Zone), then=PAUSES)
    def delete(self, name: str, zone: Zone, then: timedelta) -> None:
        """And register it anew, with this in the DNS: where nobody proves it, the claim expires."""
        self._do(self.month.delete(name, zone), then)

    @rule(minutes=st.integers(2, 360), back=st.booleans(), name=st.sampled_from(NAMES), zone=BAD, then=PAUSES)
    def set_the_clock(self, minutes: int, back: bool, name: str, zone: Zone, then: timedelta) -> None:
        """And at this very moment something goes wrong, and is looked at."""
        self.run(self.month.publish(name, zone))
        self.run(self.month.set_the_clock(timedelta(minutes=-minutes if back else minutes)))
        self._do(self.month.verify(name), then)

    @precondition(lambda self: self.month.is_right_clock())
    @rule(then=PAUSES)
    def start_anew(self, then: timedelta) -> None:
        self._do(self.month.start_anew(), then)

    def teardown(self) -> None:
        month = self.month
        try:
            if month.is_alike:
                self.run(month.live(max(MONTH - month.lasted, MOMENT)))
                self.run(month.settle())
        finally:
            self.run(month.close())
            self.runner.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def _do(self, work: Coroutine[Any, Any, None], then: timedelta) -> None:
        """One entry, what passes behind it, and a look at what was removed: nothing becomes of that."""
        self.run(work)
        self.run(self.month.live(then))
        self.run(self.month.compare(self.month.ended))
