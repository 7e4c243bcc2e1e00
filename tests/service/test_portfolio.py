"""Lists of a team's domains: page after page, from an offset on, whole."""

import pytest

from letterhead.core.domain import Status
from letterhead.core.finding import Outcome
from letterhead.core.refusal import Refusal
from letterhead.service import portfolio
from tests.service.world import World


async def test_pages_go_back_to_the_first_and_filters_hold(world: World) -> None:
    actor = await world.actor()
    names = [f"acme{n}.com" for n in range(7)]
    for name in names:
        await world.registered(actor, name)
        world.clock.advance(1)
    seen, before = [], None
    while page := await world.services.portfolio.page(actor, limit=3, before=before):
        seen += [view.domain.hostname for view in page]
        before = page[-1].domain.id
    assert seen == names[::-1]
    assert await world.services.portfolio.page(actor, limit=10, status=Status.VERIFIED) == []
    some = frozenset({page.domain.id for page in await world.services.portfolio.page(actor, limit=2)})
    limited = await world.actor("acme", domains=some)
    assert {view.domain.id for view in await world.services.portfolio.page(limited, limit=10)} == some


async def test_lists_by_offset_go_to_the_end_and_not_without_limit(world: World) -> None:
    actor = await world.actor()
    for number in range(3):
        await world.registered(actor, f"{number}a.com")
        world.clock.advance(1)
    views, total = await world.services.portfolio.listing(actor, limit=2, offset=1)
    assert ([view.domain.hostname for view in views], total) == (["1a.com", "0a.com"], 3)
    assert (views[0].counts.mailboxes, views[0].counts.sent, views[0].counts.received) == (0, 0, 0)
    with pytest.raises(Refusal, match="offset_too_large"):
        await world.services.portfolio.listing(actor, limit=2, offset=portfolio.DEEPEST + 1)


async def test_the_whole_list_is_read_stretch_by_stretch(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portfolio, "STRETCH", 2)
    actor = await world.actor()
    names = [f"acme{n}.com" for n in range(5)]
    for name in names:
        await world.registered(actor, name)
        world.clock.advance(1)
    views = await world.services.portfolio.all(actor)
    assert [view.domain.hostname for view in views] == names[::-1]


async def test_summaries_say_the_same_as_the_page(world: World) -> None:
    actor = await world.actor()
    await world.verified(actor, "a.com")
    world.clock.advance(1)
    await world.registered(actor, "b.com")
    views = await world.services.portfolio.page(actor, limit=10)
    assert [view.summary for view in views] == await world.services.portfolio.summaries(actor, limit=10)
    assert [view.summary.outcome for view in views] == [None, Outcome.PASS]
