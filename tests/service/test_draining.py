"""What is under way when a worker is told to stop is over within its time, and nothing of it is lost."""

from dataclasses import dataclass
from datetime import timedelta

from letterhead.core.owner_notice import GATHERING, Letter
from letterhead.core.team import MemberRole
from letterhead.outgoing import post
from letterhead.ports import Store
from letterhead.service import deliveries, owner_notices
from letterhead.smarthost import smtp
from letterhead.worker import DRAIN
from tests.clock import ManualClock
from tests.service.mailroom import Sink
from tests.service.paper import PaperDns
from tests.service.world import CYCLE, World

OWNERS = 12


@dataclass
class SlowSink(Sink):
    """Takes a letter after a while."""

    clock: ManualClock | None = None
    seconds: float = 2.0

    async def send(self, letter: Letter) -> None:
        assert self.clock is not None
        self.clock.advance(self.seconds)
        await super().send(letter)


def test_X12_letters_and_webhooks_under_way_are_over_within_thirty_seconds() -> None:
    assert owner_notices.TURN.total_seconds() + smtp.SECONDS + smtp.MORE < DRAIN < 30
    assert deliveries.TURN.total_seconds() + post.SECONDS < DRAIN


async def letters_to_many(store: Store, world: World, clock: ManualClock, dns: PaperDns, sink: Sink) -> World:
    """A world in which each of many owners is to be written one letter."""
    world = World(store, world.path, clock, dns, smarthost=sink)
    actor = await world.actor()
    for number in range(OWNERS):
        await world.services.members.add(actor, email=f"o{number}@acme.net", role=MemberRole.OWNER)
    await world.verified(actor, "acme.com")
    dns.publish("acme.com")
    for _ in range(3):
        await world.sweep(CYCLE * 1.2)
    while await world.services.announcements.once():
        pass
    world.pass_time(GATHERING)
    while await world.services.owner_notices.compose():
        pass
    return world


async def test_X12_a_slow_smarthost_holds_a_worker_up_for_one_letter_and_no_letter_waits_for_the_lease(
    store: Store, world: World, clock: ManualClock, dns: PaperDns
) -> None:
    sink = SlowSink(clock=clock)
    world = await letters_to_many(store, world, clock, dns, sink)
    began = clock.monotonic()
    assert await world.services.owner_notices.send()
    assert clock.monotonic() - began <= owner_notices.TURN.total_seconds() + sink.seconds
    while await world.services.owner_notices.send():
        pass
    assert clock.monotonic() - began == OWNERS * sink.seconds
    assert len({letter.email for letter in sink.got}) == len(sink.got) == OWNERS


async def test_X10_a_worker_that_slept_through_its_lease_begins_no_further_letter(
    store: Store, world: World, clock: ManualClock, dns: PaperDns
) -> None:
    """It wakes up in the midst of the first one; the others are somebody else's by then."""
    sink = SlowSink(clock=clock, seconds=(owner_notices.LEASE + timedelta(seconds=1)).total_seconds())
    world = await letters_to_many(store, world, clock, dns, sink)
    await world.services.owner_notices.send()
    assert len(sink.got) == 1
    sink.seconds = 0
    while await world.services.owner_notices.send():
        pass
    assert len({letter.email for letter in sink.got}) == len(sink.got) == OWNERS
