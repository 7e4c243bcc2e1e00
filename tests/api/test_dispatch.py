"""From a request to its operation: what a handler may return, and what becomes of a stream."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from litestar import Response, get, post
from litestar.response import Stream

from letterhead.api.dialect import Description, Dialect, Dialects
from letterhead.api.native import problem
from letterhead.api.native.dialect import NATIVE
from letterhead.api.request import Request
from tests.api.conftest import Api
from tests.api.raw import Line


class Named(msgspec.Struct):
    """Something with a name."""

    name: str


class Told:
    """What the handlers tell the test."""

    closed = asyncio.Event()


@get("/shape")
async def shape() -> Named:
    return Named("é")


@get("/text", media_type="text/plain")
async def text() -> Response[str]:
    return Response("é", headers={"x-own": "1"})


@post("/status")
async def status(request: Request) -> Response[Named]:
    return Response(Named(request.id), status_code=202, media_type="application/x-own+json")


@get("/stream", include_in_schema=False)
async def stream() -> Stream:
    return Stream(_pieces(3), media_type="text/event-stream")


@get("/endless", include_in_schema=False)
async def endless() -> Stream:
    Told.closed = asyncio.Event()
    return Stream(_pieces(1_000_000), media_type="text/event-stream")


@get("/broken-stream", include_in_schema=False)
async def broken() -> Stream:
    return Stream(_pieces(-1), media_type="text/event-stream")


async def _pieces(count: int) -> AsyncIterator[bytes]:
    try:
        yield b"first\n"
        if count < 0:
            raise RuntimeError("a secret of ours")
        for number in range(count):
            await asyncio.sleep(0.01)
            yield b"%d\n" % number
    finally:
        Told.closed.set()


@pytest.fixture
def dialects() -> Dialects:
    handlers = (shape, text, status, stream, endless, broken)
    toy = Dialect(
        name="toy",
        prefix="/toy",
        handlers=handlers,
        word=problem.word,
        description=Description(title="Toy", text="For tests."),
    )
    return Dialects((NATIVE, toy))


async def ask(api: Api, method: str, path: str, **headers: str) -> Any:
    fields = {"authorization": f"Bearer {await api.key()}", **headers}
    return await api.client.request(method, f"/toy{path}", headers=fields)


async def test_a_shape_is_json_and_a_text_is_utf_8(api: Api) -> None:
    answer = await ask(api, "GET", "/shape")
    assert (answer.status_code, answer.json()) == (200, {"name": "é"})
    assert answer.headers["content-type"] == "application/json"
    answer = await ask(api, "GET", "/text")
    assert (answer.text, answer.headers["x-own"]) == ("é", "1")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-length"] == "2"


async def test_a_response_says_its_status_and_media_type_itself(api: Api) -> None:
    answer = await ask(api, "POST", "/status", **{"x-request-id": "mine"})
    assert (answer.status_code, answer.json()) == (202, {"name": "mine"})
    assert answer.headers["content-type"] == "application/x-own+json"
    assert answer.headers["x-request-id"] == "mine"


async def test_an_answer_given_again_says_all_that_the_first_one_said(api: Api) -> None:
    key = {"authorization": f"Bearer {await api.key()}", "idempotency-key": "k"}
    first, again = [await api.client.post("/toy/status", headers=key) for _ in range(2)]
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["idempotent-replayed"] == "true"
    for name in ("content-type", "content-length", "x-request-id"):
        assert again.headers.get_list(name) == first.headers.get_list(name)


async def test_a_stream_is_sent_piece_by_piece_and_closed(api: Api) -> None:
    answer = await ask(api, "GET", "/stream")
    assert (answer.status_code, answer.text) == (200, "first\n0\n1\n2\n")
    assert answer.headers["content-type"].startswith("text/event-stream")
    head = await ask(api, "HEAD", "/stream")
    assert (head.status_code, head.content) == (200, b"")


async def test_a_stream_ends_when_its_client_goes_away(api: Api) -> None:
    line = await Line.to(api.server.port)
    fields = f"Host: x\r\nAuthorization: Bearer {await api.key()}\r\n\r\n"
    await line.say(b"GET /toy/endless HTTP/1.1\r\n" + fields.encode())
    assert b"first" in await line.hear_until(b"first\n")
    line.hang_up()
    await asyncio.wait_for(Told.closed.wait(), 5)


async def test_a_stream_that_breaks_is_cut_and_not_ended(api: Api) -> None:
    line = await Line.to(api.server.port)
    fields = f"Host: x\r\nAuthorization: Bearer {await api.key()}\r\n\r\n"
    await line.say(b"GET /toy/broken-stream HTTP/1.1\r\n" + fields.encode())
    heard = await line.hear()
    assert b"first" in heard
    assert not heard.endswith(b"0\r\n\r\n"), "the last chunk would say that this was all"
    assert b"a secret" not in heard


async def test_get_answers_head_and_options_names_the_methods(api: Api) -> None:
    head = await ask(api, "HEAD", "/shape")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "13")
    options = await api.client.options("/toy/shape")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    wrong = await ask(api, "DELETE", "/shape")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
