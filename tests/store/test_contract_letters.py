"""What every store does with notices to owners, and with the letters that they go into."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from letterhead.core.domain import Status
from letterhead.core.event import EventKind
from letterhead.core.owner_notice import Letter, OwnerNotice
from letterhead.core.team import Team
from letterhead.ports import Stale, Store
from tests.store.inspection import REFUSED, query
from tests.store.samples import ACME, EVIL, HOUR, NOON, a_domain, an_event, an_id, holding

LATER = NOON + HOUR
JANE = "jane@acme.net"


async def noticed(
    store: Store, email: str = JANE, count: int = 1, team: Team = ACME, **fields: Any
) -> list[OwnerNotice]:
    """Notices that wait, and are due at noon unless anything else is said."""
    domain = a_domain(f"{an_id('n')[-6:]}.net".replace("_", "a"), team)
    await store.domains.add(domain, [], [an_event(domain, EventKind.FAILED)])
    given = {"kind": "domain.failed", "at": NOON, "text": "It failed.", "due_at": NOON, **fields}
    about = {"team": team.id, "domain": domain.id, "hostname": domain.hostname, "email": email}
    notices = [OwnerNotice(id=an_id("ntc"), **about, **given) for _ in range(count)]
    await store.tail.announce(await store.tail.waiting(9), notices, [], NOON)
    return notices


def a_letter(team: Team = ACME, **fields: Any) -> Letter:
    given = {"email": JANE, "created_at": NOON, "due_at": NOON, **fields}
    return Letter(id=an_id("ltr"), team=team.id, subject="subject", text="text ☃", **given)


async def test_L16_notices_wait_for_one_letter_and_the_next_waits_for_a_cycle(store: Store) -> None:
    notices = await noticed(store, count=3)
    assert await store.owner_notices.ready(NOON - HOUR, NOON - HOUR, 9) == []
    assert await store.owner_notices.ready(NOON, NOON - HOUR, 9) == [(ACME.id, JANE)]
    assert await store.owner_notices.waiting(ACME.id, JANE, 9) == notices
    await store.owner_notices.post(a_letter(created_at=LATER), notices, NOON)
    with pytest.raises(Stale):
        await store.owner_notices.post(a_letter(created_at=LATER), notices, LATER)
    await noticed(store)
    assert await store.owner_notices.ready(LATER, LATER - timedelta(seconds=1), 9) == []
    assert await store.owner_notices.ready(LATER, LATER, 9) == [(ACME.id, JANE)]


async def test_L16_what_came_too_late_for_a_letter_is_in_no_other_within_the_cycle(store: Store) -> None:
    """Whoever has read before that letter what came after it is refused when they post."""
    first, second = await noticed(store), await noticed(store)
    await store.owner_notices.post(a_letter(created_at=LATER), first, NOON)
    with pytest.raises(Stale):
        await store.owner_notices.post(a_letter(created_at=LATER), second, NOON)
    with pytest.raises(Stale):
        await store.owner_notices.post(a_letter(created_at=LATER), [], NOON)
    assert await store.owner_notices.waiting(ACME.id, JANE, 9) == second
    await store.owner_notices.post(a_letter(created_at=LATER + HOUR), second, LATER)


async def test_L16_of_workers_that_write_at_once_one_does(store: Store) -> None:
    notices = await noticed(store, count=2)
    tries = (store.owner_notices.post(a_letter(), notices, NOON - HOUR) for _ in range(5))
    came = await asyncio.gather(*tries, return_exceptions=True)
    assert came.count(None) == 1
    assert sum(isinstance(each, Stale) for each in came) == 4


async def test_A01_what_waits_for_an_owner_of_one_team_is_never_seen_with_that_of_another(
    store: Store,
) -> None:
    ours, theirs = await noticed(store), await noticed(store, team=EVIL)
    assert await store.owner_notices.waiting(ACME.id, JANE, 9) == ours
    assert await store.owner_notices.waiting(EVIL.id, JANE, 9) == theirs
    await store.owner_notices.post(a_letter(EVIL), theirs, NOON - HOUR)
    assert await store.owner_notices.ready(NOON, NOON - HOUR, 9) == [(ACME.id, JANE)]
    await store.owner_notices.post(a_letter(), ours, NOON - HOUR)


async def test_whoever_waits_longest_comes_first_and_who_is_put_off_holds_up_nobody(store: Store) -> None:
    for number in range(3):
        await noticed(store, f"o{number}@acme.net", due_at=NOON + number * HOUR)
    far = NOON + 9 * HOUR
    assert [email for _, email in await store.owner_notices.ready(far, NOON, 2)] == [
        "o0@acme.net",
        "o1@acme.net",
    ]
    await store.owner_notices.put_off(ACME.id, "o0@acme.net", far)
    assert [email for _, email in await store.owner_notices.ready(LATER, NOON, 9)] == ["o1@acme.net"]
    await noticed(store, "o0@acme.net", due_at=LATER)
    assert len(await store.owner_notices.ready(LATER, NOON, 9)) == 2, "something new to tell brings the rest"
    assert len(await store.owner_notices.waiting(ACME.id, "o0@acme.net", 9)) == 2


async def test_what_is_given_up_waits_no_longer_and_stays_to_be_seen(store: Store) -> None:
    notices = await noticed(store, count=2)
    assert (await store.backlog(NOON)).notices == 2
    await store.owner_notices.give_up(notices[:1])
    await store.owner_notices.give_up([])
    assert (await store.backlog(NOON)).notices == 1
    assert await store.owner_notices.waiting(ACME.id, JANE, 9) == notices[1:]
    with pytest.raises(Stale):
        await store.owner_notices.post(a_letter(), notices, NOON)
    seen = await store.owner_notices.page(ACME.id, limit=9)
    assert seen == [notices[1], replace(notices[0], due_at=None)]


async def test_a_notice_never_waits_for_a_letter_that_it_has(store: Store, url: str) -> None:
    await store.owner_notices.post(a_letter(), await noticed(store), NOON)
    with pytest.raises(REFUSED):
        query(url, "UPDATE owner_notice SET due_at = 1")


FAILED = {"status": Status.FAILED, "ever_held": True}


@pytest.mark.parametrize(
    ("fields", "kinds", "is_broken"),
    [
        (FAILED, [EventKind.FAILED], True),
        (FAILED, [EventKind.SUPERSEDED, EventKind.RECOVERED, EventKind.FAILED, EventKind.CHANGED], True),
        (FAILED, [EventKind.FAILED, EventKind.RECOVERED, EventKind.SUPERSEDED, EventKind.CHANGED], False),
        ({"status": Status.FAILED}, [EventKind.FAILED], False),
        ({"status": Status.FAILED}, [EventKind.EXPIRED], False),
        (holding(), [EventKind.FAILED, EventKind.RECOVERED], False),
        ({"status": Status.SUSPENDED, "ever_held": True}, [EventKind.FAILED, EventKind.SUSPENDED], False),
        ({"status": Status.DELETED, "ever_held": True}, [EventKind.FAILED, EventKind.DELETED], False),
    ],
)
async def test_L15_mail_arrives_nowhere_where_a_domain_was_held_and_failed_and_was_not_lost(
    store: Store, fields: dict[str, Any], kinds: list[EventKind], is_broken: bool
) -> None:
    domain = a_domain("acme.net", **fields)
    await store.domains.add(domain, [], [an_event(domain, kind) for kind in kinds])
    names = ["www.acme.net", "acme.net"]
    assert await store.owner_notices.broken(ACME.id, names) == ({"acme.net"} if is_broken else set())
    assert await store.owner_notices.broken(ACME.id, ["acme.com"]) == set()
    assert await store.owner_notices.broken(ACME.id, []) == set()
    assert await store.owner_notices.broken(EVIL.id, names) == set()


async def test_L15_mail_arrives_again_where_another_team_has_the_domain(store: Store) -> None:
    domain = a_domain("acme.net", **FAILED)
    await store.domains.add(domain, [], [an_event(domain, EventKind.FAILED)])
    await store.domains.add(a_domain("acme.net", EVIL), [], [])
    assert await store.owner_notices.broken(ACME.id, ["acme.net"]) == {"acme.net"}
    await store.domains.add(a_domain("acme.net", Team("team_zeta", "zeta", NOON), **holding()), [], [])
    assert await store.owner_notices.broken(ACME.id, ["acme.net"]) == set()


async def test_a_letter_is_leased_sent_once_and_seen_in_its_notices(store: Store) -> None:
    notices = await noticed(store)
    letter = a_letter()
    await store.owner_notices.post(letter, notices, NOON - HOUR)
    until = NOON + timedelta(minutes=1)
    both = await asyncio.gather(*(store.owner_notices.lease(NOON, until, 9) for _ in range(2)))
    assert [each for some in both for each in some] == [letter]
    assert (await store.backlog(NOON)).letters == 1
    sent = replace(letter, due_at=None, attempts=1, sent_at=LATER)
    await store.owner_notices.settle(letter, sent)
    with pytest.raises(Stale):
        await store.owner_notices.settle(letter, sent)
    (seen,) = await store.owner_notices.page(ACME.id, limit=9)
    assert (seen.letter, seen.sent_at, seen.text, seen.due_at) == (letter.id, LATER, "It failed.", None)
    assert await store.owner_notices.page(EVIL.id, limit=9) == []
    assert await store.owner_notices.page(ACME.id, limit=9, only=frozenset({"dom_x"})) == []
    assert (await store.backlog(NOON)).letters == 0
