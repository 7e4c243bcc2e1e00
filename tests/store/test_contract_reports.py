"""What every store does with reports."""

from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import pytest

from letterhead.core.domain import Domain, Status
from letterhead.core.finding import Outcome, Report, without_witnesses
from letterhead.ports import Change, Stale, Store
from tests.store.inspection import query
from tests.store.samples import ACME, EVIL, HOUR, NOON, a_domain, a_report

TICK = timedelta(microseconds=1)


@pytest.fixture
async def domain(store: Store) -> Domain:
    """A domain that was never examined."""
    return await store.domains.add(a_domain(), (), ())


async def _report(store: Store, domain: Domain, report: Report | None) -> Domain:
    (saved,) = await store.domains.save([Change(domain, (), report)])
    return saved


async def test_there_is_none_before_the_first_examination(store: Store, domain: Domain) -> None:
    assert await store.reports.newest(domain.id) is None
    assert await store.reports.newest_of([domain.id, "dom_none"]) == {}


async def test_a_report_comes_back_whole(store: Store, domain: Domain) -> None:
    report = a_report(NOON + TICK)
    await _report(store, domain, report)
    assert await store.reports.evidence(domain.id) == report


async def test_witnesses_are_read_only_where_they_are_asked_for(store: Store, domain: Domain) -> None:
    verdicts = without_witnesses(a_report())
    assert verdicts != a_report()
    saved = await _report(store, domain, a_report())
    assert await store.reports.newest(domain.id) == verdicts
    assert await store.reports.newest_of([domain.id]) == {domain.id: verdicts}
    assert (found := await store.domains.with_report(ACME.id, domain.id)) is not None
    assert (found.domain, found.report) == (saved, verdicts)
    assert await store.reports.outcomes_of([domain.id, "dom_none"]) == {domain.id: Outcome.FAIL}


async def test_a_domain_comes_with_its_report_to_its_own_team_alone(store: Store, domain: Domain) -> None:
    assert (found := await store.domains.with_report(ACME.id, domain.id)) is not None
    assert (found.domain, found.report) == (domain, None)
    assert await store.domains.with_report(EVIL.id, domain.id) is None
    gone = replace(domain, status=Status.DELETED, due_at=None)
    await _report(store, gone, None)
    assert await store.domains.with_report(ACME.id, domain.id) is None


async def test_U04_a_report_of_an_older_version_has_its_witnesses_in_its_body(
    store: Store, url: str, domain: Domain
) -> None:
    await _report(store, domain, a_report())
    body = msgspec.json.encode(a_report()).decode().replace("'", "''")
    query(url, f"UPDATE report SET body = '{body}', evidence = NULL")
    assert await store.reports.evidence(domain.id) == a_report()


async def test_a_change_without_a_report_leaves_the_one_that_is_there(store: Store, domain: Domain) -> None:
    domain = await _report(store, domain, a_report())
    await _report(store, domain, None)
    assert await store.reports.evidence(domain.id) == a_report()


async def test_L08_what_was_decided_on_an_older_version_takes_its_report_with_it(
    store: Store, domain: Domain
) -> None:
    await _report(store, domain, a_report(NOON + HOUR))
    with pytest.raises(Stale):
        await _report(store, domain, a_report())
    newest = await store.reports.newest(domain.id)
    assert newest is not None
    assert newest.asked_at == NOON + HOUR


@pytest.mark.parametrize("asked_at", [NOON, NOON + HOUR, NOON - HOUR])
async def test_the_report_that_was_saved_last_stays_whatever_its_clock_said(
    store: Store, domain: Domain, asked_at: datetime
) -> None:
    """L12: a clock that was set back must not keep an old report in place."""
    domain = await _report(store, domain, a_report(outcome=Outcome.UNKNOWN))
    await _report(store, domain, a_report(asked_at, outcome=Outcome.PASS))
    newest = await store.reports.newest(domain.id)
    assert newest is not None
    assert newest.outcome is Outcome.PASS


async def test_the_newest_of_many_in_one_read(store: Store) -> None:
    domains = [await store.domains.add(a_domain(f"n{n}.com"), (), ()) for n in range(150)]
    for number, domain in enumerate(domains[:100]):
        await _report(store, domain, a_report(NOON + number * TICK))
    reports = await store.reports.newest_of([domain.id for domain in domains])
    assert {id_: report.asked_at for id_, report in reports.items()} == {
        domain.id: NOON + number * TICK for number, domain in enumerate(domains[:100])
    }
    assert await store.reports.newest_of([]) == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [('"cause":"mx_foreign"', '"cause":"found_out_later"'), ('"plan":', '"design":'), ("{", "")],
    ids=["a cause of a newer version", "a field that an older version did not have", "torn"],
)
async def test_U04_a_report_that_this_version_cannot_read_is_as_good_as_none(
    store: Store, url: str, domain: Domain, old: str, new: str
) -> None:
    domain = await _report(store, domain, a_report())
    query(url, f"UPDATE report SET body = REPLACE(body, '{old}', '{new}')")
    assert await store.reports.newest(domain.id) is None
    assert await store.reports.newest_of([domain.id]) == {}
    assert await store.reports.evidence(domain.id) is None
    assert (found := await store.domains.with_report(ACME.id, domain.id)) is not None
    assert (found.domain, found.report) == (domain, None)
    await _report(store, domain, a_report(NOON + TICK))
    assert await store.reports.evidence(domain.id) == a_report(NOON + TICK)
