"""Who may call a name theirs: squatters, leftovers, replayed tokens, wildcards and strangers' zones."""

import itertools

import pytest
from msgspec.structs import replace

from letterhead.core.answer import Fault, Question, RecordType
from letterhead.core.cause import Cause
from letterhead.core.domain import Status
from letterhead.core.finding import Outcome
from letterhead.core.profile import PROFILES
from letterhead.core.record import Role
from letterhead.core.refusal import Refusal
from tests.core.dns import observed
from tests.service.paper import FIRST, SECOND, lines
from tests.service.world import World, finding


async def test_O01_a_claim_reserves_nothing_and_ends_when_somebody_else_proves_the_name(world: World) -> None:
    squatter, owner = await world.actor("squatter"), await world.actor("owner")
    squatted = await world.registered(squatter)
    owned = await world.verified(owner)
    assert (await world.now(owned)).held
    assert (await world.now(squatted)).status is Status.FAILED
    assert await world.turns(squatted) == ["contested", "superseded"]
    assert "superseded" not in await world.turns(owned)


@pytest.mark.parametrize("order", list(itertools.permutations("abc")))
async def test_O01_whoever_proves_first_holds_the_name_in_whatever_order_they_came(
    world: World, order: tuple[str, ...]
) -> None:
    actors = {team: await world.actor(team) for team in "abc"}
    claims = {team: await world.registered(actors[team]) for team in order}
    for team in reversed(order):
        await world.publish(actors[team], claims[team])
        await world.verify(actors[team], claims[team])
    held = {team: (await world.now(claim)).held for team, claim in claims.items()}
    assert held == {team: team == order[-1] for team in order}


@pytest.mark.parametrize("profile", PROFILES)
async def test_O02_what_a_former_team_left_in_the_zone_proves_nothing_for_the_next(
    world: World, profile: str
) -> None:
    first, second = await world.actor("first"), await world.actor("second")
    former = await world.verified(first, profile=profile)
    await world.services.domains.remove(first, former.id)
    claim = await world.registered(second, profile=profile)
    for _ in range(2):
        await world.sweep()
        assert (await world.now(claim)).status is Status.PENDING
    view = await world.verify(second, claim)
    assert view.domain.status is Status.PENDING
    assert finding(view, Role.MX).outcome is Outcome.PASS, "the leftovers are seen, and do not suffice"
    await world.publish(second, claim)
    assert (await world.verify(second, claim)).domain.status is Status.VERIFIED


async def test_O02_a_profile_without_proof_asks_for_it_as_soon_as_the_name_is_contested(world: World) -> None:
    first, second = await world.actor("first"), await world.actor("second")
    alone = await world.registered(first, profile="mails")
    view = await world.services.domains.get(first, alone.id)
    assert view.plan.of(Role.OWNERSHIP) == ()
    await world.publish(first, alone)
    await world.registered(second, profile="mails")
    view = await world.verify(first, alone)
    assert view.domain.status is Status.PENDING
    (proof,) = view.plan.of(Role.OWNERSHIP)
    assert proof.required
    await world.publish(first, alone)
    assert (await world.verify(first, alone)).domain.status is Status.VERIFIED


async def test_O02_a_holder_is_never_demoted_by_a_rivals_claim(world: World) -> None:
    holder, rival = await world.actor("holder"), await world.actor("rival")
    held = await world.verified(holder, profile="mails")
    with pytest.raises(Refusal, match="domain_held"):
        await world.registered(rival, profile="mails")
    claim = await world.registered(rival, profile="mails", contest=True)
    view = await world.verify(holder, held)
    assert view.domain.status is Status.VERIFIED
    (proof,) = view.plan.of(Role.OWNERSHIP)
    assert not proof.required, "it is asked to prove, and loses nothing by not doing so"
    assert await world.turns(held) == ["verified", "contested"]
    await world.sweep()
    assert (await world.now(held)).held
    assert (await world.now(claim)).status is Status.PENDING


@pytest.mark.parametrize("same_team", [True, False])
async def test_O03_T07_the_token_of_an_older_registration_is_named_as_such_and_never_passes(
    world: World, same_team: bool
) -> None:
    first = await world.actor("first")
    second = first if same_team else await world.actor("second")
    former = await world.verified(first)
    await world.services.domains.remove(first, former.id)
    claim = await world.registered(second)
    assert claim.token != former.token
    new = (await world.services.domains.get(second, claim.id)).plan.records
    leftover = f"_letterhead.acme.com TXT letterhead-verify={former.token}"
    world.dns.publish("acme.com", *lines(r for r in new if r.role is not Role.OWNERSHIP), leftover)
    view = await world.verify(second, claim)
    proof = finding(view, Role.OWNERSHIP)
    assert (view.domain.status, proof.cause) == (Status.PENDING, Cause.PROOF_STALE)
    assert "first" not in proof.advice, "T07: whose it is stays unsaid"
    assert former.id not in proof.advice
    world.dns.lines["acme.com"].append(f"_letterhead.acme.com TXT letterhead-verify={claim.token}")
    assert (await world.verify(second, claim)).domain.status is Status.VERIFIED


async def test_O04_a_token_proves_one_domain_alone(world: World) -> None:
    actor = await world.actor()
    domains = [await world.registered(actor, name) for name in ("acme.com", "acme.net")]
    for domain, other in zip(domains, reversed(domains), strict=True):
        await world.publish(actor, domain, but=[Role.OWNERSHIP])
        proof = f"_letterhead.{domain.hostname} TXT letterhead-verify={other.token}"
        world.dns.lines[domain.hostname].append(proof)
    for domain in domains:
        view = await world.verify(actor, domain)
        assert view.domain.status is Status.PENDING
        assert finding(view, Role.OWNERSHIP).cause is Cause.PROOF_STALE


@pytest.mark.parametrize(
    ("wildcard", "cause"),
    [
        ("*.acme.com TXT hello", Cause.WILDCARD),
        ("*.acme.com TXT letterhead-verify={theirs}", Cause.PROOF_STALE),
        ("*.acme.com MX 10 mx.letterhead.net", Cause.TYPE_MISSING),
        ("*.acme.com CNAME evil.net\nevil.net TXT letterhead-verify={theirs}", Cause.PROOF_STALE),
    ],
)
async def test_O05_a_wildcard_that_answers_everything_proves_nothing(
    world: World, wildcard: str, cause: Cause
) -> None:
    owner, thief = await world.actor("owner"), await world.actor("thief")
    theirs = await world.registered(owner)
    claim = await world.registered(thief)
    await world.publish(thief, claim, but=[Role.OWNERSHIP])
    world.dns.lines["acme.com"] += wildcard.format(theirs=theirs.token).splitlines()
    view = await world.verify(thief, claim)
    assert view.domain.status is Status.PENDING
    assert finding(view, Role.OWNERSHIP).cause is cause


async def test_O06_an_alias_into_a_strangers_zone_passes_only_with_the_exact_token_and_shows_the_hop(
    world: World,
) -> None:
    actor = await world.actor()
    claim = await world.registered(actor)
    await world.publish(actor, claim, but=[Role.OWNERSHIP])
    world.dns.lines["acme.com"].append("_letterhead.acme.com CNAME proof.saas.net")
    world.dns.publish("saas.net", "proof.saas.net TXT letterhead-verify=hellohellohellohellohellohello22")
    view = await world.verify(actor, claim)
    assert view.domain.status is Status.PENDING
    world.dns.publish("saas.net", f"proof.saas.net TXT letterhead-verify={claim.token}")
    view = await world.verify(actor, claim)
    assert view.domain.status is Status.VERIFIED
    proof = finding(await world.evidence(actor, claim), Role.OWNERSHIP)
    assert [remark.code for remark in proof.remarks] == ["alias_leaves_domain"]
    assert [(w.question, w.zone) for w in proof.witnesses] == [
        ("_letterhead.acme.com TXT", "acme.com"),
        ("proof.saas.net TXT", "saas.net"),
    ]


@pytest.mark.parametrize("same_team", [True, False])
@pytest.mark.parametrize("is_cut", [True, False])
async def test_O07_a_name_below_anothers_needs_a_zone_of_its_own(
    world: World, same_team: bool, is_cut: bool
) -> None:
    above = await world.actor("above")
    below = above if same_team else await world.actor("below")
    parent = await world.verified(above, "acme.com")
    if is_cut:
        world.dns.cuts.add("mail.acme.com")
    child = await world.registered(below, "mail.acme.com")
    assert child.contested != same_team
    await world.publish(below, child)
    view = await world.verify(below, child)
    assert view.report is not None
    assert view.report.outcome is Outcome.PASS
    assert view.domain.held == (same_team or is_cut)
    told = (await world.turns(parent)).count("related")
    assert told == (0 if same_team else 1 + is_cut), "the owner above hears of the claim and of the proof"


async def test_O07_below_anothers_name_every_profile_asks_for_the_token(world: World) -> None:
    await world.verified(await world.actor("above"), "acme.com")
    below = await world.actor("below")
    world.dns.cuts.add("mail.acme.com")
    child = await world.registered(below, "mail.acme.com", profile="mails")
    view = await world.services.domains.get(below, child.id)
    (proof,) = view.plan.of(Role.OWNERSHIP)
    assert proof.required
    await world.publish(below, child, but=[Role.OWNERSHIP])
    assert (await world.verify(below, child)).domain.status is Status.PENDING
    await world.publish(below, child)
    assert (await world.verify(below, child)).domain.status is Status.VERIFIED


async def test_O08_a_child_that_was_first_stays_and_both_owners_hear_of_each_other(world: World) -> None:
    below, above = await world.actor("below"), await world.actor("above")
    child = await world.verified(below, "mail.acme.com")
    parent = await world.verified(above, "acme.com")
    assert (await world.now(parent)).held
    await world.sweep()
    assert (await world.now(child)).status is Status.VERIFIED
    assert await world.turns(child) == ["verified", "related", "related"]
    events = await world.store.events.page(child.team, limit=10, domain=child.id)
    told = [event.data for event in events if event.kind.value == "domain.related"]
    assert told == [{"name": "acme.com"}] * 2, "which name, and not whose (A14)"


async def test_N06_below_a_private_suffix_only_the_exact_name_counts(world: World) -> None:
    actor = await world.actor()
    claim = await world.registered(actor, "acme.github.io")
    await world.publish(actor, claim, but=[Role.OWNERSHIP])
    proof = f"TXT letterhead-verify={claim.token}"
    elsewhere = ("_letterhead.github.io", "_letterhead.other.github.io", "acme.github.io")
    world.dns.publish("github.io", *(f"{name} {proof}" for name in elsewhere))
    assert (await world.verify(actor, claim)).domain.status is Status.PENDING
    world.dns.publish("github.io", f"_letterhead.acme.github.io {proof}")
    assert (await world.verify(actor, claim)).domain.status is Status.VERIFIED


async def test_O11_the_record_says_whose_it_is_and_what_for(world: World) -> None:
    actor = await world.actor()
    claim = await world.registered(actor)
    (proof,) = (await world.services.domains.get(actor, claim.id)).plan.of(Role.OWNERSHIP)
    assert (proof.host, proof.text) == ("_letterhead.acme.com", f"letterhead-verify={claim.token}")
    assert proof.purpose == "Proves that the domain is yours. Unique to this registration."


async def test_O13_a_lame_server_beside_one_with_the_token_keeps_a_claim_from_passing(world: World) -> None:
    actor = await world.actor()
    claim = await world.registered(actor)
    view = await world.services.domains.get(actor, claim.id)
    await world.publish(actor, claim)
    for record in view.plan.records:
        question = Question(record.host, record.type)
        (right,) = await world.dns.ask(question, within=1)
        lame = observed(question, server=SECOND, fault=Fault.LAME)
        world.dns.twists[question] = lambda _, said=(right, lame): said
    view = await world.verify(actor, claim)
    proof = finding(await world.evidence(actor, claim), Role.OWNERSHIP)
    assert (view.domain.status, proof.cause) == (Status.PENDING, Cause.LAME_DELEGATION)
    assert {(w.server, w.fault) for w in proof.witnesses} == {(FIRST, ""), (SECOND, Fault.LAME)}
    assert "others could claim it" in proof.advice
    world.dns.twists.clear()
    assert (await world.verify(actor, claim)).domain.status is Status.VERIFIED


async def test_O14_the_report_says_which_server_differs(world: World) -> None:
    actor = await world.actor()
    domain = await world.verified(actor)
    question = Question("acme.com", RecordType.MX)
    (right,) = await world.dns.ask(question, within=1)
    world.dns.publish("acme.com", "acme.com MX 10 mx.old-host.net")
    (wrong,) = await world.dns.ask(question, within=1)
    await world.publish(actor, domain)
    world.dns.twists[question] = lambda _: (right, replace(wrong, server=SECOND, name="ns2.acme.com"))
    view = await world.verify(actor, domain)
    assert view.domain.status is Status.VERIFIED
    assert finding(view, Role.MX).cause is Cause.SERVERS_DISAGREE
    assert f"ns2.acme.com ({SECOND}) says 10 mx.old-host.net" in finding(view, Role.MX).advice


async def test_L04_L05_delete_frees_the_name_and_the_tombstone_remembers_it(world: World) -> None:
    """As far as there are no mailboxes."""
    first, second = await world.actor("first"), await world.actor("second")
    former = await world.verified(first, profile="mails")
    await world.services.domains.remove(first, former.id)
    gone = await world.now(former)
    assert (gone.status, gone.held, gone.ever_held, gone.due_at) == (Status.DELETED, False, True, None)
    for read in (
        world.services.domains.get,
        world.services.verification.verify,
        world.services.domains.remove,
    ):
        with pytest.raises(Refusal, match="domain_not_found"):
            await read(first, former.id)
    again = await world.registered(first, profile="mails")
    assert not again.contested, "its own history is no contest"
    assert (await world.registered(second, profile="mails")).contested
