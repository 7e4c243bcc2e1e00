"""Teams, health and history: the small use cases."""

import pytest

from letterhead.core.refusal import Kind, Refusal
from tests.service.world import World


async def test_a_team_is_made_once(world: World) -> None:
    made = await world.services.teams.named("acme")
    assert await world.services.teams.named("acme") == made


@pytest.mark.parametrize("slug", ["", "Acme", "acme corp", "-acme", "acme-", "a" * 64, "acmé", "a/b", "a\n"])
async def test_what_is_no_slug_is_refused(world: World, slug: str) -> None:
    with pytest.raises(Refusal) as said:
        await world.services.teams.named(slug)
    assert (said.value.kind, said.value.code) == (Kind.INVALID, "invalid_team")


async def test_history_is_paged_newest_first_without_gaps(world: World) -> None:
    actor = await world.actor()
    domain = await world.verified(actor)
    whole = await world.services.history.of_domain(actor, domain.id, limit=100)
    assert [event.id for event in whole] == sorted((event.id for event in whole), reverse=True)
    paged, before = [], None
    while page := await world.services.history.of_domain(actor, domain.id, limit=2, before=before):
        paged += page
        before = page[-1].id
    assert paged == whole
    assert await world.services.history.of_team(actor, limit=100) == whole
