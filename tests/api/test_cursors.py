"""Pages and their cursors: bounded, signed, and bound to one list of one team."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.api.cursor import Cursors
from letterhead.core.refusal import Refusal
from tests.api.conftest import Api

CURSORS = Cursors(b"secret")
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT, TEXT, TEXT)
def test_a_cursor_brings_its_position_back(team: str, listing: str, position: str) -> None:
    assert CURSORS.read(team, listing, CURSORS.write(team, listing, position)) == position


@given(st.integers(0, 200), st.characters(codec="ascii"))
def test_A13_an_altered_cursor_is_refused(place: int, char: str) -> None:
    cursor = CURSORS.write("team", "domains", "dom_1")
    place %= len(cursor)
    altered = cursor[:place] + char + cursor[place + 1 :]
    if altered != cursor:
        with pytest.raises(Refusal, match="bad_cursor"):
            CURSORS.read("team", "domains", altered)


@given(st.text())
def test_A13_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Refusal, match="bad_cursor"):
        CURSORS.read("team", "domains", cursor)


@pytest.mark.parametrize(
    ("secret", "team", "listing"),
    [
        (b"other", "team", "list"),
        (b"secret", "other", "list"),
        (b"secret", "team", "other"),
        (b"secret", "tea", "mlist"),
    ],
)
def test_A13_a_cursor_holds_for_one_list_of_one_team_on_one_server(
    secret: bytes, team: str, listing: str
) -> None:
    with pytest.raises(Refusal, match="bad_cursor"):
        CURSORS.read("team", "list", Cursors(secret).write(team, listing, "dom_1"))


async def test_pages_show_everything_once_and_in_order(api: Api) -> None:
    key = await api.key()
    ids = []
    for number in range(7):
        ids.append(await api.domain(key, f"acme{number}.com"))
        api.clock.advance(1)
    for path, member, told in (("/domains", "id", ids[::-1]), ("/events", "domain_id", [*ids[::-1], None])):
        seen, cursor = [], None
        while True:
            asked = {"limit": 3} | ({"cursor": cursor} if cursor else {})
            page = (await api.ask("GET", path, key, params=asked)).json()
            seen.append([each[member] for each in page["data"]])
            if (cursor := page["next_cursor"]) is None:
                break
        assert [len(each) for each in seen] == [3, 3, len(told) - 6]
        assert [each for page in seen for each in page] == told, "the key itself was the first event"


async def test_a_page_that_is_just_full_is_the_last(api: Api) -> None:
    key = await api.key()
    await api.domain(key)
    assert (await api.ask("GET", "/domains?limit=1", key)).json()["next_cursor"] is None


LISTS = ["/domains", "/events", "/keys", "/domains/{domain}/history"]


@pytest.mark.parametrize(
    "limit", ["0", "-1", "101", "1000000000", "9" * 40, "ten", "", "1.5", "NaN", "\uff11"]
)
async def test_A13_a_limit_out_of_bounds_is_422_and_named(api: Api, limit: str) -> None:
    key = await api.key()
    domain = await api.domain(key)
    for path in LISTS:
        answer = await api.ask("GET", path.format(domain=domain), key, params={"limit": limit})
        assert (answer.status_code, answer.json()["param"]) == (422, "limit"), answer.text


@pytest.mark.parametrize("path", LISTS)
async def test_A13_cursors_of_other_lists_and_teams_are_422(api: Api, path: str) -> None:
    acme, evil = await api.key("acme"), await api.key("evil")
    for number in range(2):
        domain = await api.domain(acme, f"acme{number}.com")
        await api.domain(evil, f"evil{number}.com")
    foreign = (await api.ask("GET", "/domains?limit=1", evil)).json()["next_cursor"]
    other = CURSORS.write("team", "other", "1")
    junk = [
        "",
        "x",
        "!",
        "\0",
        "=" * 9,
        "é",
        base64.b64encode(bytes(40)).decode(),
        foreign,
        other,
        foreign[:-2],
    ]
    for cursor in junk:
        answer = await api.ask("GET", path.format(domain=domain), acme, params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor"), cursor
