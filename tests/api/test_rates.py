"""Rate limits: per key, per team whatever its keys, per address for strangers; tighter where DNS is asked."""

import time
from ipaddress import ip_network

import pytest

from letterhead.api.bucket import Buckets
from letterhead.api.charging import examining
from letterhead.api.client import client
from letterhead.api.settings import RateLimits
from letterhead.core.permission import ROLES
from tests.api.conftest import Api

PROXIES = (ip_network("10.0.0.0/8"), ip_network("2001:db8:ffff::/48"))


@pytest.fixture
def rates() -> RateLimits:
    return RateLimits(requests=10, team=16, examinations=3, strangers=4)


class Time:
    """Seconds, set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_holds_a_minute_s_worth_and_fills_evenly() -> None:
    time = Time()
    buckets = Buckets(3, time)
    taken = [buckets.take("a") for _ in range(4)]
    assert [each.left for each in taken if each] == [2, 1, 0, 0]
    assert [each.wait for each in taken if each] == [0, 0, 0, 20]
    assert [each.reset for each in taken if each] == [20, 40, 60, 60]
    time.now += 19.9
    assert buckets.take("a").wait == 1  # type: ignore[union-attr]  # there is a limit
    time.now += 0.1
    assert buckets.take("a").wait == 0  # type: ignore[union-attr]  # as above
    assert buckets.take("b").left == 2  # type: ignore[union-attr]  # nobody pays for another


def test_looking_takes_nothing_and_no_limit_is_no_allowance() -> None:
    buckets = Buckets(3, Time())
    buckets.take("a")
    assert [buckets.look("a").left for _ in range(3)] == [2, 2, 2]  # type: ignore[union-attr]  # as above
    assert Buckets(0).take("a") is None
    assert Buckets(0).look("a") is None


def test_A12_buckets_are_forgotten_when_they_are_full_or_too_many() -> None:
    time = Time()
    buckets = Buckets(3, time, most=100)
    for number in range(10_000):
        buckets.take(f"address {number}")
    assert len(buckets) == 100
    time.now += 61
    buckets.take("another")
    assert len(buckets) == 1


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "expected"),
    [
        ("192.0.2.1", ["203.0.113.9"], (), "192.0.2.1"),
        ("192.0.2.1", ["203.0.113.9"], PROXIES, "192.0.2.1"),
        ("10.0.0.1", [], PROXIES, "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9"], PROXIES, "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1, 203.0.113.9"], PROXIES, "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1", "203.0.113.9, 10.9.9.9"], PROXIES, "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9, unknown"], PROXIES, "10.0.0.1"),
        ("10.0.0.1", [""], PROXIES, "10.0.0.1"),
        ("::ffff:10.0.0.1", ["2001:db8::1"], PROXIES, "2001:db8::/64"),
        ("2001:db8:ffff::1", ["203.0.113.9"], PROXIES, "203.0.113.9"),
    ],
)
def test_A12_a_forwarding_header_is_believed_from_our_own_proxies_alone(
    peer: str, forwarded: list[str], proxies: tuple[object, ...], expected: str
) -> None:
    assert client(peer, forwarded, proxies) == expected  # type: ignore[arg-type]  # networks of either kind


async def test_A12_requests_of_a_key_are_counted_down_and_the_next_one_is_429(api: Api) -> None:
    key = await api.key()
    for left in range(9, -1, -1):
        answer = await api.ask("GET", "/domains", key)
        assert answer.status_code == 200
        assert answer.headers["x-ratelimit-limit"] == "10"
        assert answer.headers["x-ratelimit-remaining"] == str(left)
        assert 0 < int(answer.headers["x-ratelimit-reset"]) - time.time() <= 61
    refused = await api.ask("GET", "/domains", key)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert 0 < int(refused.headers["retry-after"]) <= 6
    assert refused.headers["x-ratelimit-remaining"] == "0"


async def test_a_key_that_runs_wild_leaves_the_others_theirs(api: Api) -> None:
    wild, calm = await api.key(), await api.key()
    assert [(await api.ask("GET", "/domains", wild)).status_code for _ in range(12)][-3:] == [200, 429, 429]
    assert (await api.ask("GET", "/domains", calm)).status_code == 200


async def test_A12_more_keys_are_not_more_requests_and_other_teams_pay_nothing(api: Api) -> None:
    keys = [await api.key() for _ in range(5)]
    answers = [await api.ask("GET", "/domains", key) for key in keys * 4]
    assert [answer.status_code for answer in answers] == [200] * 16 + [429] * 4
    told = [(a.headers["x-ratelimit-limit"], a.headers["x-ratelimit-remaining"]) for a in answers]
    assert told[:2] == [("10", "9"), ("10", "9")]
    assert told[14:17] == [("16", "1"), ("16", "0"), ("16", "0")]
    assert (await api.ask("GET", "/domains", await api.key("other"))).status_code == 200


@pytest.mark.parametrize("variant", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP"])
async def test_A12_strangers_are_counted_by_address_whatever_they_claim(api: Api, variant: str) -> None:
    statuses = [
        (
            await api.ask("GET", "/domains", "lh_wrong" + "x" * n, headers={variant: f"192.0.2.{n}"})
        ).status_code
        for n in range(8)
    ]
    assert statuses == [401] * 4 + [429] * 4


async def test_A12_who_has_a_key_is_not_locked_out_by_strangers_at_the_same_address(api: Api) -> None:
    key = await api.key()
    for _ in range(6):
        await api.client.get("/api/v2/domains")
    refused = await api.client.get("/api/v2/domains")
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert (await api.ask("GET", "/domains", key)).status_code == 200


async def test_A12_registering_and_verifying_have_a_tighter_limit_together(api: Api) -> None:
    key = await api.key()
    domain = await api.domain(key)
    assert (await api.ask("POST", f"/domains/{domain}/verify", key)).status_code == 200
    assert (await api.ask("POST", f"/domains/{domain}/refresh", key)).status_code == 200
    for path, body in ((f"/domains/{domain}/verify", None), ("/domains", {"domain": "acme.net"})):
        given = {} if body is None else {"json": body}
        refused = await api.ask("POST", path, key, **given)
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        assert refused.headers["x-ratelimit-limit"] == "3"
    assert (await api.ask("GET", f"/domains/{domain}", key)).status_code == 200


async def test_A12_a_loop_of_registering_and_removing_ends_at_the_limit(api: Api) -> None:
    key = await api.key()
    statuses = []
    for _ in range(4):
        answer = await api.ask("POST", "/domains", key, json={"domain": "acme.com"})
        statuses.append(answer.status_code)
        if answer.status_code == 201:
            await api.ask("DELETE", f"/domains/{answer.json()['id']}", key)
    assert statuses == [201, 201, 201, 429]


async def test_A12_every_operation_that_asks_the_dns_in_every_dialect_is_limited(api: Api) -> None:
    """Found by what the operations are called: verify, refresh, and a POST that makes a domain."""
    made = ("/domains", "/custom_domains", "/email-domains")
    for each in api.server.app.operations:
        if each.template.endswith((*made, "/verify", "/refresh")) and each.method == "POST":
            assert examining in each.guards, each.template


async def test_health_and_documents_are_not_limited_and_say_nothing_of_limits(api: Api) -> None:
    for _ in range(20):
        answer = await api.client.get("/healthz")
        assert answer.status_code == 200
    assert "x-ratelimit-limit" not in answer.headers
    lost = await api.ask("GET", "/nothing", await api.key(permissions=ROLES["root:full"]))
    assert (lost.status_code, lost.headers["x-ratelimit-limit"]) == (404, "4")
