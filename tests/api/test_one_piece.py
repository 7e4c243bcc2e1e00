"""Answers go out in one piece where they are whole; fields can't smuggle anything in."""

from types import SimpleNamespace
from typing import Any

import pytest

from letterhead.api.one_piece import OnePiece, head

START = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}


def piece(body: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}


class Cycle(SimpleNamespace):
    """uvicorn's, as far as it is touched."""

    def __init__(self, method: str = "GET", **given: Any) -> None:
        self.log: list[Any] = []
        super().__init__(
            scope={"method": method},
            flow=SimpleNamespace(write_paused=False),
            transport=SimpleNamespace(write=self.log.append, close=lambda: self.log.append("closed")),
            message_event=SimpleNamespace(set=lambda: None),
            on_response=lambda: self.log.append("done"),
            default_headers=[(b"date", b"now")],
            **{"keep_alive": True, "disconnected": False, "response_complete": False, **given},
        )

    async def send(self, message: dict[str, Any]) -> None:
        self.log.append(message["type"])


async def sent(cycle: Cycle, *messages: dict[str, Any]) -> list[Any]:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        for message in messages:
            await send({**message, "headers": list(START["headers"])} if message is START else message)

    await OnePiece(app, cycle)({}, None, None)  # type: ignore[arg-type]  # it is one as far as it is touched
    return cycle.log


async def test_a_whole_answer_is_written_once() -> None:
    cycle = Cycle()
    whole = b"HTTP/1.1 200 OK\r\ndate: now\r\ncontent-length: 2\r\n\r\nok"
    assert await sent(cycle, START, piece(b"ok", more=False)) == [whole, "done"]
    assert cycle.response_started
    assert cycle.response_complete


async def test_an_answer_to_head_has_no_body() -> None:
    (written, _) = await sent(Cycle("HEAD"), START, piece(b"ok", more=False))
    assert written.endswith(b"content-length: 2\r\n\r\n")


async def test_the_last_answer_says_so_and_closes() -> None:
    written, *rest = await sent(Cycle(keep_alive=False), START, piece(b"ok", more=False))
    assert b"\r\nconnection: close\r\n" in written
    assert rest == ["closed", "done"]


async def test_pieces_are_left_to_the_server() -> None:
    log = await sent(Cycle(), START, piece(b"a", more=True), piece(b"", more=False))
    assert log == ["http.response.start", "http.response.body", "http.response.body"]


async def test_nothing_is_written_to_who_has_gone() -> None:
    log = await sent(Cycle(disconnected=True), START, piece(b"ok", more=False))
    assert log == ["http.response.start", "http.response.body"]  # where the server drops them


@pytest.mark.parametrize("harmful", [b"a\r\nset-cookie: x", b"a\nb", b"a\rb", b"a\x00b", b"\x7f"])
def test_a_field_that_would_begin_another_one_is_refused(harmful: bytes) -> None:
    for field in ((b"x-name", harmful), (harmful, b"value")):
        with pytest.raises(ValueError, match="control character"):
            head(200, [(b"date", b"now"), field])
