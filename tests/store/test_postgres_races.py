"""Races between two nodes with pools of their own, every pair let go by a barrier."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

import pytest

from letterhead.core.domain import Domain, Status
from letterhead.core.event import EventKind
from letterhead.ports import Change, HeldElsewhere, Stale, Store
from letterhead.store.relational import open_store
from tests.store.inspection import TERMINATE, query
from tests.store.samples import ACME, EVIL, HOUR, NOON, a_domain, an_event, holding
from tests.store.taking import pending

DATABASES = ("postgres",)

ROUNDS, SOAKED = 1_000, 20_000


@pytest.fixture
async def nodes(url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two nodes of one deployment."""
    nodes = (open_store(url), open_store(url))
    try:
        for node, team in zip(nodes, (ACME, EVIL), strict=True):
            await node.teams.add(team)
        yield nodes
    finally:
        for node in nodes:
            await node.close()


class Start:
    """Holds all runners until the last one is there."""

    def __init__(self, runners: int) -> None:
        self._missing = runners
        self._gate = asyncio.Event()

    async def line(self) -> None:
        self._missing -= 1
        if not self._missing:
            self._gate.set()
        await self._gate.wait()


async def _save(node: Store, change: Change, start: Start) -> object:
    await start.line()
    try:
        return await node.domains.save([change])
    except (Stale, HeldElsewhere) as refused:
        return type(refused)


async def _two_teams_prove_names_at_once(nodes: tuple[Store, Store], url: str, rounds: int) -> None:
    for number in range(rounds):
        claims = [
            await node.domains.add(a_domain(f"n{number}.com", team=team), (), ())
            for node, team in zip(nodes, (ACME, EVIL), strict=True)
        ]
        start = Start(2)
        outcomes = await asyncio.gather(
            *(
                _save(node, Change(replace(claim, **holding()), (an_event(claim),)), start)
                for node, claim in zip(nodes, claims, strict=True)
            )
        )
        assert outcomes.count(HeldElsewhere) == 1
    held = "SELECT count(*), count(DISTINCT hostname) FROM domain WHERE held = 1"
    assert query(url, held) == [(rounds, rounds)]
    assert query(url, "SELECT count(*) FROM event") == [(rounds,)]


async def test_L02_of_two_teams_that_prove_one_name_on_two_nodes_exactly_one_holds_it(
    nodes: tuple[Store, Store], url: str
) -> None:
    await _two_teams_prove_names_at_once(nodes, url, ROUNDS)


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_L02_twenty_thousand_times(nodes: tuple[Store, Store], url: str) -> None:
    await _two_teams_prove_names_at_once(nodes, url, SOAKED)


async def _verdict_as_of(node: Store, domain: Domain, start: Start) -> object:
    event = an_event(domain, EventKind.VERIFIED)
    return await _save(node, Change(replace(domain, rung=domain.rung + 1), (event,)), start)


async def test_L01_of_two_verdicts_on_two_nodes_one_is_saved_and_one_event_is_told(
    nodes: tuple[Store, Store], url: str
) -> None:
    domain = await nodes[0].domains.add(a_domain(), (), ())
    for number in range(1, 101):
        start = Start(4)
        outcomes = await asyncio.gather(*(_verdict_as_of(node, domain, start) for node in nodes * 2))
        assert outcomes.count(Stale) == 3
        reread = await nodes[1].domains.by_id(domain.id)
        assert reread is not None
        domain = reread
        assert (domain.rung, domain.version) == (number, number + 1)
    assert query(url, "SELECT count(*) FROM event") == [(100,)]


async def test_L03_a_verdict_and_a_deletion_at_once_leave_one_of_the_two(nodes: tuple[Store, Store]) -> None:
    for number in range(40):
        domain = await nodes[0].domains.add(a_domain(f"n{number}.com"), (), ())
        start = Start(2)
        outcomes = await asyncio.gather(
            _save(nodes[0], Change(replace(domain, **holding())), start),
            _save(nodes[1], Change(replace(domain, status=Status.DELETED, due_at=None)), start),
        )
        assert outcomes.count(Stale) == 1
        kept = await nodes[0].domains.by_id(domain.id)
        assert kept is not None
        assert kept.version == domain.version + 1


async def _take(node: Store, now: datetime, start: Start) -> list[str]:
    await start.line()
    return [domain.id for domain in await pending(node, now, now + HOUR, 25)]


async def test_L11_each_due_domain_is_leased_by_one_of_two_nodes(nodes: tuple[Store, Store]) -> None:
    for number in range(200):
        await nodes[0].domains.add(a_domain(f"n{number}.com"), (), ())
    for round_ in range(5):
        start, now = Start(8), NOON + round_ * HOUR
        batches = await asyncio.gather(*(_take(node, now, start) for node in nodes * 4))
        assert [len(batch) for batch in batches] == [25] * 8, "nobody waits for a batch that is another's"
        assert len({id_ for batch in batches for id_ in batch}) == 200


async def test_L11_what_a_node_leased_before_it_died_comes_to_the_other_one_once(
    nodes: tuple[Store, Store], url: str
) -> None:
    for number in range(20):
        await nodes[0].domains.add(a_domain(f"n{number}.com"), (), ())
    dying = open_store(url)
    try:
        lost = await pending(dying, NOON, NOON + HOUR, 8)
        query(url, TERMINATE)
    finally:
        await dying.close()
    (first, second) = [await pending(node, NOON, NOON + 2 * HOUR, 20) for node in nodes]
    assert len(first) + len(second) == 12
    again = await asyncio.gather(*(pending(node, NOON + HOUR, NOON + 2 * HOUR, 20) for node in nodes))
    assert sorted(domain.id for batch in again for domain in batch) == sorted(domain.id for domain in lost)
