"""The metrics are those that docs/operations.md lists, by the conventions of Prometheus."""

import re
import socket
from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from letterhead.api.workings import Workings
from letterhead.core.lap import SPREAD
from letterhead.ports import StoreError
from letterhead.service.patrol import Patrol
from letterhead.service.queues import COUNTED_EVERY
from scripts.describe import DOCS
from tests.api.conftest import Api
from tests.service.eyes import StillLookout

_ROW = re.compile(r"^\| `(letterhead_\w+)(?:\{([\w,]+)\})?` \| (\w+) \|", re.MULTILINE)


async def scraped(api: Api) -> dict[str, Metric]:
    """What is exported, by the name that the documentation uses."""
    text = (await api.client.get("/metrics")).text
    families = {each.name: each for each in text_string_to_metric_families(text)}
    return {f"{name}_total" if each.type == "counter" else name: each for name, each in families.items()}


def value(metric: Metric, **labels: str) -> float:
    (sample,) = (each for each in metric.samples if labels.items() <= each.labels.items())
    return sample.value


async def test_what_is_exported_is_what_the_documentation_lists(api: Api) -> None:
    key = await api.key()
    await api.ask("POST", f"/domains/{await api.domain(key)}/verify", key)
    await api.client.get("/healthz")
    listed = {
        name: (kind, labels) for name, labels, kind in _ROW.findall((DOCS / "operations.md").read_text())
    }
    exported = {name: each for name, each in (await scraped(api)).items() if name.startswith("letterhead_")}
    assert set(exported) == set(listed)
    for name, each in exported.items():
        kind, labels = listed[name]
        assert each.type == kind, name
        for sample in each.samples:
            assert sample.labels.keys() - {"le"} == set(filter(None, labels.split(","))), name


async def test_an_examination_is_counted_by_its_outcome_and_its_time(api: Api) -> None:
    key = await api.key()
    await api.ask("POST", f"/domains/{await api.domain(key)}/verify", key)
    metrics = await scraped(api)
    assert value(metrics["letterhead_examinations_total"], outcome="fail") == 1
    assert value(metrics["letterhead_examinations_total"], outcome="pass") == 0
    times = metrics["letterhead_examination_seconds"].samples
    assert [s.value for s in times if s.name.endswith("_count")] == [1]
    assert [s.value for s in times if s.labels.get("le") == "+Inf"] == [1]


async def test_the_lag_is_that_of_the_domain_that_is_due_longest(api: Api) -> None:
    key = await api.key()
    await api.domain(key)
    assert value((await scraped(api))["letterhead_sweep_lag_seconds"]) == 0
    api.clock.advance(timedelta(minutes=10).total_seconds())
    await api.domain(key, "later.com")
    lag = value((await scraped(api))["letterhead_sweep_lag_seconds"])
    assert 500 < lag <= 600


async def test_the_patrol_is_counted_and_its_lap_is_late_when_nobody_goes_on(api: Api) -> None:
    services = api.services
    lookout, cycle = StillLookout(api.clock), timedelta(hours=6)
    patrol = Patrol(services.queues.store, lookout, services.breaker, cycle, api.clock)
    workings = Workings(replace(services, patrol=patrol))

    async def lag() -> float:
        api.clock.advance(COUNTED_EVERY)
        await services.queues.look()
        return value({each.name: each for each in workings.collect()}["letterhead_patrol_lag_seconds"])

    patrol.glances.update(same=5, silent=1)
    glances = {each.name: each for each in workings.collect()}["letterhead_patrol_glances"]
    counted = {sample.labels["result"]: sample.value for sample in glances.samples}
    assert counted == {"same": 5, "changed": 0, "silent": 1}
    assert await lag() == 0, "it never began"
    while await patrol.once():
        pass
    assert await lag() == 0
    api.clock.advance((cycle * SPREAD).total_seconds() + 600)
    assert 600 <= await lag() <= 620
    await patrol.once()
    assert await lag() == 0


async def test_without_a_patrol_none_is_told_of(api: Api) -> None:
    metrics = await scraped(api)
    assert metrics["letterhead_patrol_lag_seconds"].samples == []
    assert metrics["letterhead_patrol_glances_total"].samples == []


async def test_what_happened_is_counted_once_it_is_announced(api: Api) -> None:
    key = await api.key()
    await api.domain(key)
    assert value((await scraped(api))["letterhead_waiting"], queue="events") == 2
    while await api.services.announcements.once():
        pass
    api.clock.advance(10)
    metrics = await scraped(api)
    assert value(metrics["letterhead_waiting"], queue="events") == 0
    assert value(metrics["letterhead_events_announced_total"], kind="domain.created") == 1


async def test_strangers_can_not_make_the_store_count_at_every_scrape(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = []
    backlog = type(api.services.queues.store).backlog

    async def counting(*given: object) -> object:
        counted.append(given)
        return await backlog(*given)  # type: ignore[arg-type] # whatever it is called with

    monkeypatch.setattr(type(api.services.queues.store), "backlog", counting)
    for _ in range(20):
        await api.client.get("/metrics")
    assert len(counted) == 1


async def test_R02_a_number_that_can_not_be_found_out_is_no_zero(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> object:
        raise StoreError("away")

    monkeypatch.setattr(type(api.services.queues.store), "backlog", away)
    metrics = await scraped(api)
    assert metrics["letterhead_sweep_lag_seconds"].samples == []
    assert metrics["letterhead_waiting"].samples == []
    assert api.services.queues.patrol_lag is None
    assert metrics["letterhead_breaker_open"].samples


async def test_X14_a_scraper_that_never_reads_holds_up_nobody(api: Api) -> None:
    scrapers = [socket.create_connection(("127.0.0.1", api.server.port)) for _ in range(20)]
    try:
        for each in scrapers:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            each.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
        assert (await api.client.get("/healthz", timeout=5)).status_code == 200
        assert (await api.client.get("/metrics", timeout=5)).status_code == 200
    finally:
        for each in scrapers:
            each.close()
