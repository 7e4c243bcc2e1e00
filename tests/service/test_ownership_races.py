"""Two nodes, two teams, one moment: approving, revoking and taking over while somebody verifies.

On SQLite and on PostgreSQL; whoever comes first, one team holds each name and nobody sees an error of ours.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from letterhead.core.domain import Domain, Status
from letterhead.core.permission import Actor
from letterhead.core.refusal import Refusal
from letterhead.ports import Clock, Store
from letterhead.service.services import Services
from letterhead.store.relational import open_store
from tests.clock import ManualClock
from tests.postgres import Postgres
from tests.service.paper import PaperDns, lines
from tests.service.world import CYCLE, World, swept

ROUNDS = 12
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Nodes:
    """Two nodes of one deployment; `far` has a connection of its own."""

    world: World
    far: Services


class Agreeing:
    """Fills ports.Clocks: the database's clock stands where ours does."""

    async def ahead(self, _: Clock) -> timedelta:
        return timedelta(0)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, path: Path) -> Iterator[str]:
    """A migrated database of the test's own."""
    if request.param == "sqlite":
        yield f"sqlite:///{path}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    url = postgres.migrated()
    yield url
    postgres.drop(url)


@pytest.fixture
async def nodes(url: str, path: Path, clock: ManualClock, dns: PaperDns) -> AsyncIterator[Nodes]:
    near, far = open_store(url), open_store(url)
    near.clocks = far.clocks = Agreeing()
    try:
        world = World(near, path, clock, dns)
        yield Nodes(world, _services(world, far, dns))
    finally:
        await near.close()
        await far.close()


def _services(world: World, store: Store, dns: PaperDns) -> Services:
    return replace(world, store=store).node(dns)


async def at_once(*acts: Awaitable[object]) -> None:
    """All at the same moment; a refusal is an answer, anything else is an error."""
    for outcome in await asyncio.gather(*acts, return_exceptions=True):
        assert not isinstance(outcome, BaseException) or isinstance(outcome, Refusal), outcome


async def publish(world: World, name: str, *owners: tuple[Actor, Domain]) -> None:
    """What all of them ask for, in one zone."""
    views = [await world.services.domains.get(actor, domain.id) for actor, domain in owners]
    world.dns.publish(name, *dict.fromkeys(line for view in views for line in lines(view.plan.records)))


@pytest.mark.parametrize("number", range(ROUNDS))
async def test_O07_an_approval_and_a_verify_at_once_leave_a_child_that_is_verified_in_the_end(
    nodes: Nodes, number: int
) -> None:
    world = nodes.world
    above, below = await world.actor("above"), await world.actor("below")
    parent = await world.verified(above)
    child = await world.registered(below, "mail.acme.com")
    await publish(world, "mail.acme.com", (below, child))
    acts = [
        world.services.related.approve(above, parent.id, "mail.acme.com", "below"),
        nodes.far.verification.verify(below, child.id),
    ]
    await at_once(*acts[:: 1 - 2 * (number % 2)])
    world.pass_time(SECOND)
    await world.sweep(SECOND * 60)
    assert (await world.now(child)).held
    assert (await world.now(parent)).approvals == {"mail.acme.com": below.team}
    assert await world.turns(child) == ["approved", "verified"]


@pytest.mark.parametrize("number", range(ROUNDS))
async def test_O07_a_revocation_and_a_verify_at_once_leave_no_child_that_nobody_presses(
    nodes: Nodes, number: int
) -> None:
    """Either the verify came first, and the child is told when it ends; or it came too late and is barred."""
    world = nodes.world
    above, below = await world.actor("above"), await world.actor("below")
    parent = await world.verified(above)
    child = await world.registered(below, "mail.acme.com")
    await world.services.related.approve(above, parent.id, "mail.acme.com", "below")
    await publish(world, "mail.acme.com", (below, child))
    acts = [
        world.services.related.revoke(above, parent.id, "mail.acme.com"),
        nodes.far.verification.verify(below, child.id),
    ]
    await at_once(*acts[:: 1 - 2 * (number % 2)])
    after = await world.now(child)
    assert after.held == (after.revoked_at is not None)
    for _ in range(3):
        await world.sweep()
    assert not (await world.now(child)).held
    assert (await world.turns(child)).count("revoked") == 1


@pytest.mark.parametrize("number", range(ROUNDS))
async def test_O09_a_takeover_and_the_holders_own_proof_at_once_leave_one_holder(
    nodes: Nodes, number: int
) -> None:
    world = nodes.world
    seller, buyer = await world.actor("seller"), await world.actor("buyer")
    held = await world.verified(seller)
    claim = await world.registered(buyer, contest=True)
    await publish(world, "acme.com", (buyer, claim))
    await world.verify(buyer, claim)
    await world.sweep(timedelta(0))
    assert (await world.now(held)).status is Status.LAPSED
    world.pass_time(CYCLE * 1.2)
    if number % 2:
        await publish(world, "acme.com", (buyer, claim), (seller, held))
    await at_once(
        world.swept(),
        nodes.far.verification.verify(seller, held.id),
        swept(nodes.far),
        world.services.verification.verify(buyer, claim.id),
    )
    await world.sweep(SECOND)
    before, after = await world.now(held), await world.now(claim)
    assert (before.held, after.held) == ((True, False) if number % 2 else (False, True))
    assert (await world.turns(held)).count("superseded") == 1 - number % 2


@pytest.mark.parametrize("number", range(ROUNDS))
async def test_L02_two_claims_on_a_name_that_is_let_go_of_end_with_one_holder(
    nodes: Nodes, number: int
) -> None:
    world = nodes.world
    seller = await world.actor("seller")
    held = await world.verified(seller)
    buyers = [await world.actor(team) for team in ("first", "second")]
    claims = [await world.registered(buyer, contest=True) for buyer in buyers]
    await publish(world, "acme.com", *zip(buyers, claims, strict=True))
    await world.sweep(SECOND * 60)
    await world.sweep(timedelta(0))
    world.pass_time(CYCLE * 1.2)
    await world.swept()
    world.pass_time(SECOND)
    nodes_of = (world.services, nodes.far)[:: 1 - 2 * (number % 2)]
    await at_once(
        *(node.verification.verify(b, c.id) for node, b, c in zip(nodes_of, buyers, claims, strict=True))
    )
    await world.sweep(SECOND)
    assert not (await world.now(held)).held
    assert sorted([(await world.now(claim)).held for claim in claims]) == [False, True]
