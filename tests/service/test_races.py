"""Several at once: verifies of one domain, rivals for one name, and changes while the DNS is being asked."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
import structlog

from letterhead.core.domain import Domain, Status
from letterhead.core.identity import Identity, Word
from letterhead.core.permission import Actor
from letterhead.core.record import Role
from letterhead.core.refusal import Refusal
from tests.service.paper import PaperDns, lines
from tests.service.world import CYCLE, World

PAUSE = timedelta(seconds=1)


async def test_L01_two_verifies_at_once_share_their_questions_and_tell_one_event(world: World) -> None:
    actor = await world.actor()
    domain = await world.registered(actor)
    await world.publish(actor, domain)
    views = await asyncio.gather(*(world.verify(actor, domain) for _ in range(30)))
    assert {view.domain.status for view in views} == {Status.VERIFIED}
    assert world.dns.rounds("acme.com") == 1
    assert await world.turns(domain) == ["verified"]
    assert len(await world.changes(domain)) == 5, "each record came once"


async def test_L01_who_asks_while_questions_are_out_waits_for_fresh_ones(world: World) -> None:
    actor = await world.actor()
    domain = await world.registered(actor)
    world.dns.hold()
    early = asyncio.create_task(world.verify(actor, domain))
    await world.dns.until_asked()
    await world.publish(actor, domain)
    world.pass_time(PAUSE)
    late = asyncio.create_task(world.verify(actor, domain))
    await asyncio.sleep(0.01)
    assert world.dns.rounds("acme.com") == 1, "one examination at a time"
    world.dns.release()
    assert (await early).domain.status is Status.PENDING
    assert (await late).domain.status is Status.VERIFIED, "its questions were asked after the request"
    assert await world.turns(domain) == ["verified"]


async def test_L01_a_verify_beside_the_sweep_counts_one_strike(world: World) -> None:
    """What two share is judged once, whatever the provider says: a lapse is never a failure at once."""
    actor = await world.actor()
    domain = await world.verified(actor, profile="anyreach")
    world.provider.identities = Identity(Word.FAILED)
    world.pass_time(CYCLE * 1.2)
    await asyncio.gather(world.swept(), world.verify(actor, domain), world.verify(actor, domain))
    assert (await world.now(domain)).status is Status.LAPSED
    assert await world.turns(domain) == ["verified", "lapsed"]


@pytest.mark.parametrize("decade", range(0, 50, 10))
async def test_L02_two_teams_that_verify_at_once_end_with_one_holder_and_no_error(
    world: World, decade: int
) -> None:
    for turn in range(decade, decade + 10):
        await contest(world, f"acme{turn}.com", on_two_nodes=bool(turn % 2))


async def test_L02_two_teams_that_lost_the_name_before_end_with_one_holder(world: World) -> None:
    """Neither has a claim that the other could end: the unique index alone decides."""
    actors = [await world.actor(team) for team in "ab"]
    domains = []
    for actor in actors:
        domains.append(await world.verified(actor))
        world.dns.publish("acme.com")
        for _ in range(2):
            await world.sweep()
    await publish_all(world, actors, domains)
    await asyncio.gather(*(world.verify(a, d) for a, d in zip(actors, domains, strict=True)))
    assert sorted([(await world.now(domain)).status for domain in domains]) == [
        Status.FAILED,
        Status.VERIFIED,
    ]


async def publish_all(world: World, actors: Sequence[Actor], domains: Sequence[Domain]) -> None:
    """Publish what rivals for one name ask for, all of it in one zone."""
    views = [await world.services.domains.get(a, d.id) for a, d in zip(actors, domains, strict=True)]
    wanted = dict.fromkeys(line for view in views for line in lines(view.plan.records))
    world.dns.publish(domains[0].hostname, *wanted)


async def contest(world: World, name: str, *, on_two_nodes: bool) -> None:
    """Both have their records in the zone and verify at the same moment."""
    actors = [await world.actor(team) for team in "ab"]
    claims = [await world.registered(actor, name) for actor in actors]
    await publish_all(world, actors, claims)
    nodes = [world.services, world.node(world.dns) if on_two_nodes else world.services]
    await asyncio.gather(
        *(
            node.verification.verify(actor, claim.id)
            for node, actor, claim in zip(nodes, actors, claims, strict=True)
        )
    )
    after = [await world.now(claim) for claim in claims]
    assert sorted(domain.held for domain in after) == [False, True]
    assert sorted(domain.status for domain in after) == [Status.FAILED, Status.VERIFIED]


async def test_L03_a_domain_deleted_while_it_is_examined_stays_deleted(world: World) -> None:
    actor = await world.actor()
    domain = await world.registered(actor)
    await world.publish(actor, domain)
    world.dns.hold()
    verify = asyncio.create_task(world.verify(actor, domain))
    await world.dns.until_asked()
    await world.services.domains.remove(actor, domain.id)
    world.dns.release()
    with pytest.raises(Refusal, match="domain_not_found"):
        await verify
    gone = await world.now(domain)
    assert (gone.status, gone.held) == (Status.DELETED, False)
    assert await world.store.reports.newest(domain.id) is None, "the result is thrown away"
    assert await world.turns(domain) == ["deleted"]


async def test_L03_the_sweep_survives_a_domain_deleted_under_its_hands(world: World) -> None:
    actor = await world.actor()
    domain, other = await world.registered(actor), await world.registered(actor, "acme.net")
    await world.publish(actor, other)
    world.dns.hold()
    world.pass_time(PAUSE * 60)
    sweep = asyncio.create_task(world.swept())
    await world.dns.until_asked()
    await world.services.domains.remove(actor, domain.id)
    world.dns.release()
    with structlog.testing.capture_logs() as logs:
        assert await sweep == 2
    left = [(log["domain"], log["log_level"]) for log in logs if log["event"] == "sweep.left"]
    assert left == [(domain.id, "info")]
    assert "error" not in {log["log_level"] for log in logs}
    assert (await world.now(domain)).status is Status.DELETED
    assert (await world.now(other)).status is Status.VERIFIED


async def test_L14_a_domain_suspended_while_it_is_examined_stays_suspended(world: World) -> None:
    actor = await world.actor()
    domain = await world.registered(actor)
    await world.publish(actor, domain)
    world.dns.hold()
    verify = asyncio.create_task(world.verify(actor, domain))
    await world.dns.until_asked()
    await world.services.domains.change(actor, domain.id, suspended=True)
    world.dns.release()
    assert (await verify).domain.status is Status.SUSPENDED
    assert await world.turns(domain) == ["suspended"]


async def test_L08_older_evidence_that_arrives_late_changes_nothing_and_is_told_to_nobody(
    world: World,
) -> None:
    actor = await world.actor()
    domain = await world.verified(actor)
    slow = PaperDns(world.clock)
    slow.hold()
    other = world.node(slow)
    failing = asyncio.create_task(other.verification.verify(actor, domain.id))
    await slow.until_asked()
    world.pass_time(PAUSE)
    newer = await world.verify(actor, domain)
    told = await world.changes(domain)
    slow.release()
    view = await failing
    assert view.domain.status is Status.VERIFIED
    assert view.report == newer.report
    assert (await world.now(domain)).due_at == newer.domain.due_at
    assert await world.turns(domain) == ["verified"]
    assert await world.changes(domain) == told


async def test_L19_what_was_gathered_for_another_plan_is_not_used(world: World) -> None:
    """The claim is renewed while its old token is being looked for: only the new one counts."""
    actor = await world.actor()
    domain = await world.registered(actor)
    await world.publish(actor, domain)
    world.pass_time(timedelta(days=31))
    world.dns.hold()
    refresh = asyncio.create_task(world.services.verification.refresh(actor, domain.id))
    await world.dns.until_asked()
    renewed = await world.node(PaperDns(world.clock)).verification.verify(actor, domain.id)
    assert renewed.domain.token != domain.token
    world.pass_time(PAUSE)
    world.dns.release()
    view = await refresh
    assert view.domain.status is Status.PENDING
    assert view.report is not None
    assert view.report.plan == view.plan.fingerprint == renewed.plan.fingerprint
    assert world.dns.rounds("acme.com") == 2, "it was asked anew for the new plan"


async def test_a_rivals_claim_while_we_are_examined_makes_us_prove(world: World) -> None:
    """O02: without the rival this profile would have verified; with it the old answers do not suffice."""
    first, second = await world.actor("first"), await world.actor("second")
    claim = await world.registered(first, profile="mails")
    await world.publish(first, claim)
    world.dns.hold()
    verify = asyncio.create_task(world.verify(first, claim))
    await world.dns.until_asked()
    await world.registered(second, profile="mails")
    world.dns.release()
    view = await verify
    assert view.domain.status is Status.PENDING
    assert view.plan.of(Role.OWNERSHIP)


async def test_two_verifies_of_an_expired_claim_renew_it_once(world: World) -> None:
    actor = await world.actor()
    domain = await world.registered(actor)
    world.pass_time(timedelta(days=31))
    views = await asyncio.gather(*(world.verify(actor, domain) for _ in range(4)))
    assert len({view.domain.token for view in views} - {domain.token}) == 1
    assert await world.turns(domain) == ["expired", "renewed"]
