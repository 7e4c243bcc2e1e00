"""Addresses on the platform domain over HTTP: reserved names in every spelling, and page after page."""

import pytest

from tests.api.conftest import PUBLIC_URL, SITE, Api
from tests.core.test_local_part import NAMES, SPELLINGS


@pytest.mark.parametrize("spelled", range(len(SPELLINGS)))
async def test_O17_sixty_reserved_names_are_refused_in_every_spelling(api: Api, spelled: int) -> None:
    key = await api.key()
    for name in NAMES:
        body = {"local_part": SPELLINGS[spelled](name)}
        answer = await api.ask("POST", "/platform-addresses", key, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "local_part_reserved"), body
    assert (await api.ask("GET", "/platform-addresses", key)).json() == {"data": [], "next_cursor": None}


async def test_O17_an_address_needs_no_domain_and_stands_where_it_says(api: Api) -> None:
    key = await api.key()
    made = await api.ask("POST", "/platform-addresses", key, json={"local_part": "Jane.Doe+x"})
    assert made.status_code == 201
    address = made.json()
    assert address.keys() == {"id", "address", "created_at"}
    assert address["address"] == f"janedoe@{SITE.platform_domain}"
    path = made.headers["location"].removeprefix(f"{PUBLIC_URL}/api/v2")
    assert (await api.ask("GET", path, key)).json() == address
    assert (await api.ask("DELETE", path, key)).status_code == 204
    assert (await api.ask("GET", path, key)).json()["code"] == "address_not_found"


async def test_O17_teams_that_want_the_same_address_are_told_the_same(api: Api) -> None:
    told = []
    await api.ask("POST", "/platform-addresses", await api.key(), json={"local_part": "jane"})
    for team in ("acme", "evil"):
        body = {"local_part": "J.ANE"}
        answer = await api.ask("POST", "/platform-addresses", await api.key(team), json=body)
        told.append((answer.status_code, {**answer.json(), "request_id": ""}))
    assert told[0] == told[1]
    assert (told[0][0], told[0][1]["code"]) == (409, "address_taken")


async def test_pages_go_back_to_the_first_and_a_cursor_is_its_teams_own(api: Api) -> None:
    key = await api.key()
    for number in range(5):
        await api.ask("POST", "/platform-addresses", key, json={"local_part": f"jane{number}"})
        api.clock.advance(1)
    seen, cursor = [], ""
    while cursor is not None:
        page = (await api.ask("GET", f"/platform-addresses?limit=2{cursor}", key)).json()
        seen += [each["address"].partition("@")[0] for each in page["data"]]
        last, cursor = cursor, page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert seen == [f"jane{number}" for number in (4, 3, 2, 1, 0)]
    foreign = await api.ask("GET", f"/platform-addresses?limit=2{last}", await api.key("evil"))
    assert foreign.json()["code"] == "bad_cursor"


@pytest.mark.parametrize("body", [{}, {"local_part": ""}, {"local_part": None}, {"local_part": "x" * 65}])
async def test_a_body_that_names_no_local_part_is_refused(api: Api, body: dict[str, str | None]) -> None:
    answer = await api.ask("POST", "/platform-addresses", await api.key(), json=body)
    assert answer.status_code == 422
