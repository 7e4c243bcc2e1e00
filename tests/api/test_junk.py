"""Whatever is sent to any operation: never a 500, always a worded answer."""

import asyncio
import random
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from letterhead.service.health import Condition
from tests.api.conftest import Api
from tests.api.operations import OPERATIONS
from tests.api.raw import exchange

TEXT = st.text(max_size=30)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
    | st.sampled_from(
        ["acme.com", "zeta", "root:full", "domain.read", "send_only", "2030-01-01T00:00:00Z", "letterhead"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(
    [
        "domain",
        "profile",
        "mode",
        "contest",
        "suspended",
        "team",
        "local_part",
        "name",
        "role",
        "permissions",
        "domains",
        "mailboxes",
        "expires_at",
    ]
)
BODIES = st.dictionaries(NAMES | TEXT, VALUES, max_size=5) | VALUES
QUERIES = st.dictionaries(st.sampled_from(["limit", "cursor", "status", "domain"]) | TEXT, TEXT, max_size=3)
PLAIN = st.text(st.characters(codec="ascii", exclude_characters="/?#%"), min_size=1, max_size=20)


async def send(api: Api, key: str, drawn: Any) -> httpx2.Response:
    operation, method, ids, body, query = drawn
    path = operation.path.format_map(
        dict.fromkeys(("domain", "key", "member", "address", "webhook"), quote(ids))
    )
    return await api.ask(method or operation.method, path, key, json=body, params=query)


REQUESTS = st.tuples(
    st.sampled_from(OPERATIONS),
    st.none() | st.sampled_from(["GET", "PUT", "HEAD", "OPTIONS", "PATCH"]),
    PLAIN,
    BODIES,
    QUERIES,
)


async def junk(api: Api, count: int, team: str = "acme") -> None:
    key = await api.key(team)
    domain = await api.domain(key, f"{team}.com")
    drawn = await asyncio.to_thread(_draw, count)
    for operation, method, ids, body, query in drawn:
        target = domain if random.random() < 0.5 else ids
        answer = await send(api, key, (operation, method, target, body, query))
        assert answer.status_code < 500, (operation, method, target, body, query, answer.text)
        assert answer.headers["x-request-id"]
        if answer.status_code >= 400 and method != "HEAD":
            assert answer.json()["request_id"] == answer.headers["x-request-id"]


def _draw(count: int) -> list[Any]:
    drawn: list[Any] = []

    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(REQUESTS)
    def collect(request: Any) -> None:
        drawn.append(request)

    collect()
    return drawn


async def test_A18_junk_to_every_operation_is_never_a_500(api: Api) -> None:
    await junk(api, 400)


@pytest.mark.soak
@pytest.mark.timeout(14_400)
async def test_A18_a_hundred_thousand_times(api: Api) -> None:
    for number in range(10):
        await junk(api, 10_000, f"acme{number}")


async def test_A18_random_octets_on_the_line_are_refused_or_dropped(api: Api) -> None:
    chance = random.Random(18)
    start = b"POST /api/v2/domains HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    for _ in range(60):
        octets = bytearray(start)
        for _ in range(chance.randint(1, 4)):
            octets[chance.randrange(len(octets))] = chance.randrange(256)
        try:
            answer = await asyncio.wait_for(exchange(api.server.port, bytes(octets) + b"\r\n" * 2), 0.2)
        except TimeoutError:
            continue  # it waits for a head or a body that does not come, and is cut in its time
        assert b" 500 " not in answer.partition(b"\r\n")[0], bytes(octets)


async def test_A18_what_nobody_foresaw_is_a_500_with_the_request_id_and_nothing_else(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("SELECT secret FROM domain: disk I/O error")

    monkeypatch.setattr(type(api.services.portfolio), "summaries", broken)
    answer = await api.ask("GET", "/domains", await api.key())
    body = answer.json()
    assert (answer.status_code, body["code"]) == (500, "unexpected")
    assert "SELECT" not in answer.text
    assert "Traceback" not in answer.text
    logged = capsys.readouterr().out
    assert body["request_id"] in logged
    assert "disk I/O error" in logged


async def test_X14_a_log_that_can_not_be_written_costs_no_answer(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Blackhole:
        def error(self, *_: object, **__: object) -> None:
            raise BrokenPipeError("nobody reads the log")

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("letterhead.api.errors._log", Blackhole())
    monkeypatch.setattr(type(api.services.portfolio), "summaries", broken)
    answer = await api.ask("GET", "/domains", await api.key())
    assert (answer.status_code, answer.json()["code"]) == (500, "unexpected")


async def test_readyz_says_why_we_can_not_work(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def ill(*_: object) -> Condition:
        return Condition(["store: the disk is full"], ["breaker: open"])

    monkeypatch.setattr(type(api.services.health), "condition", ill)
    answer = await api.client.get("/readyz")
    said = {"status": "unready", "problems": ["store: the disk is full"], "remarks": ["breaker: open"]}
    assert (answer.status_code, answer.json()) == (503, said)
    assert (await api.client.get("/healthz")).status_code == 200


async def test_metrics_count_by_route_template_and_never_by_value(api: Api) -> None:
    key = await api.key()
    domain = await api.domain(key)
    await api.ask("GET", f"/domains/{domain}", key)
    await api.ask("GET", "/../zilch/like/this", key)
    answer = await api.client.get("/metrics")
    assert answer.headers["content-type"].count("charset") == 1
    counted = next(
        line
        for line in answer.text.splitlines()
        if line.startswith("letterhead_http_requests_total") and 'route="/api/v2/domains/{domain_id}"' in line
    )
    assert counted.endswith(" 1.0")
    assert domain not in answer.text
    assert "zilch" not in answer.text
