"""What every store does with addresses on the platform domain: each is one team's, none has too many."""

import asyncio

import pytest

from letterhead.core.event import EventKind
from letterhead.core.platform_address import PlatformAddress
from letterhead.ports import AddressTaken, NoRoom, Stale, Store
from tests.store.samples import ACME, EVIL, HOUR, NOON, ZETA, a_platform_address, told

MOST = 9


async def of(store: Store, *teams: str) -> list[PlatformAddress]:
    """All that some teams have."""
    return [each for team in teams for each in await store.platform_addresses.page(team, limit=99)]


async def test_every_field_comes_back_as_it_went_in(store: Store) -> None:
    address = a_platform_address(created_at=NOON + HOUR)
    await store.platform_addresses.add(address, told(), MOST)
    assert await store.platform_addresses.of_team(ACME.id, address.id) == address
    assert await of(store, ACME.id) == [address]


async def test_O17_an_address_is_one_teams_until_it_is_removed(store: Store) -> None:
    first = a_platform_address()
    await store.platform_addresses.add(first, told(), MOST)
    for team in (ACME, EVIL):
        with pytest.raises(AddressTaken):
            await store.platform_addresses.add(a_platform_address(team=team), told(team=team), MOST)
    await store.platform_addresses.remove(first, told())
    again = a_platform_address(team=EVIL)
    await store.platform_addresses.add(again, told(team=EVIL), MOST)
    assert await of(store, ACME.id, EVIL.id) == [again]


async def test_A01_another_teams_address_is_found_and_removed_by_nobody_else(store: Store) -> None:
    address = a_platform_address()
    await store.platform_addresses.add(address, told(), MOST)
    assert await store.platform_addresses.of_team(EVIL.id, address.id) is None
    assert await of(store, EVIL.id) == []
    with pytest.raises(Stale):
        await store.platform_addresses.remove(a_platform_address(team=EVIL, id=address.id), told())
    assert await of(store, ACME.id) == [address]


async def test_a_team_without_room_is_told_so_whether_or_not_the_address_is_taken(store: Store) -> None:
    await store.platform_addresses.add(a_platform_address("joe", EVIL), told(team=EVIL), 1)
    mine = a_platform_address()
    await store.platform_addresses.add(mine, told(), 1)
    for local_part in ("jane", "joe", "free"):
        with pytest.raises(NoRoom):
            await store.platform_addresses.add(a_platform_address(local_part), told(), 1)
    await store.platform_addresses.remove(mine, told())
    await store.platform_addresses.add(a_platform_address("free"), told(), 1)
    with pytest.raises(NoRoom):
        await store.platform_addresses.add(a_platform_address("none", ZETA), told(team=ZETA), 0)


async def test_pages_go_back_to_the_first(store: Store) -> None:
    addresses = [a_platform_address(f"jane{number}") for number in range(5)]
    for address in addresses:
        await store.platform_addresses.add(address, told(), MOST)
    first = await store.platform_addresses.page(ACME.id, limit=3)
    rest = await store.platform_addresses.page(ACME.id, limit=3, before=first[-1].id)
    assert [*first, *rest] == addresses[::-1]


async def test_O17_of_teams_that_take_one_address_at_once_one_has_it(store: Store) -> None:
    for number in range(10):
        asking = [
            store.platform_addresses.add(a_platform_address(f"jane{number}", team), told(team=team), 99)
            for team in (ACME, EVIL, ZETA)
        ]
        came = await asyncio.gather(*asking, return_exceptions=True)
        assert sorted(type(each).__name__ for each in came) == ["AddressTaken", "AddressTaken", "NoneType"]
    assert len(await of(store, ACME.id, EVIL.id, ZETA.id)) == 10


async def test_a_team_that_takes_many_at_once_has_as_many_as_it_may(store: Store) -> None:
    for most in range(1, 6):
        asking = [
            store.platform_addresses.add(a_platform_address(f"jane{most}-{number}"), told(), most)
            for number in range(6)
        ]
        came = await asyncio.gather(*asking, return_exceptions=True)
        assert sum(each is None for each in came) == 1
        assert {type(each) for each in came if each} == {NoRoom}
        assert len(await of(store, ACME.id)) == most


async def test_an_address_removed_twice_at_once_is_removed_once(store: Store) -> None:
    address = a_platform_address()
    await store.platform_addresses.add(address, told(), MOST)
    removing = [store.platform_addresses.remove(address, told()) for _ in range(3)]
    came = await asyncio.gather(*removing, return_exceptions=True)
    assert sorted(type(each).__name__ for each in came) == ["NoneType", "Stale", "Stale"]


async def test_A20_what_is_refused_leaves_no_event(store: Store) -> None:
    address, never = a_platform_address(), told(kind=EventKind.ADDRESS_RELEASED)
    await store.platform_addresses.add(address, told(kind=EventKind.ADDRESS_TAKEN), MOST)
    for refused in (
        store.platform_addresses.add(a_platform_address(), never, MOST),
        store.platform_addresses.add(a_platform_address("joe"), never, 1),
        store.platform_addresses.remove(a_platform_address("joe"), never),
    ):
        with pytest.raises((AddressTaken, NoRoom, Stale)):
            await refused
    (event,) = await store.events.page(ACME.id, limit=9)
    assert event.kind == EventKind.ADDRESS_TAKEN
