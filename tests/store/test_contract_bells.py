"""What every store does with bells: it rings after commits, gathers rings, and falls silent at the end."""

import asyncio
from contextlib import ExitStack
from typing import Self

import pytest

from letterhead.core.event import EventKind
from letterhead.ports import DELIVERY, HAPPENED, Bell, Stale, Store, tail_of
from letterhead.store.bells import GATHERING, ProcessBells
from letterhead.store.database import Statement
from letterhead.store.relational import RelationalStore
from tests.store.samples import ACME, EVIL, NOON, a_domain, a_key, an_event, told
from tests.store.test_contract_outgoing import announced, hooked

PATIENCE = 10  # seconds; a ring takes some hundredths of one
SILENCE = 10 * GATHERING  # in which every ring would have been heard


class Ears:
    """Hears some bells."""

    def __init__(self, store: Store, *bells: Bell) -> None:
        self._stack = ExitStack()
        self._woken = {bell: self._stack.enter_context(store.bells.waking(bell)) for bell in bells}

    def __enter__(self) -> Self:
        self._stack.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    async def hears(self, bell: Bell) -> None:
        await asyncio.wait_for(self._woken[bell].wait(), PATIENCE)
        self._woken[bell].clear()

    async def settle(self, url: str) -> None:
        """Returns once nothing will be heard that nobody rang: who begins to listen is woken by that."""
        if url.startswith("postgresql:"):
            for bell in self._woken:
                await self.hears(bell)

    async def heard(self) -> set[Bell]:
        """What was heard, once all that rang has been."""
        await asyncio.sleep(SILENCE)
        heard = {bell for bell, woken in self._woken.items() if woken.is_set()}
        for bell in heard:
            self._woken[bell].clear()
        return heard


def ringing(*bells: Bell) -> list[Statement]:
    return [Statement("SELECT 1", {}, rings=bell) for bell in bells]


async def test_an_event_is_heard_by_whoever_waits_whatever_it_is_of(store: Store, url: str) -> None:
    domain = a_domain()
    with Ears(store, HAPPENED, DELIVERY) as one, Ears(store, HAPPENED) as other:
        await one.settle(url)
        await other.settle(url)
        await store.domains.add(domain, (), [an_event(domain)])
        await one.hears(HAPPENED)
        await other.hears(HAPPENED)
        await store.keys.add(a_key(), told())
        await one.hears(HAPPENED)
        assert await one.heard() == set()


async def test_an_announcement_is_heard_by_who_sends_and_by_who_follows_this_team(
    store: Store, url: str
) -> None:
    domain = a_domain()
    await store.domains.add(domain, (), [an_event(domain)])
    with Ears(store, DELIVERY, tail_of(ACME.id), tail_of(EVIL.id)) as ears:
        await ears.settle(url)
        await announced(store)
        await ears.hears(tail_of(ACME.id))
        await ears.hears(DELIVERY)
        assert await ears.heard() == set()


async def test_a_replay_is_heard_by_who_sends(store: Store, url: str) -> None:
    webhook, domain = await hooked(store), a_domain()
    await store.domains.add(domain, (), [an_event(domain, EventKind.FAILED)])
    await announced(store)
    with Ears(store, DELIVERY) as ears:
        await ears.settle(url)
        assert await store.deliveries.replay(webhook, NOON, since=NOON, most=9) == 1
        await ears.hears(DELIVERY)


async def test_what_is_refused_and_what_is_read_rings_nothing(store: RelationalStore, url: str) -> None:
    with Ears(store, HAPPENED) as ears:
        await ears.settle(url)
        refused = Statement("UPDATE team SET slug = slug WHERE id = 'x'", {}, otherwise=Stale("gone"))
        with pytest.raises(Stale):
            await store._database.write(*ringing(HAPPENED), refused)
        await store.events.page(ACME.id, limit=9)
        await store.teams.add(ACME)
        assert await ears.heard() == set()


async def test_who_has_left_hears_nothing_and_leaves_nothing_behind(store: RelationalStore, url: str) -> None:
    with store.bells.waking(HAPPENED) as left:
        pass
    with Ears(store, HAPPENED) as ears:
        await ears.settle(url)
        await store._database.write(*ringing(HAPPENED))
        await ears.hears(HAPPENED)
    assert not left.is_set()


async def test_the_end_of_a_store_leaves_no_task_and_no_timer(store: RelationalStore) -> None:
    with Ears(store, HAPPENED):
        await asyncio.sleep(SILENCE)
        await store._database.write(*ringing(HAPPENED))
        await store.close()
    loop = asyncio.get_running_loop()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    pending = [timer for timer in loop._scheduled if not timer.cancelled()]  # type: ignore[attr-defined] # asyncio's own
    assert [timer for timer in pending if "strike" in repr(timer)] == []


async def test_a_thousand_rings_wake_once_and_go_beyond_once() -> None:
    carried: list[frozenset[Bell]] = []
    bells = ProcessBells(carried.append)
    with bells.waking(HAPPENED) as woken:
        for _ in range(1_000):
            bells.ring_for(ringing(HAPPENED, DELIVERY))
        assert not woken.is_set()
        await asyncio.wait_for(woken.wait(), PATIENCE)
        woken.clear()
        await asyncio.sleep(SILENCE)
        assert not woken.is_set()
    assert carried == [{HAPPENED, DELIVERY}]
    bells.ring_for(ringing(HAPPENED))
    await asyncio.sleep(SILENCE)
    assert len(carried) == 2
