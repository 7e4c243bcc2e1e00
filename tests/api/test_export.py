"""The export of a history: all of it, as the list shows it, or cut where it is not whole."""

import json
from typing import Any

import httpx2
import pytest

from letterhead.api import streams
from letterhead.api.native import export
from tests.api.conftest import Api


async def busy_domain(api: Api, key: str, turns: int = 4) -> str:
    """A domain to which something happened: it was registered, then suspended and resumed in turns."""
    domain = await api.domain(key)
    for turn in range(turns):
        await api.ask("PATCH", f"/domains/{domain}", key, json={"suspended": turn % 2 == 0})
    return domain


def lines(answer: httpx2.Response) -> list[Any]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


@pytest.mark.parametrize("at_once", [1, 2, 5, 500])
async def test_the_export_is_the_whole_list_whatever_is_read_at_once(
    api: Api, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "AT_ONCE", at_once)
    key = await api.key()
    domain = await busy_domain(api, key)
    await api.domain(key, "other.com")
    listed = (await api.ask("GET", f"/domains/{domain}/history", key)).json()["data"]
    assert len(listed) == 5
    assert lines(await api.ask("GET", f"/domains/{domain}/history/export", key)) == listed


async def test_A19_an_export_whose_key_is_revoked_is_cut_and_shows_no_more(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "AT_ONCE", 1)
    root = await api.key()
    domain = await busy_domain(api, root)
    made = (await api.ask("POST", "/keys", root, json={"name": "x", "role": "root:full"})).json()
    still = type(api.services.following).still

    async def revoked(*given: Any) -> Any:
        await api.ask("DELETE", f"/keys/{made['id']}", root)
        return await still(*given)

    monkeypatch.setattr(type(api.services.following), "still", revoked)
    with pytest.raises(httpx2.RemoteProtocolError):
        await api.ask("GET", f"/domains/{domain}/history/export", made["secret"])
    assert api.server.app.state.streams._open.total() == 0


async def test_exports_count_as_streams_and_are_counted_out_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MOST_OF_A_KEY", 0)
    key = await api.key()
    path = f"/domains/{await api.domain(key)}/history/export"
    assert (await api.ask("GET", path, key)).status_code == 429
    monkeypatch.setattr(streams, "MOST_OF_A_KEY", 1)
    for _ in range(3):
        assert len(lines(await api.ask("GET", path, key))) == 1
    assert (await api.ask("HEAD", path, key)).content == b""
