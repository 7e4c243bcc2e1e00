"""Who may do what: every use case by every permission, and with every id that is not the actor's."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from letterhead.core.domain import Domain
from letterhead.core.permission import PERMISSIONS, ROLES, Actor
from letterhead.core.refusal import Kind, Refusal
from tests.service.world import World

Act = Callable[[World, Actor, str], Awaitable[Any]]


@dataclass(frozen=True)
class UseCase:
    """Something that can be asked of the services, the permission that it takes, and what its id names."""

    needs: str
    act: Act
    of: str = "domain"  # "domain", "key", or "" where it takes no id


USE_CASES: dict[str, UseCase] = {
    "register": UseCase("domain.create", lambda w, a, _: w.services.domains.register(a, "new.com"), ""),
    "list": UseCase("domain.read", lambda w, a, _: w.services.portfolio.page(a, limit=10), ""),
    "get": UseCase("domain.read", lambda w, a, i: w.services.domains.get(a, i)),
    "zone file": UseCase("domain.read", lambda w, a, i: w.services.domains.zone_file(a, i)),
    "history": UseCase("domain.read", lambda w, a, i: w.services.history.of_domain(a, i, limit=9)),
    "events": UseCase("domain.read", lambda w, a, _: w.services.history.of_team(a, limit=9), ""),
    "refresh": UseCase("domain.read", lambda w, a, i: w.services.verification.refresh(a, i)),
    "verify": UseCase("domain.verify", lambda w, a, i: w.services.verification.verify(a, i)),
    "suspend": UseCase("domain.update", lambda w, a, i: w.services.domains.change(a, i, suspended=True)),
    "resume": UseCase("domain.update", lambda w, a, i: w.services.domains.change(a, i, suspended=False)),
    "offer": UseCase("domain.update", lambda w, a, i: w.services.transfers.offer(a, i, "friends")),
    "withdraw": UseCase("domain.update", lambda w, a, i: w.services.transfers.withdraw(a, i)),
    "accept": UseCase("domain.update", lambda w, a, i: w.services.transfers.accept(a, i)),
    "remove": UseCase("domain.delete", lambda w, a, i: w.services.domains.remove(a, i)),
    "create key": UseCase(
        "key.create", lambda w, a, _: w.services.keys.create(a, name="k", permissions=frozenset()), ""
    ),
    "list keys": UseCase("key.read", lambda w, a, _: w.services.keys.page(a, limit=10), ""),
    "revoke key": UseCase("key.delete", lambda w, a, i: w.services.keys.revoke(a, i), "key"),
}

GRANTS = sorted({*PERMISSIONS, "domain.*", "key.*", *ROLES})
ALLOWED = {
    "domain.*": {name for name in USE_CASES if USE_CASES[name].needs.startswith("domain.")},
    "key.*": {name for name in USE_CASES if USE_CASES[name].needs.startswith("key.")},
    "root:full": set(USE_CASES),
    "root:readonly": {"list", "get", "zone file", "history", "events", "refresh", "list keys"},
    **{p: {name for name in USE_CASES if USE_CASES[name].needs == p} for p in PERMISSIONS},
}


async def refusal(act: Awaitable[Any]) -> Refusal | None:
    try:
        await act
    except Refusal as said:
        return said
    return None


async def own(world: World, use_case: UseCase, number: int) -> str:
    """The id of something of the team acme that the use case can be tried on."""
    actor = await world.actor()
    if use_case.of == "key":
        return (await world.services.keys.create(actor, name="k", permissions=frozenset()))[0].id
    return (await world.registered(actor, f"acme{number}.com")).id


@pytest.mark.parametrize("name", USE_CASES)
async def test_A02_a_use_case_takes_its_permission_and_no_other(world: World, name: str) -> None:
    use_case, denied = USE_CASES[name], set()
    for number, grant in enumerate(GRANTS):
        target = await own(world, use_case, number)
        actor = await world.actor("acme", *ROLES.get(grant, {grant}))
        said = await refusal(use_case.act(world, actor, target))
        if said is not None and said.code == "insufficient_permissions":
            denied.add(grant)
            assert said.kind is Kind.FORBIDDEN
            assert use_case.needs in said.text
    assert denied == {grant for grant in GRANTS if name not in ALLOWED[grant]}


async def test_A02_a_key_without_permissions_may_do_nothing(world: World) -> None:
    nobody = Actor((await world.actor()).team, "key_test", frozenset())
    for name, use_case in USE_CASES.items():
        said = await refusal(use_case.act(world, nobody, "dom_1"))
        assert said is not None, name
        assert said.code == "insufficient_permissions", name


def worded(said: Refusal | None) -> tuple[Any, ...]:
    assert said is not None
    return said.kind, said.code, said.text, said.mend, said.param, said.extra


ON_DOMAINS = [name for name, use_case in USE_CASES.items() if use_case.of == "domain"]


@pytest.mark.parametrize("name", ON_DOMAINS)
@pytest.mark.parametrize("role", ["root:full", "domain.*"])
async def test_A01_a_foreign_id_is_refused_exactly_as_an_unknown_one(
    world: World, name: str, role: str
) -> None:
    mine, others = await world.actor(), await world.actor("others")
    await world.actor("friends")
    thief = await world.actor("acme", *ROLES.get(role, {role}))
    theirs: Domain = await world.verified(others, "theirs.com")
    deleted = await world.registered(mine, "deleted.com")
    await world.services.domains.remove(mine, deleted.id)
    act = USE_CASES[name].act
    unknown = worded(await refusal(act(world, thief, "dom_01jd2kaaaaaaaaaaaaaaaaaaaa")))
    assert unknown[:2] == (Kind.MISSING, "domain_not_found")
    before = await world.now(theirs), await world.turns(theirs)
    for target in (theirs.id, deleted.id, "", "key_1", theirs.id.upper()):
        assert worded(await refusal(act(world, thief, target))) == unknown
    assert (await world.now(theirs), await world.turns(theirs)) == before


@pytest.mark.parametrize("name", ON_DOMAINS)
async def test_A01_a_limited_key_sees_no_other_domain_of_its_team(world: World, name: str) -> None:
    actor = await world.actor()
    await world.actor("friends")
    mine, other = await world.registered(actor, "mine.com"), await world.registered(actor, "other.com")
    limited = await world.actor("acme", *ROLES["root:full"], domains=frozenset({mine.id}))
    act = USE_CASES[name].act
    unknown = worded(await refusal(act(world, limited, "dom_01jd2kaaaaaaaaaaaaaaaaaaaa")))
    assert worded(await refusal(act(world, limited, other.id))) == unknown


async def test_A01_a_foreign_key_is_refused_exactly_as_an_unknown_one(world: World) -> None:
    thief, others = await world.actor(), await world.actor("others")
    key, secret = await world.services.keys.create(others, name="k", role="root:full")
    unknown = worded(await refusal(world.services.keys.revoke(thief, "key_1")))
    assert worded(await refusal(world.services.keys.revoke(thief, key.id))) == unknown
    assert (await world.services.keys.authenticate(secret)).key == key.id


async def test_A01_lists_show_nothing_of_others(world: World) -> None:
    thief, others = await world.actor(), await world.actor("others")
    theirs = await world.verified(others)
    await world.services.keys.create(others, name="k", role="root:full")
    assert await world.services.portfolio.page(thief, limit=10) == []
    assert await world.services.portfolio.page(thief, limit=10, before="z", hostname="acme.com") == []
    assert await world.services.history.of_team(thief, limit=10) == []
    assert await world.services.keys.page(thief, limit=10) == []
    assert [v.domain.id for v in await world.services.portfolio.page(others, limit=10)] == [theirs.id]


async def test_a_limited_key_sees_the_events_of_its_domains_alone(world: World) -> None:
    actor = await world.actor()
    mine, other = await world.registered(actor, "mine.com"), await world.registered(actor, "other.com")
    limited = await world.actor("acme", domains=frozenset({mine.id}))
    assert {e.domain for e in await world.services.history.of_team(limited, limit=10)} == {mine.id}
    assert {e.domain for e in await world.services.history.of_team(actor, limit=10)} == {mine.id, other.id}
