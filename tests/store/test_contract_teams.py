"""What every store does with teams."""

import asyncio

from letterhead.core.team import Team
from letterhead.ports import Store
from tests.store.samples import ACME, HOUR, NOON


async def test_a_team_is_found_by_slug_and_by_id(store: Store) -> None:
    assert await store.teams.by_slug("acme") == ACME
    assert await store.teams.by_slug("team_acme") == ACME
    assert await store.teams.by_slug("nobody") is None
    assert await store.teams.by_slug("ACME") is None


async def test_whoever_adds_a_slug_again_gets_the_team_that_has_it(store: Store) -> None:
    assert await store.teams.add(Team("team_other", "acme", NOON + HOUR)) == ACME
    assert await store.teams.by_slug("team_other") is None


async def test_of_many_who_add_one_slug_at_once_all_get_the_same_team(store: Store) -> None:
    wanted = [Team(f"team_{number}", "new", NOON) for number in range(20)]
    got = await asyncio.gather(*(store.teams.add(team) for team in wanted))
    assert len({team.id for team in got}) == 1


async def test_no_team_takes_anothers_place_with_a_slug_like_its_id(store: Store) -> None:
    await store.teams.add(Team("team_impostor", ACME.id, NOON))
    assert await store.teams.by_slug(ACME.id) == ACME
