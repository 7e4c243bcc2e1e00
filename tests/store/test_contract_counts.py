"""A team's count of its domains is what counting them would say, whatever happened and whoever raced."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from letterhead.core.domain import Domain, Status
from letterhead.ports import Change, NoRoom, Room, Store, StoreError
from tests.store.inspection import query
from tests.store.samples import ACME, EVIL, NOON, ZETA, a_domain, a_report, holding

TEAMS = (ACME, EVIL, ZETA)
STEPS = 60

_COUNTED = """
SELECT team.id, team.domains,
    (SELECT COUNT(*) FROM domain WHERE domain.team = team.id AND domain.status <> 'deleted')
FROM team
"""


def ended(domain: Domain) -> Domain:
    return replace(domain, status=Status.DELETED, held=False, verified_at=None, due_at=None)


def moved(domain: Domain, team: str) -> Domain:
    return replace(domain, team=team, transfer_to=None)


async def require_true(store: Store, url: str) -> None:
    """The kept counts, the counted rows and what the store says of each team are the same."""
    for team, kept, counted in query(url, _COUNTED):
        assert kept == counted == await store.domains.count(team), team
        assert (await store.teams.tally(team)).domains == kept


@pytest.mark.parametrize("seed", range(6))
async def test_O19_the_count_is_true_after_whatever_happened(store: Store, url: str, seed: int) -> None:
    """Registrations, twins, ends, transfers, other saves, and each of them upon a version that is gone."""
    chance = random.Random(seed)
    known: list[Domain] = []
    steps: list[Callable[[Domain], Domain]] = [
        ended,
        lambda domain: moved(domain, chance.choice(TEAMS).id),
        lambda domain: ended(moved(domain, chance.choice(TEAMS).id)),
        lambda domain: replace(domain, rung=domain.rung + 1),
        lambda domain: replace(domain, **holding()),
    ]
    for _ in range(STEPS):
        if not known or chance.random() < 0.4:
            name = f"n{chance.randrange(12)}.com"
            given = a_domain(name, team=chance.choice(TEAMS), is_default=chance.random() < 0.2)
            saving = store.domains.add(given, (), (), Room(5, 99) if chance.random() < 0.8 else None)
            known += [
                each for each in await asyncio.gather(saving, return_exceptions=True) if is_domain(each)
            ]
        else:
            chosen = chance.sample(known, min(len(known), chance.choice((1, 1, 2))))
            room = chance.choice((None, None, 5))
            changes = [Change(chance.choice(steps)(each), (), a_report(), room=room) for each in chosen]
            (saved,) = await asyncio.gather(store.domains.save(changes), return_exceptions=True)
            assert isinstance(saved, list | StoreError), saved
            known += saved if isinstance(saved, list) else []  # those of before stay, as stale ones
    await require_true(store, url)
    assert any(domain.status is Status.DELETED for domain in known)
    assert len({domain.team for domain in known}) == len(TEAMS)


def is_domain(outcome: Domain | BaseException) -> bool:
    assert isinstance(outcome, Domain | StoreError), outcome
    return isinstance(outcome, Domain)


async def test_O19_registrations_and_transfers_at_once_pass_the_quota_by_none(store: Store, url: str) -> None:
    gifts = [await store.domains.add(a_domain(f"gift{number}.com", team=EVIL), (), ()) for number in range(8)]
    came = await asyncio.gather(
        *(store.domains.add(a_domain(f"{number}.com"), (), (), Room(6, 99)) for number in range(8)),
        *(store.domains.save([Change(moved(gift, ACME.id), room=6)]) for gift in gifts),
        return_exceptions=True,
    )
    assert sum(isinstance(each, NoRoom) for each in came) == 10
    assert sum(not isinstance(each, BaseException) for each in came) == 6
    assert await store.domains.count(ACME.id) == 6
    await require_true(store, url)


async def test_O19_a_domain_that_is_ended_many_times_at_once_is_one_less(store: Store, url: str) -> None:
    domains = [await store.domains.add(a_domain(f"{number}.com"), (), ()) for number in range(4)]
    ends = [
        store.domains.save([Change(ended(each), is_default=False)]) for each in domains[:2] for _ in range(5)
    ]
    came = await asyncio.gather(*ends, return_exceptions=True)
    assert sum(isinstance(each, list) for each in came) == 2
    assert await store.domains.count(ACME.id) == 2
    await require_true(store, url)


async def test_O19_domains_that_go_both_ways_at_once_leave_both_counts_true(store: Store, url: str) -> None:
    mine = [await store.domains.add(a_domain(f"mine{number}.com"), (), ()) for number in range(5)]
    theirs = [await store.domains.add(a_domain(f"their{n}.com", team=EVIL), (), ()) for n in range(3)]
    await asyncio.gather(
        *(store.domains.save([Change(moved(each, EVIL.id), room=99)]) for each in mine),
        *(store.domains.save([Change(moved(each, ACME.id), room=99)]) for each in theirs),
    )
    assert (await store.domains.count(ACME.id), await store.domains.count(EVIL.id)) == (3, 5)
    await require_true(store, url)


async def test_O12_registrations_that_failed_are_none(store: Store) -> None:
    made = await store.domains.add(a_domain("a.com"), (), ())
    for _ in range(3):
        with pytest.raises(StoreError):
            await store.domains.add(a_domain("a.com"), (), (), Room(9, 9))
    assert await store.domains.registered(ACME.id, made.created_at) == 1
    assert await store.domains.registered(EVIL.id, NOON) == 0
