"""Bells between processes on one PostgreSQL: carried, lost, heard again, and never in anybody's way."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import psycopg
import pytest
from structlog.testing import capture_logs

from letterhead.ports import DELIVERY, HAPPENED, Bell, tail_of
from letterhead.store import postgres_bells
from letterhead.store.bells import GATHERING
from letterhead.store.relational import RelationalStore, open_store
from tests.store.inspection import TERMINATE, query
from tests.store.samples import ACME, a_domain, an_event
from tests.store.severing import Proxy
from tests.store.test_contract_bells import PATIENCE, SILENCE, Ears, ringing

DATABASES = ("postgres",)

LISTENING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"


@pytest.fixture
async def node(url: str) -> AsyncIterator[Callable[..., RelationalStore]]:
    """Opens stores of other processes, closed in any case."""
    nodes: list[RelationalStore] = []

    def open_(at: str = url) -> RelationalStore:
        nodes.append(open_store(at))
        return nodes[-1]

    yield open_
    for each in nodes:
        await each.close()


async def listening(url: str, count: int = 1) -> None:
    """Returns once so many connections listen."""
    deadline = time.monotonic() + PATIENCE
    while len(query(url, LISTENING)) != count:
        assert time.monotonic() < deadline, "nobody listens"
        await asyncio.sleep(0.02)


async def ring(store: RelationalStore, *bells: Bell) -> None:
    await store._database.write(*ringing(*bells))


async def test_what_one_node_commits_another_hears(
    store: RelationalStore, node: Callable[..., RelationalStore], url: str
) -> None:
    other = node()
    with Ears(other, HAPPENED, DELIVERY) as ears:
        await ears.settle(url)
        domain = a_domain()
        await store.domains.add(domain, (), [an_event(domain)])
        await ears.hears(HAPPENED)
        assert len(await other.tail.waiting(9)) == 1
        assert await ears.heard() == set()


async def test_a_node_is_not_woken_again_by_the_echo_of_its_own_ring(
    store: RelationalStore, node: Callable[..., RelationalStore], url: str
) -> None:
    with Ears(store, HAPPENED) as here, Ears(node(), HAPPENED) as there:
        await here.settle(url)
        await there.settle(url)
        await ring(store, HAPPENED)
        await here.hears(HAPPENED)
        await there.hears(HAPPENED)
        assert await here.heard() == set()


async def test_a_burst_is_one_notification_and_many_bells_are_a_few(store: RelationalStore, url: str) -> None:
    teams = [tail_of(f"team_{number:026d}") for number in range(250)]
    with psycopg.connect(url, autocommit=True) as ear:
        ear.execute("LISTEN letterhead")
        for _ in range(1_000):
            store._database.bells.ring_for(ringing(HAPPENED, DELIVERY))  # type: ignore[attr-defined] # the adapter's
        await asyncio.sleep(SILENCE)
        assert [each.payload.split()[1:] for each in heard(ear)] == [[DELIVERY, HAPPENED]]
        await ring(store, *teams)
        await asyncio.sleep(SILENCE)
        sent = [each.payload.split()[1:] for each in heard(ear)]
    assert [len(each) for each in sent] == [100, 100, 50]
    assert sorted(name for each in sent for name in each) == teams


def heard(ear: psycopg.Connection[tuple[object, ...]]) -> list[psycopg.Notify]:
    return list(ear.notifies(timeout=0.5))


async def test_many_commits_at_once_are_few_notifications(store: RelationalStore, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as ear:
        ear.execute("LISTEN letterhead")
        begun = time.monotonic()
        await asyncio.gather(*(ring(store, HAPPENED) for _ in range(1_000)))
        took = time.monotonic() - begun
        await asyncio.sleep(SILENCE)
        assert 1 <= len(heard(ear)) <= took / GATHERING + 2


async def test_X05_a_listener_that_was_cut_off_comes_back_and_nothing_is_missed(
    store: RelationalStore, node: Callable[..., RelationalStore], url: str
) -> None:
    with Ears(node(), HAPPENED) as ears, capture_logs() as logs:
        for _ in range(3):
            await listening(url)
            await ears.heard()
            query(url, TERMINATE)
            await ring(store, HAPPENED)  # while nobody listens
            await ears.hears(HAPPENED)
            await listening(url)
            await ears.heard()
            await ring(store, HAPPENED)
            await ears.hears(HAPPENED)
    told = [each["event"] for each in logs if each["event"].startswith("bells")]
    assert set(told) == {"bells.unheard"}
    assert len(told) <= 3, "once for each time"


async def test_a_ring_that_can_not_be_sent_fails_no_commit(
    store: RelationalStore, node: Callable[..., RelationalStore], url: str
) -> None:
    proxy = Proxy(url)
    async with proxy.serving() as through:
        behind = node(through)
        with Ears(behind, HAPPENED) as here, Ears(store, HAPPENED) as there:
            await here.settle(url)
            await there.settle(url)
            proxy.fatal = b"pg_notify"
            domain = a_domain()
            await behind.domains.add(domain, (), [an_event(domain)])
            await here.hears(HAPPENED)
            await there.hears(HAPPENED)
            assert proxy.cuts == 1
        await behind.close()


class Pooler(Proxy):
    """Passes everything on but LISTEN, as a proxy does that hands the session on after each statement."""

    def passed(self, words: bytes) -> bytes:
        return words.replace(b"LISTEN letterhead", b"SELECT 1         ")


async def test_behind_a_proxy_that_pools_transactions_one_warning_is_given_and_the_process_hears_itself(
    node: Callable[..., RelationalStore], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_bells, "PROOF", 0.3)
    async with Pooler(url).serving() as through:
        store = node(through)
        await store.teams.add(ACME)
        with capture_logs() as logs, Ears(store, HAPPENED) as ears:
            deadline = time.monotonic() + PATIENCE
            while not logs:
                assert time.monotonic() < deadline, "no warning"
                await asyncio.sleep(0.05)
            await ring(store, HAPPENED)
            await ears.hears(HAPPENED)
            await asyncio.sleep(0.5)
        (warning,) = logs
        assert (warning["event"], warning["log_level"]) == ("bells.unheard", "warning")
        assert "proxy that pools transactions" in warning["reason"]
        await store.close()


async def test_X05_a_server_that_is_away_is_told_once_and_stops_nobody(
    node: Callable[..., RelationalStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_bells, "_PAUSES", (0.01,))
    store = node("postgresql://me:hunter2@127.0.0.1:9/letterhead")
    with capture_logs() as logs, Ears(store, HAPPENED):
        await asyncio.sleep(0.3)
        await asyncio.wait_for(store.close(), PATIENCE)
    (warning,) = logs
    assert warning["event"] == "bells.unheard"
    assert "hunter2" not in str(warning)


async def test_nobody_listens_before_somebody_waits_and_after_the_end(
    store: RelationalStore, node: Callable[..., RelationalStore], url: str
) -> None:
    other = node()
    await ring(other, HAPPENED)
    await asyncio.sleep(SILENCE)
    assert query(url, LISTENING) == []
    with Ears(other, HAPPENED), Ears(other, DELIVERY):
        await listening(url)
        await other.close()
    await store.close()
    ours = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name <> ''"
    )
    deadline = time.monotonic() + PATIENCE
    while query(url, ours) != [(0,)]:  # the server takes note of an end in its own time
        assert time.monotonic() < deadline, "a connection was left"
        await asyncio.sleep(0.05)
    assert asyncio.all_tasks() == {asyncio.current_task()}
