"""One connection with many errands on it; replies come in any order (RFC 7766 §6.2.1.1)."""

import asyncio
import socket
import struct
import sys
from typing import Final, Generic, Protocol, TypeVar, cast

from letterhead.resolver.bulk.errand import BITS, Errand
from letterhead.resolver.bulk.window import Window
from letterhead.resolver.wire import Query

WITHIN: Final = 5.0
"""Seconds that a question has, each time it is sent; the resolver has tried everywhere by then."""

BREATH: Final = 0.02
"""Seconds between two reads, in which many replies gather: a turn for only a few costs more than they do."""

_FRAME = struct.Struct("!HH")  # the length before a message, and the message's id
_LENGTH: Final = 2
_HEADER: Final = 12
_NUMBERS: Final = 1 << 16 - BITS
_MASK: Final = (1 << BITS) - 1

K = TypeVar("K")


class Desk(Protocol[K]):
    """Where the streams of an engine take their errands, and bring them back."""

    def take(self) -> Errand[K] | None:
        """The next errand; None when there is none now."""

    def finished(self, errand: Errand[K]) -> None:
        """Bring back an errand of which nothing more is to be expected."""

    def lost(self, stream: "Stream[K]", errands: list[Errand[K]]) -> None:
        """The stream has ended, and these errands were on it."""


class Stream(asyncio.Protocol, Generic[K]):
    """A connection. It tells whether it `has_asked` anything, and whether it `has_answered` anything."""

    def __init__(self, desk: Desk[K], window: Window) -> None:
        self._loop = asyncio.get_running_loop()
        self._desk = desk
        self._window = window
        self._flying: dict[int, Errand[K]] = {}
        self._questions = 0
        self._number = 0
        self._rest = b""
        self._timer: asyncio.TimerHandle | None = None
        self._pause: asyncio.TimerHandle | None = None
        self._heard_at = 0.0
        self._has_ended = False
        self.has_asked = False
        self.has_answered = False

    @property
    def is_open(self) -> bool:
        """Whether something can be sent."""
        return not self._has_ended

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on the way."""
        return not self._flying

    def fill(self) -> None:
        """Send errands as long as the window has room."""
        if self._transport.is_closing():
            return
        batch = []
        now = self._loop.time()
        until = now + WITHIN
        if not self._flying:
            self._heard_at = now
        while self._questions < self._window.size and (errand := self._desk.take()) is not None:
            errand.until = until
            self._questions += errand.missing
            batch.append(errand.numbered(self._board(errand)))
        if batch:
            self.has_asked = True
            self._transport.write(b"".join(batch))
        if self._flying and self._timer is None:
            self._timer = self._loop.call_at(until, self._give_up_late)

    def abort(self) -> None:
        """Cut the connection; what is on it is not brought back."""
        self._flying.clear()
        self._stop_timers()
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = cast("asyncio.Transport", transport)
        self._socket = transport.get_extra_info("socket")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why it ended changes nothing
        """See asyncio.Protocol."""
        self._has_ended = True
        self._stop_timers()
        errands = list(self._flying.values())
        self._flying.clear()
        self._desk.lost(self, errands)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        before = self._questions
        self._take_in(self._rest + data if self._rest else data)
        if answered := before - self._questions:
            self.has_answered = True
            self._heard_at = self._loop.time()
            self._window.answered(answered)
            self.fill()
        self._transport.pause_reading()
        self._pause = self._loop.call_later(BREATH, self._read_on)

    def _take_in(self, data: bytes) -> None:
        """Find whose each message is; keep what there is of the last one. Nothing is copied but replies."""
        place, end = 0, len(data)
        unpack, errand_of = _FRAME.unpack_from, self._flying.get
        while end - place >= _FRAME.size:
            length, number = unpack(data, place)
            start = place + _LENGTH
            stop = start + length
            if stop > end:
                break
            errand = errand_of(number >> BITS)
            if errand is not None:
                self._arrive(errand, number, data[start:stop])
            place = stop
        self._rest = data[place:]

    def _arrive(self, errand: Errand[K], number: int, reply: bytes) -> None:
        """A reply with a number that is on the way; it counts if it echoes the question (RFC 5452 §9.1)."""
        index = number & _MASK
        if index >= len(errand.asked) or errand.replies[index] is not None:
            return
        asked = errand.asked[index]
        if not reply.startswith(asked, _HEADER) and not Query(number, b"", asked).is_answered_by(reply):
            return
        errand.replies[index] = reply
        errand.losses = 0
        errand.missing -= 1
        self._questions -= 1
        if not errand.missing:
            del self._flying[number >> BITS]
            self._desk.finished(errand)

    def _read_on(self) -> None:
        """Read again, and acknowledge at once what has come.

        A resolver without TCP_NODELAY holds small replies back until the last one is acknowledged, which
        Linux puts off for 40 ms; the option is for one time.
        """
        if not self._transport.is_closing():
            if sys.platform == "linux":
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            self._transport.resume_reading()

    def _board(self, errand: Errand[K]) -> int:
        """A free number; they take turns, so that a reply that comes too late hardly meets another errand."""
        number = (self._number + 1) % _NUMBERS
        while number in self._flying:
            number = (number + 1) % _NUMBERS
        self._number = number
        self._flying[number] = errand
        return number

    def _give_up_late(self) -> None:
        """Bring back what has waited too long. Errands fly in the order of their deadlines."""
        self._timer = None
        now = self._loop.time()
        late = [number for number, errand in self._flying.items() if errand.until <= now]
        for number in late:
            errand = self._flying.pop(number)
            self._questions -= errand.missing
            self._desk.finished(errand)
        if late and self._heard_at <= now - WITHIN:
            self._transport.abort()  # it is dead, and nobody told us
            return
        if late:
            self._window.lost()
        if self._flying:
            self._timer = self._loop.call_at(next(iter(self._flying.values())).until, self._give_up_late)
        self.fill()

    def _stop_timers(self) -> None:
        for timer in (self._timer, self._pause):
            if timer is not None:
                timer.cancel()
