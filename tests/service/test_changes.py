"""What the history tells of single records, whatever we could not see in between."""

from collections import Counter
from datetime import timedelta

from structlog.testing import capture_logs

from letterhead.core.answer import Fault
from letterhead.core.domain import Status
from letterhead.core.finding import Outcome
from letterhead.core.history import AT_ONCE, PAUSE
from letterhead.core.record import Role
from letterhead.core.schedule import WATCHED
from letterhead.ports import Store
from tests.clock import ManualClock
from tests.service.paper import PaperDns
from tests.service.world import CYCLE, World, finding


async def test_R02_what_went_while_we_were_blind_is_told_once_we_see_again(world: World) -> None:
    """A record that is not required: no state tells of it."""
    actor = await world.actor()
    domain = await world.verified(actor)
    before = await world.changes(domain)
    world.dns.outage = Fault.TIMEOUT
    for _ in range(2):
        await world.sweep()
    view = await world.services.domains.get(actor, domain.id)
    known = finding(view, Role.DMARC).known
    assert known is not None
    assert known.outcome is Outcome.PASS, "the last definite result is there to be shown"
    world.dns.outage = None
    await world.publish(actor, domain, but=[Role.DMARC])
    await world.sweep()
    (gone,) = (await world.changes(domain))[len(before) :]
    assert (gone["record"], gone["from"], gone["to"]) == ("TXT _dmarc.acme.com", "ok", "dmarc_missing")


async def test_R02_a_pending_domain_that_we_did_not_see_for_a_while_has_its_records_come_once(
    world: World,
) -> None:
    actor = await world.actor()
    domain = await world.registered(actor)
    await world.publish(actor, domain, but=[Role.OWNERSHIP])
    await world.verify(actor, domain)
    came = await world.changes(domain)
    for outage in (Fault.TIMEOUT, None):
        world.dns.outage = outage
        await world.verify(actor, domain)
    assert await world.changes(domain) == came


async def test_L12_when_the_clock_was_set_back_a_domain_goes_on_from_the_new_hour(
    world: World, store: Store
) -> None:
    """A machine that woke up a year ahead, examined everything, and was then put right."""
    actor = await world.actor()
    world.pass_time(timedelta(days=365))
    domain = await world.verified(actor)
    clock = ManualClock()
    now = World(store, world.path, clock, PaperDns(clock))
    view = await now.verify(actor, domain)
    assert view.domain.status is Status.LAPSED
    assert view.report is not None
    assert view.report.asked_at == clock.now()
    assert view.domain.due_at is not None
    assert view.domain.due_at - clock.now() < CYCLE * 1.2
    told = len(await now.changes(domain))
    await now.verify(actor, domain)
    assert len(await now.changes(domain)) == told, "a change is told once"


async def test_a_zone_that_answers_otherwise_each_time_fills_no_history(world: World) -> None:
    actor = await world.actor()
    claim = await world.registered(actor)
    hosts = [record.host for record in (await world.services.domains.get(actor, claim.id)).plan.records]
    for number in range(30):
        await world.services.watching.watch(actor, claim.id)
        lines = [f"{host} TXT v=spf1 ip4:192.0.2.{number} ~all" for host in hosts]
        world.dns.publish("acme.com", *lines, f"acme.com MX 10 mx{number}.other.example")
        assert await world.watched() == 1
        world.pass_time(WATCHED * 1.2)
    told = await world.changes(claim)
    assert max(Counter(each["record"] for each in told).values()) == AT_ONCE
    await world.publish(actor, claim)
    assert await world.watched() == 1
    assert await world.turns(claim) == ["verified"], "a turn of the domain itself is never held back"
    due_at = (await world.now(claim)).due_at
    assert due_at is not None
    assert due_at - world.clock.now() <= PAUSE, "it is examined when the last change can be told"
    await world.sweep(PAUSE)
    last = {each["record"]: each["to"] for each in await world.changes(claim)}
    assert set(last.values()) == {"ok"}
    due_at = (await world.now(claim)).due_at
    assert due_at is not None
    assert due_at - world.clock.now() >= CYCLE, "and then in a cycle, as ever"


async def test_a_turn_says_who_saw_what_it_rests_on(world: World) -> None:
    actor = await world.actor()
    domain = await world.verified(actor)
    await world.publish(actor, domain, but=[Role.MX])
    await world.sweep()
    events = await world.store.events.page(domain.team, limit=9, domain=domain.id)
    told = {event.kind: event.data for event in events}
    assert told["domain.verified"]["seen_on"] == told["domain.lapsed"]["seen_on"] == "1 of 1 servers"
    gone = next(event.data for event in events if event.data.get("record") == "MX acme.com")
    assert (gone["from"], gone["found"], gone["seen_on"]) == ("ok", "", "1 of 1 servers")
    assert gone["was"].endswith(world.site.mx_host)


async def test_the_log_has_a_line_for_each_turn_and_each_batch_and_none_for_the_same_again(
    world: World,
) -> None:
    actor = await world.actor()
    domain = await world.verified(actor)
    await world.sweep()
    with capture_logs() as quiet:
        await world.sweep()
    assert [line["event"] for line in quiet] == ["sweep.batch"]
    assert (quiet[0]["taken"], quiet[0]["lag"] > 0) == (1, True)
    await world.publish(actor, domain, but=[Role.MX])
    with capture_logs() as turned:
        await world.sweep()
    (line,) = (line for line in turned if line["event"] == "domain.turned")
    assert (line["domain"], line["was"], line["status"]) == (domain.id, "verified", "lapsed")
    assert (line["last"], line["outcome"]) == ("pass", "fail")
