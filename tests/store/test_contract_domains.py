"""What every store does with domains, asked through the port alone."""

import asyncio
from dataclasses import replace

import pytest

from letterhead.core.domain import Domain, Status
from letterhead.core.event import EventKind
from letterhead.core.identity import SealedKey
from letterhead.ports import AlreadyRegistered, Change, HeldElsewhere, Stale, Store, StoreError
from tests.store.samples import (
    ACME,
    EVIL,
    HOUR,
    NOON,
    ZETA,
    a_domain,
    a_full_domain,
    a_report,
    an_event,
    holding,
)
from tests.store.taking import pending

INJECTIONS = (
    "' OR '1'='1",
    "x'; DROP TABLE domain; --",
    '" OR ""="',
    ":team",
    "?",
    "%",
    "_",
    "\\",
    "\U0001f4a5 é",
    "",
)
NUL = "dom_\x00"  # a text that SQLite keeps and PostgreSQL has no room for


async def _added(store: Store, domain: Domain) -> Domain:
    return await store.domains.add(domain, (), ())


async def _saved(store: Store, domain: Domain, **fields: object) -> Domain:
    (saved,) = await store.domains.save([Change(replace(domain, **fields))])  # type: ignore[arg-type] # any field
    return saved


async def test_every_field_comes_back_as_it_went_in(store: Store) -> None:
    domain = a_full_domain()
    assert await _added(store, domain) == domain
    assert await store.domains.of_team(ACME.id, domain.id) == domain
    assert await store.domains.by_id(domain.id) == domain


async def test_every_field_that_may_change_is_saved(store: Store) -> None:
    full = a_full_domain()
    bare = await _added(store, a_domain(full.hostname, region=full.region, provider=full.provider))
    saved = await _saved(store, replace(full, id=bare.id, version=bare.version))
    assert saved == replace(full, id=bare.id, version=bare.version + 1)
    assert await store.domains.by_id(bare.id) == saved


async def test_what_a_registration_is_never_changes(store: Store) -> None:
    domain = await _added(store, a_domain("acme.com"))
    saved = await _saved(store, domain, hostname="evil.com", profile="mails", created_at=NOON + HOUR)
    assert (saved.hostname, saved.profile, saved.created_at) == ("acme.com", "letterhead", NOON)


async def test_a_domain_needs_a_team(store: Store) -> None:
    with pytest.raises(StoreError):
        await _added(store, replace(a_domain(), team="team_nobody"))


async def test_a_team_registers_a_name_once(store: Store) -> None:
    await _added(store, a_domain())
    with pytest.raises(AlreadyRegistered):
        await _added(store, a_domain())
    assert await store.domains.count(ACME.id) == 1


async def test_a_refused_registration_leaves_no_events_behind(store: Store) -> None:
    first, again = a_domain(), a_domain()
    await store.domains.add(first, (), [an_event(first)])
    with pytest.raises(AlreadyRegistered):
        await store.domains.add(again, [SealedKey("lh1", b"sealed")], [an_event(again)])
    assert [event.domain for event in await store.events.page(ACME.id, limit=9)] == [first.id]


async def test_a_name_may_be_registered_again_after_it_was_deleted(store: Store) -> None:
    first = await _added(store, a_domain())
    await _saved(store, first, status=Status.DELETED)
    second = await _added(store, a_domain())
    assert [domain.id for domain in await store.domains.page(ACME.id, limit=9)] == [second.id]


async def test_a_deleted_domain_is_seen_by_its_id_alone(store: Store) -> None:
    domain = await _added(store, a_domain(transfer_to=EVIL.id))
    tombstone = await _saved(store, domain, status=Status.DELETED, due_at=None)
    assert await store.domains.by_id(domain.id) == tombstone
    assert await store.domains.of_team(ACME.id, domain.id) is None
    assert await store.domains.offered(EVIL.id, domain.id) is None
    assert await store.domains.others("acme.com", EVIL.id) == []
    assert await store.domains.page(ACME.id, limit=9) == []
    assert await store.domains.count(ACME.id) == 0


async def test_another_teams_domain_is_not_there(store: Store) -> None:
    domain = await _added(store, a_domain())
    assert await store.domains.of_team(EVIL.id, domain.id) is None
    assert await store.domains.page(EVIL.id, limit=9) == []
    assert await store.domains.count(EVIL.id) == 0
    assert await store.domains.offered(EVIL.id, domain.id) is None


async def test_an_offer_is_seen_by_the_team_it_is_made_to(store: Store) -> None:
    domain = await _added(store, a_domain(transfer_to=EVIL.id))
    assert await store.domains.offered(EVIL.id, domain.id) == domain
    assert await store.domains.offered(ZETA.id, domain.id) is None
    assert await store.domains.offered(ACME.id, domain.id) is None
    pointless = await _added(store, a_domain("own.com", transfer_to=ACME.id))
    assert await store.domains.offered(ACME.id, pointless.id) is None


async def test_a_transfer_takes_the_domain_to_its_new_team(store: Store) -> None:
    domain = await _added(store, a_domain(transfer_to=EVIL.id, **holding()))
    moved = await _saved(store, domain, team=EVIL.id, transfer_to=None)
    assert await store.domains.of_team(EVIL.id, domain.id) == moved
    assert await store.domains.of_team(ACME.id, domain.id) is None


async def test_a_transfer_to_a_team_that_has_the_name_itself_is_refused(store: Store) -> None:
    domain = await _added(store, a_domain(team=ACME))
    await _added(store, a_domain(team=EVIL))
    with pytest.raises(AlreadyRegistered):
        await _saved(store, domain, team=EVIL.id)


async def test_O01_any_team_may_claim_a_name_and_the_first_to_prove_holds_it(store: Store) -> None:
    squatter = await _added(store, a_domain(team=EVIL))
    owner = await _added(store, a_domain(team=ACME))
    held = await _saved(store, owner, **holding())
    assert held.held
    with pytest.raises(HeldElsewhere):
        await _saved(store, squatter, **holding())
    left = await store.domains.by_id(squatter.id)
    assert left is not None
    assert (left.status, left.held_elsewhere, left.version) == (Status.PENDING, True, squatter.version)


async def test_a_registration_that_holds_at_once_is_refused_like_any_other(store: Store) -> None:
    await _added(store, a_domain(team=ACME, **holding()))
    with pytest.raises(HeldElsewhere):
        await _added(store, a_domain(team=EVIL, **holding()))


async def test_a_name_changes_hands_in_one_transaction_in_whatever_order(store: Store) -> None:
    old = await _added(store, a_domain(team=EVIL, **holding()))
    new = await _added(store, a_domain(team=ACME))
    taken, lost = await store.domains.save(
        [
            Change(replace(new, **holding()), (an_event(new, EventKind.VERIFIED),)),
            Change(replace(old, status=Status.FAILED, held=False, verified_at=None)),
        ]
    )
    assert (taken.id, taken.held, taken.held_elsewhere) == (new.id, True, False)
    assert (lost.id, lost.held, lost.held_elsewhere) == (old.id, False, True)


@pytest.mark.parametrize(
    ("other", "contested", "held_elsewhere"),
    [
        (a_domain(team=EVIL), True, False),
        (a_domain(team=EVIL, status=Status.FAILED), True, False),
        (a_domain(team=EVIL, **holding()), True, True),
        (a_domain(team=EVIL, **holding(status=Status.SUSPENDED)), True, True),
        (a_domain(team=EVIL, status=Status.DELETED), False, False),
        (a_domain(team=EVIL, status=Status.DELETED, ever_held=True), True, False),
        (a_domain(team=ACME, status=Status.DELETED, ever_held=True), False, False),
        (a_domain("mail.acme.com", team=EVIL, **holding()), False, False),
    ],
    ids=["claim", "failed", "holder", "suspended holder", "deleted", "once held", "our own", "another name"],
)
async def test_contest_is_seen_with_every_read(
    store: Store, other: Domain, contested: bool, held_elsewhere: bool
) -> None:
    await _added(store, other)
    domain = await _added(store, a_domain())
    reads = [
        domain,
        await store.domains.of_team(ACME.id, domain.id),
        await store.domains.by_id(domain.id),
        *await store.domains.page(ACME.id, limit=1),
        *[each for each in await pending(store, NOON, NOON + HOUR, 9) if each.id == domain.id],
        await _saved(store, domain, rung=1),
    ]
    assert len(reads) == 6
    assert {(each and each.contested, each and each.held_elsewhere) for each in reads} == {
        (contested, held_elsewhere)
    }


async def test_others_are_other_teams_registrations_of_the_very_same_name(store: Store) -> None:
    ours = await _added(store, a_domain(team=ACME))
    theirs = [await _added(store, a_domain(team=team)) for team in (EVIL, ZETA)]
    await _added(store, a_domain("mail.acme.com", team=EVIL))
    others = await store.domains.others("acme.com", ACME.id)
    assert [other.id for other in others] == [other.id for other in theirs]
    assert ours.id not in {other.id for other in others}


async def test_relatives_are_held_names_above_and_below(store: Store) -> None:
    held = ["acme.com", "mail.acme.com", "a.b.mail.acme.com", "xmail.acme.com", "acme-x.com", "acmes.com"]
    for hostname in held:
        await _added(store, a_domain(hostname, team=EVIL, **holding()))
    await _added(store, a_domain("claim.acme.com", team=EVIL))
    await _added(store, a_domain("z.acme.com", **holding()))

    async def related(hostname: str, *ancestors: str) -> list[str]:
        return [domain.hostname for domain in await store.domains.relatives(hostname, ancestors)]

    assert await related("acme.com") == ["mail.acme.com", "a.b.mail.acme.com", "xmail.acme.com", "z.acme.com"]
    assert await related("b.mail.acme.com", "mail.acme.com", "acme.com") == [
        "acme.com",
        "mail.acme.com",
        "a.b.mail.acme.com",
    ]
    assert await related("x.claim.acme.com", "claim.acme.com", "acme.com") == ["acme.com"]
    assert await related("il.acme.com") == []


async def test_a_save_brings_domain_events_and_report_together(store: Store) -> None:
    domain = await _added(store, a_domain())
    event, report = an_event(domain, EventKind.FAILED, cause="mx_foreign"), a_report()
    (saved,) = await store.domains.save([Change(replace(domain, rung=3), (event,), report)])
    assert (saved.rung, saved.version) == (3, domain.version + 1)
    assert await store.reports.evidence(domain.id) == report
    (kept,) = await store.events.page(ACME.id, limit=9)
    assert replace(kept, id=0) == event


async def test_one_stale_change_saves_nothing_of_the_others(store: Store) -> None:
    first, second = [await _added(store, a_domain(name)) for name in ("a.com", "b.com")]
    await _saved(store, second, rung=1)
    with pytest.raises(Stale):
        await store.domains.save(
            [
                Change(replace(first, rung=9), (an_event(first),), a_report()),
                Change(replace(second, rung=9), (an_event(second),)),
            ]
        )
    assert await store.domains.by_id(first.id) == first
    assert await store.reports.newest(first.id) is None
    assert await store.events.page(ACME.id, limit=9) == []


async def test_L01_of_two_saves_of_one_version_one_is_stale_and_one_event_is_told(store: Store) -> None:
    domain = await _added(store, a_domain())
    for _ in range(50):
        change = Change(replace(domain, rung=domain.rung + 1), (an_event(domain, EventKind.CHANGED),))
        outcomes = await asyncio.gather(
            *(store.domains.save([change]) for _ in range(4)), return_exceptions=True
        )
        assert sum(isinstance(outcome, Stale) for outcome in outcomes) == 3
        reread = await store.domains.by_id(domain.id)
        assert reread is not None
        domain = reread
    assert (domain.rung, domain.version) == (50, 51)
    assert len(await store.events.page(ACME.id, limit=99)) == 50


async def test_L02_of_two_teams_that_prove_one_name_at_once_exactly_one_holds_it(store: Store) -> None:
    for number in range(200):
        rivals = [await _added(store, a_domain(f"n{number}.com", team=team)) for team in (ACME, EVIL)]
        outcomes = await asyncio.gather(
            *(store.domains.save([Change(replace(rival, **holding()))]) for rival in rivals),
            return_exceptions=True,
        )
        assert sum(isinstance(outcome, HeldElsewhere) for outcome in outcomes) == 1
        reread = [await store.domains.by_id(rival.id) for rival in rivals]
        assert sorted(bool(each and each.held) for each in reread) == [False, True]


async def test_L03_a_verdict_that_comes_after_the_deletion_is_stale(store: Store) -> None:
    examined = await _added(store, a_domain())
    await _saved(store, examined, status=Status.DELETED, due_at=None)
    with pytest.raises(Stale):
        await store.domains.save([Change(replace(examined, **holding()), (), a_report())])
    tombstone = await store.domains.by_id(examined.id)
    assert tombstone is not None
    assert (tombstone.status, tombstone.held) == (Status.DELETED, False)
    assert await store.reports.newest(examined.id) is None


async def test_L03_a_domain_that_never_was_is_stale(store: Store) -> None:
    with pytest.raises(Stale):
        await _saved(store, a_domain())


@pytest.mark.parametrize("text", [*INJECTIONS, NUL])
async def test_A09_no_text_is_taken_for_sql(store: Store, text: str) -> None:
    domain = await _added(store, a_domain())
    assert await store.domains.of_team(ACME.id, text) is None
    assert await store.domains.of_team(text, domain.id) is None
    assert await store.domains.with_report(text, domain.id) is None
    assert await store.domains.with_report(ACME.id, text) is None
    assert await store.domains.count(text) == 0
    assert await store.domains.by_id(text) is None
    assert await store.domains.page(text, limit=9) == []
    assert await store.domains.page(ACME.id, limit=9, hostname=text) == []
    assert await store.domains.page(ACME.id, limit=9, only=frozenset({text})) == []
    assert await store.domains.others(text, EVIL.id) == []
    assert await store.domains.relatives(text, [text]) == []
    assert await store.domains.page(ACME.id, limit=9, before=text) in ([], [domain])
    assert await store.events.page(ACME.id, limit=9, domain=text) == []
    assert await store.reports.newest_of([text]) == {}
    assert await store.teams.by_slug(text) is None
    assert await store.keys.by_digest(text) is None
    assert await store.domains.count(ACME.id) == 1


@pytest.mark.parametrize("text", INJECTIONS)
async def test_A09_every_text_is_kept_as_it_is(store: Store, text: str) -> None:
    domain = a_domain(token=text, dkim_key=text, selectors=(text, "lh2"))
    event = an_event(domain, cause=text)
    assert await store.domains.add(domain, (), [event]) == domain
    (kept,) = await store.events.page(ACME.id, limit=9)
    assert kept.data == {"cause": text}


async def test_A09_a_nul_is_kept_or_refused_and_never_altered(store: Store) -> None:
    domain = a_domain(token=NUL)
    try:
        assert await store.domains.add(domain, (), ()) == domain
    except StoreError:
        assert await store.domains.page(ACME.id, limit=9) == []
    assert await store.domains.by_id(NUL) is None


async def test_K09_one_sealed_key_is_found_whosever_it_is(store: Store) -> None:
    assert await store.domains.sealed() is None
    domain = await store.domains.add(a_domain("acme.com"), (), ())
    assert await store.domains.sealed() is None
    key = SealedKey("lh1", b"\x01sealed\x00")
    keyed = await store.domains.add(a_domain("evil.net", EVIL), (key,), ())
    assert await store.domains.sealed() == ("evil.net", key)
    await store.domains.save([Change(replace(keyed, status=Status.DELETED)), Change(domain)])
    assert await store.domains.sealed() is None
