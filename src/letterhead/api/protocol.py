"""HTTP as it arrives: uvicorn's protocol with the caps and timers that it lacks (A15, A17).

httptools (llhttp) refuses what RFC 9112 §6.3 and §11.2 warn of: two lengths, a length beside chunks, bad
chunks. What it does not bound is counted here: how large a head is, how long head and body take, and how
many connections one address has. Whatever is refused here is worded like any other problem.
"""

import asyncio
from collections import Counter
from math import inf
from typing import Any, cast
from urllib.parse import unquote

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from letterhead.api import problem
from letterhead.api.client import block
from letterhead.api.envelope import common_headers, encoded
from letterhead.api.one_piece import OnePiece, head
from letterhead.api.problem import Problem
from letterhead.api.request import mint_request_id
from letterhead.api.state import State

UNREAD = "unread"
"""Why a client is cut off that does not read: no problem, for it would not be read either."""


class Doorkeeper:
    """Knows all open connections of one server and who has how many of them."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.limits = state.settings.limits
        self._open: Counter[str] = Counter()

    def enter(self, client: str) -> Problem | None:
        """Count a connection in; why it must leave again, if it must."""
        self._open[client] += 1
        if self._open[client] > self.limits.connections_per_address:
            return problem.too_many_connections()
        if self._open.total() > self.limits.connections:
            return problem.overloaded()
        return None

    def leave(self, client: str) -> None:
        """Count a connection out."""
        self._open[client] -= 1
        if not self._open[client]:
            del self._open[client]


class GuardedProtocol(HttpToolsProtocol):
    """One connection.

    _deadline  when we stop waiting for the rest of a head or a body; None while we are at work.
    _timer     wakes us to look at the deadline. It is left to run when that moves to a later moment, as it
               does with each request, and set again once it has run out.
    _wakes_at  when it does; never where there is none.
    _unread    cuts off a client that does not take what we have for it.
    _answering the request that is being answered: not the newest where others came behind it.
    _in_body   whether the head of the newest request is read and its end is not.
    _seen      octets since that head began.
    _head      octets of the fields that are read of it.
    """

    def __init__(self, *, doorkeeper: Doorkeeper, **given: Any) -> None:
        super().__init__(**given)
        self._doorkeeper = doorkeeper
        self._limits = doorkeeper.limits
        self._deadline: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._wakes_at = inf
        self._unread: asyncio.TimerHandle | None = None
        self._answering: RequestResponseCycle | None = None
        self._body_ends = 0.0
        self._in_body = False
        self._seen = 0
        self._head = 0
        self._fault: Problem | None = None
        self._client = ""
        self.url = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Let the client in, or answer why not; the first head is now awaited."""
        super().connection_made(transport)
        self._client = block(self.client[0]) if self.client else ""
        unwelcome = self._doorkeeper.enter(self._client)
        if unwelcome is not None:
            self._turn_away(unwelcome)
            return
        self._expect(self._limits.head_time)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the client out."""
        self._relax()
        for timer in (self._timer, self._unread):
            if timer is not None:
                timer.cancel()
        self._doorkeeper.leave(self._client)
        if self._answering is not None and not self._answering.response_complete:
            self._answering.disconnected = True  # uvicorn tells the newest alone
            self._answering.message_event.set()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client reads more slowly than we write: nothing more is made for it until it has caught up."""
        super().pause_writing()
        self._expect_to_be_read()

    def resume_writing(self) -> None:
        """It has caught up."""
        super().resume_writing()
        if self._unread is not None and not self.transport.is_closing():
            self._unread.cancel()
            self._unread = None

    def data_received(self, data: bytes) -> None:
        """Parse what came, and bound what the parser keeps of a head that does not end."""
        if self.transport.is_closing():
            return
        self._seen += len(data)
        super().data_received(data)
        if not self._in_body and self._seen > self._limits.head and not self.transport.is_closing():
            self._turn_away(problem.head_too_large())

    def on_header(self, name: bytes, value: bytes) -> None:
        """One more field: bound their number and size, and thereby what a request can cost."""
        name = name.lower()
        self.headers.append((name, value))
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self._head += len(name) + len(value)
        if len(self.headers) > self._limits.fields or len(self.url) + self._head > self._limits.head:
            self._fault = problem.head_too_large()
            raise self._fault  # ends the parser, which then calls send_400_response

    def on_headers_complete(self) -> None:
        """The head is read: the body is now awaited."""
        self._in_body = True
        self._head = 0
        self._body_ends = self.loop.time() + self._limits.body_time
        self._expect(self._limits.chunk_time)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body: the next one is awaited, until the time for the whole is over."""
        self._expect(min(self._limits.chunk_time, self._body_ends - self.loop.time()))
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole: nothing is awaited until it is answered."""
        self._in_body = False
        self._seen = 0
        self._relax()
        super().on_message_complete()
        if self.cycle.response_complete:
            self._expect(self._limits.head_time)

    def on_response_complete(self) -> None:
        """The request is answered: the one that came behind it is begun, or the next head awaited.

        In place of uvicorn's, which sets a timer of its own for connections that are kept.
        """
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            self._expect_to_be_read()
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif not self._in_body:
            self._expect(self._limits.head_time)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, OnePiece(app, cycle))

    def send_400_response(self, msg: str) -> None:
        """Where uvicorn answers what it can't parse, we word it."""
        del msg
        self._turn_away(self._fault or problem.malformed_request())

    def _expect(self, seconds: float) -> None:
        """More must come within so many seconds."""
        self._deadline = self.loop.time() + seconds
        if self._deadline < self._wakes_at:
            self._set_timer(self._deadline)

    def _relax(self) -> None:
        """Nothing more is awaited."""
        self._deadline = None

    def _set_timer(self, moment: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._wakes_at = moment
        self._timer = self.loop.call_at(moment, self._look)

    def _look(self) -> None:
        """Whether the deadline has come, or has moved meanwhile."""
        self._timer, self._wakes_at = None, inf
        if self._deadline is None:
            return
        if self.loop.time() < self._deadline:
            self._set_timer(self._deadline)
        else:
            self._too_slow()

    def _too_slow(self) -> None:
        if not self._in_body and not self._seen:
            self._close()  # nothing of a request has come: there is nothing to answer
            return
        self._turn_away(problem.request_timeout())

    def _close(self) -> None:
        """Close once all is read that we have written, which must not take for ever."""
        self.transport.close()
        self._expect_to_be_read()

    def _expect_to_be_read(self) -> None:
        """What we have written must be taken within the time for that."""
        if self._unread is None:
            self._unread = self.loop.call_later(self._limits.read_time, self._cut_off)

    def _cut_off(self) -> None:
        """Let go of what is not read; closing would wait until it is."""
        self._doorkeeper.state.metrics.turned_away(UNREAD)
        self.transport.abort()

    def _turn_away(self, said: Problem) -> None:
        """Answer without the application, where the answer can only be to this request, and close."""
        self._relax()
        self._doorkeeper.state.metrics.turned_away(said.code)
        if self._can_answer():
            self.transport.write(self._written(said))
        self._close()

    def _can_answer(self) -> bool:
        """Whether nothing of another answer would come before or after ours on this connection."""
        newest = cast("RequestResponseCycle | None", self.cycle)
        if newest is None:
            return True
        if self._in_body:
            return not self.pipeline and not newest.response_started
        return newest.response_complete

    def _written(self, said: Problem) -> bytes:
        request_id, state = mint_request_id(), self._doorkeeper.state
        dialect = state.dialects.of(unquote(self.url.partition(b"?")[0].decode("latin-1")))
        answer = dialect.word(said, request_id, state.settings.public_url)
        fields = [
            *self.server_state.default_headers,
            *encoded(answer.headers),
            (b"content-length", str(len(answer.body)).encode()),
            *common_headers(dialect, request_id, state.rates.strangers.look(self._client)),
            (b"connection", b"close"),
        ]
        return head(answer.status, fields) + answer.body
