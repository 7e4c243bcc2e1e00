"""Entity tags: nobody downloads what they have, nobody overwrites what they have not seen (A16)."""

import asyncio

import pytest

from letterhead.core.finding import Outcome
from tests.api.conftest import Api


async def tag(api: Api, key: str, domain: str) -> str:
    return str((await api.ask("GET", f"/domains/{domain}", key)).headers["etag"])


async def test_a_domain_that_did_not_change_is_304_without_a_body(api: Api) -> None:
    key = await api.key()
    domain = await api.domain(key)
    known = await tag(api, key, domain)
    assert known.startswith('W/"')
    for given in (known, known.removeprefix("W/"), f'"x", {known}', "*"):
        for method in ("GET", "HEAD"):
            answer = await api.ask(method, f"/domains/{domain}", key, headers={"if-none-match": given})
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["etag"] == known
    for given in ('"x"', "x", "", known[:-2] + 'x"'):
        answer = await api.ask("GET", f"/domains/{domain}", key, headers={"if-none-match": given})
        assert answer.status_code == 200, given


async def test_the_tag_changes_with_whatever_is_shown(api: Api) -> None:
    key = await api.key()
    domain = await api.domain(key)
    tags = [await tag(api, key, domain)]
    await api.domain(await api.key("rival"), "acme.com")  # contested now, though its row is the same
    tags.append(await tag(api, key, domain))
    api.oracle.outcome = Outcome.PASS
    await api.ask("POST", f"/domains/{domain}/verify", key)
    tags.append(await tag(api, key, domain))
    changed = await api.ask("PATCH", f"/domains/{domain}", key, json={"suspended": True})
    tags.append(changed.headers["etag"])
    assert len(set(tags)) == len(tags)
    assert tags[-1] == await tag(api, key, domain)


async def test_registering_tells_where_the_domain_is_and_its_tag(api: Api) -> None:
    key = await api.key()
    made = await api.ask("POST", "/domains", key, json={"domain": "acme.com"})
    assert made.headers["location"].endswith(f"/api/v2/domains/{made.json()['id']}")
    assert made.headers["etag"] == await tag(api, key, made.json()["id"])


@pytest.mark.parametrize(("method", "body"), [("PATCH", {"suspended": True}), ("DELETE", None)])
async def test_A16_a_stale_tag_changes_nothing(api: Api, method: str, body: object) -> None:
    key = await api.key()
    domain, other = await api.domain(key), await api.domain(key, "acme.net")
    stale = await tag(api, key, domain)
    await api.ask("PATCH", f"/domains/{domain}", key, json={"suspended": True})
    await api.ask("PATCH", f"/domains/{domain}", key, json={"suspended": False})
    fresh = await tag(api, key, domain)
    given = {} if body is None else {"json": body}
    for wrong in (stale, await tag(api, key, other), '"x"', "x", ""):
        answer = await api.ask(method, f"/domains/{domain}", key, headers={"if-match": wrong}, **given)
        assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed"), wrong
    assert await tag(api, key, domain) == fresh
    done = await api.ask(method, f"/domains/{domain}", key, headers={"if-match": f'"x", {fresh}'}, **given)
    assert done.status_code in {200, 204}


async def test_A16_of_changes_at_the_same_time_one_is_made_and_the_others_are_told(api: Api) -> None:
    key = await api.key()
    domain = await api.domain(key)
    known = await tag(api, key, domain)
    answers = await asyncio.gather(
        *(
            api.ask("PATCH", f"/domains/{domain}", key, json={"suspended": True}, headers={"if-match": known})
            for _ in range(8)
        )
    )
    assert sorted(each.status_code for each in answers) == [200] + [412] * 7


async def test_A16_a_star_takes_whatever_version_there_is(api: Api) -> None:
    key = await api.key()
    domain = await api.domain(key)
    answer = await api.ask("DELETE", f"/domains/{domain}", key, headers={"if-match": "*"})
    assert answer.status_code == 204
    gone = await api.ask("DELETE", f"/domains/{domain}", key, headers={"if-match": "*"})
    assert gone.status_code == 404
