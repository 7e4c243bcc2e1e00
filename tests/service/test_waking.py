"""What happens is seen at once: by the worker, by receivers, by followers, and on every node.

The works rest for a minute here, so that whatever comes sooner came by a ring.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from letterhead import app
from letterhead.core.domain import Domain, Mode, Status
from letterhead.core.permission import Actor
from letterhead.ports import Store
from letterhead.service.services import Services
from letterhead.store.relational import open_store
from letterhead.worker import beat
from tests.clock import ManualClock
from tests.postgres import Postgres
from tests.service.paper import PaperDns
from tests.service.world import World

REST = 60.0
PATIENCE = 10.0
URL = "https://hooks.acme.net/letterhead"


@asynccontextmanager
async def working(services: Services, store: Store) -> AsyncIterator[None]:
    """A worker that rests, having looked once at everything."""
    stopping = asyncio.Event()
    beating = asyncio.create_task(beat(app._works(services, store.bells), stopping, REST))
    await asyncio.sleep(0.2)
    try:
        yield
    finally:
        stopping.set()
        await asyncio.wait_for(beating, PATIENCE)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Returns once it is true, for which nobody but the worker works."""
    deadline = time.monotonic() + PATIENCE
    while not await true():
        assert time.monotonic() < deadline, "it would have come with the next look"
        await asyncio.sleep(0.02)


async def follow(services: Services, actor: Actor, name: str) -> None:
    """Returns once a follower has seen something of a name; looks only when it is woken."""
    place = await services.following.begin(actor, None)
    with services.following.waking(actor) as woken:
        while True:
            woken.clear()
            events, _ = await services.following.behind(actor, place)
            if name in {event.hostname for event in events}:
                return
            await woken.wait()


async def test_what_happens_is_sent_at_once(world: World) -> None:
    actor = await world.actor()
    await world.services.webhooks.create(actor, url=URL, kinds=None)

    async def was_sent() -> bool:
        return len(world.outgoing.got) == 1

    async with working(world.services, world.store):
        await world.registered(actor)
        await until(was_sent)


async def test_what_happens_reaches_followers_at_once(world: World) -> None:
    actor = await world.actor()
    async with working(world.services, world.store):
        following = asyncio.create_task(follow(world.services, actor, "acme.com"))
        await asyncio.sleep(0.05)
        await world.registered(actor)
        await asyncio.wait_for(following, PATIENCE)


async def test_what_was_made_due_at_once_is_examined_at_once(world: World) -> None:
    actor = await world.actor()
    domain = await world.verified(actor, mode=Mode.SEND_ONLY)
    world.dns.publish(domain.hostname)

    async def has_lapsed() -> bool:
        return (await world.now(domain)).status is Status.LAPSED

    async with working(world.services, world.store):
        assert not await has_lapsed()
        await world.services.domains.change(actor, domain.id, mode=Mode.SEND_RECEIVE)
        await until(has_lapsed)


async def test_what_somebody_watches_is_examined_at_once(world: World) -> None:
    actor = await world.actor()
    domain = await world.registered(actor)
    await world.publish(actor, domain)

    async def is_verified() -> bool:
        return (await world.now(domain)).status is Status.VERIFIED

    async with working(world.services, world.store):
        assert not await is_verified()
        await world.services.watching.watch(actor, domain.id)
        await until(is_verified)


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    url = postgres.migrated()
    yield url
    postgres.drop(url)


@asynccontextmanager
async def node(url: str, clock: ManualClock, dns: PaperDns) -> AsyncIterator[World]:
    """A node of its own on a PostgreSQL."""
    store = open_store(url)
    try:
        yield World(store, Path(), clock, dns)
    finally:
        await store.close()


async def test_what_one_node_does_another_announces_and_a_third_one_hears(
    postgres_url: str, clock: ManualClock, dns: PaperDns
) -> None:
    async with (
        node(postgres_url, clock, dns) as one,
        node(postgres_url, clock, dns) as other,
        node(postgres_url, clock, dns) as third,
    ):
        actor = await one.actor()
        domains: list[Domain] = []
        async with working(other.services, other.store):
            for number in range(5):
                following = asyncio.create_task(follow(third.services, actor, f"n{number}.com"))
                await asyncio.sleep(0.1)
                domains.append(await one.registered(actor, f"n{number}.com"))
                await asyncio.wait_for(following, PATIENCE)
    assert len(domains) == 5
