"""Letters to owners, from the event to the smarthost: who is written to, when, about what, and who is not."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import structlog
from structlog.typing import EventDict

from letterhead.core.delivery import SCHEDULE
from letterhead.core.domain import Domain, Status
from letterhead.core.identity import Identity, Word
from letterhead.core.owner_notice import GATHERING, PATIENCE, Letter, OwnerNotice
from letterhead.core.permission import Actor
from letterhead.core.team import MemberRole
from letterhead.ports import Store, Undelivered
from letterhead.service import owner_notices
from letterhead.service.owner_notices import AGAIN, LEASE
from tests.clock import ManualClock
from tests.service.mailroom import Sink
from tests.service.paper import PaperDns, PaperProvider
from tests.service.world import CYCLE, MOST, World

CLAIM = timedelta(days=30)


@dataclass
class Choosy(Sink):
    """Breaks in a way that nobody expects when it is to take a letter to some."""

    breaks_at: set[str] = field(default_factory=set)
    tried: list[str] = field(default_factory=list)

    async def send(self, letter: Letter) -> None:
        self.tried.append(letter.email)
        if letter.email in self.breaks_at:
            raise IndexError("string index out of range")
        await super().send(letter)


@pytest.fixture
def post() -> Choosy:
    return Choosy()


@pytest.fixture
def mailing(world: World, store: Store, clock: ManualClock, dns: PaperDns, post: Choosy) -> World:
    """The same world with a smarthost."""
    return World(store, world.path, clock, dns, smarthost=post)


@pytest.fixture
def logs() -> Iterator[list[EventDict]]:
    with structlog.testing.capture_logs() as logs:
        yield logs


async def owned(world: World, *emails: str, team: str = "acme") -> Actor:
    """Somebody of a team with these owners."""
    actor = await world.actor(team)
    for email in emails:
        await world.services.members.add(actor, email=email, role=MemberRole.OWNER)
    return actor


async def verified(world: World, actor: Actor, *names: str) -> list[Domain]:
    return [await world.verified(actor, name) for name in names]


async def fail(world: World, *domains: Domain) -> None:
    """The records of domains are gone for more than a cycle."""
    for domain in domains:
        world.dns.publish(domain.hostname)
    for _ in range(3):
        await world.sweep()
    for domain in domains:
        assert (await world.now(domain)).status is Status.FAILED


async def work(world: World, after: timedelta = timedelta(0)) -> None:
    """What the worker does after a while, until nothing is left to be done."""
    world.pass_time(after)
    notices = world.services.owner_notices
    while await world.services.announcements.once() + await notices.compose() + await notices.send():
        pass


async def told_of(world: World, actor: Actor) -> list[OwnerNotice]:
    return await world.services.owner_notices.page(actor, limit=MOST)


async def untold(world: World, actor: Actor) -> list[str]:
    """The domains of which it was said that no owner can be told of them, oldest first."""
    await work(world)
    events = await world.services.history.of_team(actor, limit=MOST)
    return [event.hostname for event in reversed(events) if event.kind == "domain.untold"]


# One letter for each owner and cycle.


async def test_L16_domains_that_fail_together_are_one_letter_to_each_owner(
    mailing: World, post: Choosy
) -> None:
    actor = await owned(mailing, "jane@acme.net", "joe@acme.net")
    await fail(mailing, *await verified(mailing, actor, *(f"acme{number}.com" for number in range(12))))
    await work(mailing)
    letters = {letter.email: letter for letter in post.got}
    assert len(post.got) == len(letters) == 2
    assert letters["jane@acme.net"].subject == "Your domains: 12 failed"
    assert "expected: " in letters["joe@acme.net"].text
    await work(mailing, CYCLE)
    assert len(post.got) == 2


async def test_L16_an_owner_of_two_teams_is_an_owner_of_each_and_no_letter_tells_of_both(
    mailing: World, post: Choosy
) -> None:
    ours = await owned(mailing, "jane@acme.net")
    theirs = await owned(mailing, "jane@acme.net", team="evil")
    ((mine,), (other,)) = (
        await verified(mailing, ours, "acme.com"),
        await verified(mailing, theirs, "evil.com"),
    )
    await fail(mailing, mine, other)
    await work(mailing)
    letters = {letter.team: letter for letter in post.got}
    assert len(post.got) == len(letters) == 2
    assert {letter.subject for letter in post.got} == {"acme.com: failed", "evil.com: failed"}
    assert "evil.com" not in letters[ours.team].text
    assert "acme.com" not in letters[theirs.team].text


async def test_L16_of_two_workers_that_compose_at_once_one_writes(mailing: World, post: Choosy) -> None:
    actor = await owned(mailing, "jane@acme.net")
    await fail(mailing, *await verified(mailing, actor, "acme.com"))
    await mailing.services.announcements.once()
    mailing.pass_time(GATHERING)
    now = mailing.clock.now()
    first, second = (mailing.node(mailing.dns).owner_notices for _ in range(2))
    for node in (first, second):  # both have read that there is something to tell
        await node._tell(actor.team, "jane@acme.net", now)
    assert (first.written, second.written) == ({"queued": 1}, {})
    await work(mailing)
    assert [letter.subject for letter in post.got] == ["acme.com: failed"]


# Nobody is written to where it would arrive nowhere.


async def test_L15_no_letter_goes_to_an_address_on_the_broken_domain(mailing: World, post: Choosy) -> None:
    actor = await owned(mailing, "jane@mail.acme.com")
    await fail(mailing, *await verified(mailing, actor, "acme.com"))
    await work(mailing)
    await work(mailing, GATHERING)
    assert post.got == []
    assert await untold(mailing, actor) == ["acme.com"] * 2, "once while all was well, once when it failed"


async def test_L15_what_can_not_be_told_now_is_told_when_the_way_is_open_again(
    mailing: World, post: Choosy
) -> None:
    actor = await owned(mailing, "jane@acme.net")
    com, net = await verified(mailing, actor, "acme.com", "acme.net")
    await fail(mailing, com, net)
    await work(mailing)
    await work(mailing, 4 * CYCLE)
    assert post.got == []
    (notice,) = await told_of(mailing, actor)
    assert (notice.hostname, notice.sent_at) == ("acme.com", None)
    await mailing.publish(actor, net)
    await mailing.sweep()
    await work(mailing)
    await work(mailing, GATHERING)
    (letter,) = post.got
    assert letter.subject == "Your domains: 1 failed, 1 recovered"
    assert "acme.com has failed" in letter.text
    assert "acme.net has recovered" in letter.text
    assert mailing.services.owner_notices.written == {"queued": 1}
    assert (await mailing.store.backlog(mailing.clock.now())).notices == 0


async def test_L15_the_way_is_open_again_too_when_the_broken_domain_is_given_up(
    mailing: World, post: Choosy
) -> None:
    actor = await owned(mailing, "jane@acme.net")
    com, net = await verified(mailing, actor, "acme.com", "acme.net")
    await fail(mailing, com, net)
    await work(mailing)
    await mailing.services.domains.remove(actor, net.id)
    await work(mailing, AGAIN)
    assert [letter.subject for letter in post.got] == ["acme.com: failed"]


async def test_L15_a_failure_that_is_mended_before_it_could_be_told_is_told_as_mended(
    mailing: World, post: Choosy
) -> None:
    actor = await owned(mailing, "jane@acme.net")
    com, net = await verified(mailing, actor, "acme.com", "acme.net")
    await fail(mailing, com, net)
    await work(mailing)
    for domain in (com, net):
        await mailing.publish(actor, domain)
        await mailing.sweep()
    await work(mailing)
    await work(mailing, CYCLE)
    texts = "".join(letter.text for letter in post.got)
    assert "acme.com has recovered" in texts
    assert "has failed" not in texts


async def test_L15_nothing_waits_for_ever_for_a_way_that_stays_broken(mailing: World, post: Choosy) -> None:
    actor = await owned(mailing, "jane@acme.net")
    com, net = await verified(mailing, actor, "acme.com", "acme.net")
    await fail(mailing, com, net)
    await work(mailing)
    await work(mailing, PATIENCE - 3 * CYCLE)
    assert (await mailing.store.backlog(mailing.clock.now())).notices == 1
    await work(mailing, 3 * CYCLE)
    assert (await mailing.store.backlog(mailing.clock.now())).notices == 0
    (notice,) = await told_of(mailing, actor)
    assert (notice.letter, notice.sent_at) == (None, None)
    assert post.got == []


@pytest.mark.parametrize("owners", [("jane@acme.net",), ("jane@acme.net", "joe@mail.acme.com")])
async def test_L15_it_is_said_when_every_owner_is_cut_off_by_some_domain_of_the_team(
    mailing: World, owners: tuple[str, ...]
) -> None:
    actor = await owned(mailing, *owners)
    com, net, org = await verified(mailing, actor, "acme.com", "acme.net", "acme.org")
    await work(mailing)
    before = await untold(mailing, actor)
    await fail(mailing, com, net)
    await untold(mailing, actor)
    await fail(mailing, org)
    assert set((await untold(mailing, actor))[len(before) :]) == {"acme.com", "acme.net", "acme.org"}


async def test_L15_it_is_not_said_while_one_owner_can_be_reached(mailing: World, post: Choosy) -> None:
    actor = await owned(mailing, "jane@acme.net", "joe@acme.com", "jill@elsewhere.net")
    await fail(mailing, *await verified(mailing, actor, "acme.com", "acme.net"))
    assert await untold(mailing, actor) == []
    await work(mailing, GATHERING)
    assert [letter.email for letter in post.got] == ["jill@elsewhere.net"]


async def test_L15_a_claim_that_expired_cuts_nobody_off(mailing: World, post: Choosy) -> None:
    """A team may once have claimed the domain on which its people have their ordinary mail."""
    actor = await owned(mailing, "jane@acme.net")
    await mailing.registered(actor, "acme.net")
    await mailing.sweep(CLAIM)
    await work(mailing, GATHERING)
    await fail(mailing, *await verified(mailing, actor, "acme.com"))
    await work(mailing, CYCLE)
    assert [letter.subject for letter in post.got] == ["acme.net: the claim expired", "acme.com: failed"]
    assert await untold(mailing, actor) == []


async def test_L15_nor_does_a_claim_that_the_provider_refused(
    world: World, store: Store, clock: ManualClock, dns: PaperDns, post: Choosy
) -> None:
    provider = PaperProvider(identities=Identity(Word.FAILED))
    world = World(store, world.path, clock, dns, provider, smarthost=post)
    actor = await owned(world, "jane@acme.net")
    claim = await world.registered(actor, "acme.net", profile="anyreach")
    await world.publish(actor, claim)
    await world.verify(actor, claim)
    assert (await world.now(claim)).status is Status.FAILED
    await work(world, GATHERING)
    assert [letter.subject for letter in post.got] == ["acme.net: failed"]
    assert await untold(world, actor) == []


async def test_L15_nor_a_domain_that_another_team_has_now(mailing: World, post: Choosy) -> None:
    actor, buyer = await owned(mailing, "jane@acme.net"), await mailing.actor("buyer")
    com, net = await verified(mailing, actor, "acme.com", "acme.net")
    claim = await mailing.registered(buyer, "acme.net", contest=True)
    await mailing.publish(buyer, claim)
    await mailing.verify(buyer, claim)
    for _ in range(3):
        await mailing.sweep()
    assert (await mailing.now(claim)).held
    await fail(mailing, com)
    for is_theirs in (True, False):
        assert (await mailing.now(net)).status is Status.FAILED
        assert await mailing.store.owner_notices.broken(actor.team, ["acme.net"]) == set(), is_theirs
        await mailing.services.domains.remove(buyer, claim.id) if is_theirs else None
    await work(mailing, GATHERING)
    assert [letter.subject for letter in post.got] == ["acme.com: failed"]


async def test_L15_nor_a_domain_of_another_team(mailing: World, post: Choosy) -> None:
    ours = await owned(mailing, "jane@acme.net")
    theirs = await owned(mailing, "jane@acme.net", team="evil")
    (mine,) = await verified(mailing, ours, "acme.com")
    (other, decoy) = await verified(mailing, theirs, "acme.net", "evil.com")
    await fail(mailing, other, decoy, mine)
    await work(mailing, GATHERING)
    assert [letter.subject for letter in post.got] == ["acme.com: failed"]


async def test_an_owner_who_is_none_any_more_is_not_written_to(mailing: World, post: Choosy) -> None:
    actor = await owned(mailing, "jane@acme.net", "joe@acme.net", "jill@acme.net")
    await fail(mailing, *await verified(mailing, actor, "acme.com"))
    await mailing.services.announcements.once()
    members = {each.email: each.id for each in await mailing.services.members.page(actor, limit=9)}
    await mailing.services.members.remove(actor, members["joe@acme.net"])
    await mailing.services.members.change(actor, members["jill@acme.net"], role=MemberRole.VIEWER)
    await work(mailing, GATHERING)
    assert [letter.email for letter in post.got] == ["jane@acme.net"]
    assert (await mailing.store.backlog(mailing.clock.now())).notices == 0


async def test_nobody_is_told_of_a_domain_that_the_team_no_longer_has(mailing: World, post: Choosy) -> None:
    actor = await owned(mailing, "jane@acme.net")
    com, org = await verified(mailing, actor, "acme.com", "acme.org")
    await fail(mailing, com, org)
    await mailing.services.announcements.once()
    await mailing.services.domains.remove(actor, com.id)
    await work(mailing, GATHERING)
    assert [letter.subject for letter in post.got] == ["acme.org: failed"]
    kept = {notice.hostname: notice.sent_at for notice in await told_of(mailing, actor)}
    assert kept["acme.com"] is None


# What becomes of a letter.


async def test_a_letter_that_was_not_taken_is_sent_again_unless_that_is_no_use(
    mailing: World, post: Choosy, logs: list[EventDict]
) -> None:
    actor = await owned(mailing, "jane@acme.net")
    post.troubles = [Undelivered("451 later"), Undelivered("550 never", is_final=True)]
    await fail(mailing, *await verified(mailing, actor, "acme.com"))
    await work(mailing)
    await work(mailing, GATHERING)
    await work(mailing, timedelta(minutes=1))
    assert mailing.services.owner_notices.outcomes == {"put_off": 1, "given_up": 1}
    await work(mailing, timedelta(hours=1))
    assert post.got == []
    (notice,) = await told_of(mailing, actor)
    assert notice.sent_at is None
    assert [log["log_level"] for log in logs if log["event"] == "notices.undelivered"] == ["warning"] * 2


async def test_a_smarthost_that_takes_none_of_ours_is_the_operators_to_mend(
    mailing: World, post: Choosy, logs: list[EventDict]
) -> None:
    actor = await owned(mailing, "jane@acme.net")
    post.troubles = [Undelivered("535 wrong password", is_ours=True)] * 3
    await fail(mailing, *await verified(mailing, actor, "acme.com"))
    await work(mailing, GATHERING)
    for wait in SCHEDULE[:3]:
        await work(mailing, wait)
    assert [letter.email for letter in post.got] == ["jane@acme.net"]
    assert [log["log_level"] for log in logs if log["event"] == "notices.undelivered"] == ["error"] * 3


async def test_L10_a_letter_that_breaks_holds_up_no_other_and_is_given_up_in_its_time(
    mailing: World, post: Choosy
) -> None:
    evil = await owned(mailing, *(f"o{number}@evil.net" for number in range(12)), team="evil")
    post.breaks_at = {f"o{number}@evil.net" for number in range(12)}
    ours = await owned(mailing, "jane@acme.net")
    (bad,), (good,) = await verified(mailing, evil, "evil.com"), await verified(mailing, ours, "acme.com")
    await fail(mailing, bad, good)
    await work(mailing, GATHERING)
    assert [letter.email for letter in post.got] == ["jane@acme.net"]
    for wait in SCHEDULE:
        await work(mailing, max(wait, LEASE))
    assert all(post.tried.count(each) == len(SCHEDULE) + 1 for each in post.breaks_at)
    assert (await mailing.store.backlog(mailing.clock.now())).letters == 0


async def composed(mailing: World) -> None:
    """A letter to Jane about her one domain is written, and waits to be sent."""
    actor = await owned(mailing, "jane@acme.net")
    await fail(mailing, *await verified(mailing, actor, "acme.com"))
    await mailing.services.announcements.once()
    mailing.pass_time(GATHERING)
    await mailing.services.owner_notices.compose()


async def test_X10_what_is_not_written_down_before_is_not_sent(
    mailing: World, post: Choosy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies while it sends has counted the attempt; one that can't count does not send."""
    await composed(mailing)

    async def away(*_: object) -> None:
        raise OSError("the store is away")

    with monkeypatch.context() as patched:
        patched.setattr(mailing.store.owner_notices, "settle", away)
        await mailing.services.owner_notices.send()
    assert post.tried == []
    await work(mailing, LEASE)
    assert post.tried == ["jane@acme.net"]


async def test_X10_a_letter_under_way_is_taken_by_nobody_else(
    mailing: World, post: Choosy, monkeypatch: pytest.MonkeyPatch
) -> None:
    await composed(mailing)
    other = mailing.node(mailing.dns).owner_notices
    taken: list[int] = []

    async def slow(_: Letter) -> None:
        mailing.pass_time(LEASE - timedelta(seconds=1))
        taken.append(await other.send())

    monkeypatch.setattr(post, "send", slow)
    await mailing.services.owner_notices.send()
    assert taken == [0]


async def test_L10_what_can_not_be_written_holds_up_nobody_else(
    mailing: World, post: Choosy, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, evil = await owned(mailing, "jane@acme.net"), await owned(mailing, "jane@acme.net", team="evil")
    (mine,), (other,) = await verified(mailing, ours, "acme.com"), await verified(mailing, evil, "evil.com")
    await fail(mailing, other, mine)
    await mailing.services.announcements.once()
    composed = owner_notices.composed

    def breaking(notices: list[OwnerNotice]) -> tuple[str, str]:
        if notices[0].team == evil.team:
            raise ValueError("out of range")
        return composed(notices)

    monkeypatch.setattr(owner_notices, "composed", breaking)
    await work(mailing, GATHERING)
    assert [letter.team for letter in post.got] == [ours.team]
    monkeypatch.undo()
    await work(mailing, AGAIN)
    assert [letter.team for letter in post.got] == [ours.team, evil.team]


async def test_without_a_smarthost_notices_are_kept(world: World) -> None:
    actor = await owned(world, "jane@acme.net")
    await fail(world, *await verified(world, actor, "acme.com"))
    await work(world)
    await work(world, GATHERING)
    (notice,) = await told_of(world, actor)
    assert (notice.email, notice.kind, notice.sent_at) == ("jane@acme.net", "domain.failed", None)
    assert notice.letter is not None
    assert world.services.owner_notices.written == {"kept": 1}
