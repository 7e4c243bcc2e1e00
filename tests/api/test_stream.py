"""The event stream: what comes, where it goes on, and when it ends."""

import asyncio
import json
from typing import Any

import pytest

from letterhead.api import streams
from letterhead.api.native import stream
from letterhead.api.settings import Limits
from tests.api.conftest import Api


@pytest.fixture
def limits() -> Limits:
    return Limits(drain_time=2, stream_time=1.0)


def messages(text: str) -> list[dict[str, Any]]:
    """What a client makes of a stream (HTML §9.2.6)."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "data" in fields:
            found.append({**fields, "data": json.loads(fields["data"])})
    return found


async def happened(api: Api, *names: str) -> str:
    key = await api.key()
    for name in names:
        await api.domain(key, name)
    while await api.services.announcements.once():
        pass
    return key


async def test_a_stream_goes_on_behind_the_last_event_and_shows_what_the_list_shows(api: Api) -> None:
    key = await happened(api, "a.com", "b.com", "c.com")
    listed = {each["id"]: each for each in (await api.ask("GET", "/events", key)).json()["data"]}
    first = next(each for each in listed.values() if each["domain"] == "a.com")
    answer = await api.ask("GET", "/events/stream", key, headers={"last-event-id": first["id"]})
    assert answer.headers["content-type"].startswith("text/event-stream")
    came = messages(answer.text)
    assert [each["data"]["domain"] for each in came] == ["b.com", "c.com"]
    assert all(each["data"] == listed[each["id"]] and each["event"] == "domain.created" for each in came)


async def test_a_stream_goes_on_behind_an_event_that_is_not_announced_yet_as_if_it_were(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a list shows it at once, and the worker may be away: nothing is refused, missed or told twice."""
    monkeypatch.setattr(stream, "POLL", 0.05)
    key = await happened(api, "old.com")
    for name in ("a.com", "b.com"):
        await api.domain(key, name)
    last = (await api.ask("GET", "/events", key)).json()["data"][0]
    assert last["domain"] == "b.com"
    following = asyncio.create_task(
        api.ask("GET", "/events/stream", key, headers={"last-event-id": last["id"]})
    )
    await asyncio.sleep(0.2)
    assert not following.done()
    await happened(api)
    for name in ("c.com", "d.com"):
        await api.domain(key, name)
        await happened(api)
    answer = await following
    assert answer.status_code == 200
    assert [each["data"]["domain"] for each in messages(answer.text) if each["data"]["domain"]] == [
        "c.com",
        "d.com",
    ]


async def test_a_fresh_stream_tells_what_happens_from_now_on(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "POLL", 0.05)
    await happened(api, "old.com")
    key = await api.key()
    following = asyncio.create_task(api.ask("GET", "/events/stream", key))
    await asyncio.sleep(0.2)
    await happened(api, "new.com")
    told = [each["data"]["domain"] for each in messages((await following).text)]
    assert [domain for domain in told if domain] == ["new.com"]


async def test_A01_a_stream_shows_nothing_of_other_teams_and_other_domains(api: Api) -> None:
    key = await happened(api, "a.com")
    event = (await api.ask("GET", "/events", key)).json()["data"][-1]["id"]
    evil = await api.key("evil")
    foreign = await api.ask("GET", "/events/stream", evil, headers={"last-event-id": event})
    unknown = await api.ask("GET", "/events/stream", evil, headers={"last-event-id": "evt_999999"})
    assert foreign.status_code == unknown.status_code == 422
    assert foreign.json()["code"] == unknown.json()["code"] == "unknown_last_event"


async def test_A19_a_stream_ends_with_its_key(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "RECHECK", 0.0)
    root = await api.key()
    made = (await api.ask("POST", "/keys", root, json={"name": "x", "role": "root:full"})).json()
    streams = api.server.app.state.streams
    following = asyncio.create_task(api.ask("GET", "/events/stream", made["secret"]))
    await asyncio.sleep(0.2)
    assert streams._open.total() == 1
    await api.ask("DELETE", f"/keys/{made['id']}", root)
    await following
    assert streams._open.total() == 0


async def test_a_key_has_no_more_streams_than_it_may(api: Api) -> None:
    key = await api.key()
    asked = [api.ask("GET", "/events/stream", key) for _ in range(streams.MOST_OF_A_KEY + 2)]
    codes = sorted(answer.status_code for answer in await asyncio.gather(*asked))
    assert codes == [200] * streams.MOST_OF_A_KEY + [429] * 2
    assert (await api.ask("GET", "/events/stream", key)).status_code == 200


async def test_X12_streams_end_when_the_server_stops(api: Api) -> None:
    key = await api.key()
    following = asyncio.create_task(api.ask("GET", "/events/stream", key))
    await asyncio.sleep(0.2)
    await asyncio.wait_for(api.server.stop(), 1.5)
    assert (await following).status_code == 200


async def test_head_opens_no_stream(api: Api) -> None:
    answer = await api.ask("HEAD", "/events/stream", await api.key())
    assert (answer.status_code, answer.content) == (200, b"")
