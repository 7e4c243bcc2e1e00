"""POST /domains/{id}/watch: until when it is watched, and what is refused."""

import pytest

from letterhead.service.watching import MOST
from tests.api.conftest import Api


async def test_watching_says_until_when_and_has_it_examined_at_once(api: Api) -> None:
    key = await api.key()
    domain = await api.domain(key)
    answer = await api.ask("POST", f"/domains/{domain}/watch", key)
    assert (answer.status_code, answer.json()) == (200, {"watched_until": "2026-01-15T12:01:00Z"})
    assert (await api.ask("GET", f"/domains/{domain}", key)).json()["next_check_at"] == "2026-01-15T12:00:00Z"


async def test_watching_changes_nothing_that_an_etag_stands_for(api: Api) -> None:
    key = await api.key()
    domain = await api.domain(key)
    tag = (await api.ask("GET", f"/domains/{domain}", key)).headers["etag"]
    await api.ask("POST", f"/domains/{domain}/watch", key)
    headers = {"if-match": tag}
    assert (await api.ask("DELETE", f"/domains/{domain}", key, headers=headers)).status_code == 204


@pytest.mark.parametrize("permission", ["domain.verify", "domain.update"])
async def test_whoever_may_not_read_may_not_watch(api: Api, permission: str) -> None:
    domain = await api.domain(await api.key())
    key = await api.key(permissions=frozenset({permission}))
    answer = await api.ask("POST", f"/domains/{domain}/watch", key)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_permissions")


async def test_one_too_many_and_a_suspended_one_are_refused(api: Api) -> None:
    key = await api.key()
    asleep, *domains = [await api.domain(key, f"acme{n}.com") for n in range(MOST + 2)]
    await api.ask("PATCH", f"/domains/{asleep}", key, json={"suspended": True})
    refused = (await api.ask("POST", f"/domains/{asleep}/watch", key)).json()
    assert (refused["status"], refused["code"]) == (409, "suspended")
    answers = [await api.ask("POST", f"/domains/{domain}/watch", key) for domain in domains]
    assert [answer.status_code for answer in answers] == [200] * MOST + [403]
    assert answers[-1].json()["code"] == "too_many_watched"
