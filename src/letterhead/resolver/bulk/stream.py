"""One connection with many errands on it; replies come in any order (RFC 7766 §6.2.1.1)."""

import asyncio
import math
import socket
import struct
import sys
from typing import Final, Generic, Protocol, TypeVar, cast

from letterhead.resolver.bulk.errand import BITS, Errand
from letterhead.resolver.bulk.window import Window
from letterhead.resolver.wire import Query

WITHIN: Final = 5.0
"""Seconds that a question has, each time it is sent; the resolver has tried everywhere by then."""

TICKS: Final = 5
"""Times in WITHIN that a stream with something on the way looks what is late, and asks for a sign of life."""

BREATH: Final = 0.02
"""Seconds between two reads, in which many replies gather: a turn for only a few costs more than they do."""

_FRAME = struct.Struct("!HH")  # the length before a message, and the message's id
_LENGTH: Final = 2
_HEADER: Final = 12
_NUMBERS: Final = (1 << 16 - BITS) - 1
_MASK: Final = (1 << BITS) - 1
_SIGN_NUMBER: Final = _NUMBERS  # no errand's
# The root's name servers, without RD: answered, or refused, from what the resolver has (RFC 1034 §4.3.1).
_SIGN = struct.pack("!HHHHHHHBHH", 17, _SIGN_NUMBER << BITS, 0, 1, 0, 0, 0, 0, 2, 1)

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
    """A connection.

    Beside the errands it asks for a sign of life, which no zone and no network behind the resolver can keep
    back: ahead of all that is sent when nothing was on the way, and then at each tick. One that does not come
    in time tells a resolver that is dead, or drowned in what it was asked, from zones that are slow. A stream
    `is_fruitful` once an errand came to an end on it: was answered, or was late after a sign of life.
    """

    def __init__(self, desk: Desk[K], window: Window) -> None:
        self._loop = asyncio.get_running_loop()
        self._desk = desk
        self._window = window
        self._flying: dict[int, Errand[K]] = {}
        self._questions = 0
        self._number = 0
        self._rest = b""
        self._sign_until: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._pause: asyncio.TimerHandle | None = None
        self._has_signed = False
        self._has_ended = False
        self.is_fruitful = False

    @property
    def is_open(self) -> bool:
        """Whether something can be sent."""
        return not self._has_ended

    @property
    def is_idle(self) -> bool:
        """Whether no errand is on the way."""
        return not self._flying

    @property
    def is_owed_a_sign(self) -> bool:
        """Whether the last sign of life that was asked for has not come."""
        return self._sign_until is not None

    def fill(self) -> None:
        """Send errands as long as the window has room."""
        if self._transport.is_closing():
            return
        batch = []
        was_idle = not self._flying
        until = self._loop.time() + WITHIN
        while self._questions < self._window.size and (errand := self._desk.take()) is not None:
            errand.until = until
            self._questions += errand.missing
            batch.append(errand.numbered(self._board(errand)))
        if batch:
            if was_idle:
                self._ask_for_sign(until)
            self._transport.write(b"".join(batch))
        if self._flying and self._timer is None:
            self._timer = self._loop.call_later(WITHIN / TICKS, self._tick)

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
            self.is_fruitful = True
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
            elif number >> BITS == _SIGN_NUMBER:
                self._sign_until = None
                self._has_signed = True
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

    def _tick(self) -> None:
        """Bring back what has waited too long, and see by the sign of life what that says of the resolver."""
        self._timer = None
        now, before = self._loop.time(), self._questions
        for number in self._late(now):
            errand = self._flying.pop(number)
            self._questions -= errand.missing
            self._desk.finished(errand)
        late = before - self._questions
        self.is_fruitful |= bool(late) and self._has_signed
        if self._sign_until is None:
            self._window.borne(late)
            if self._flying:
                self._ask_for_sign(now + WITHIN)
        else:
            self._window.lost()
            if self._sign_until <= now:
                self._transport.abort()
        self.fill()

    def _late(self, now: float) -> list[int]:
        """What is late for a zone's sake; what was sent behind an overdue sign may never have been heard."""
        signed = math.inf if self._sign_until is None else self._sign_until
        return [number for number, each in self._flying.items() if each.until <= now and each.until < signed]

    def _ask_for_sign(self, until: float) -> None:
        if self._sign_until is None:
            self._sign_until = until
            self._transport.write(_SIGN)

    def _stop_timers(self) -> None:
        for timer in (self._timer, self._pause):
            if timer is not None:
                timer.cancel()
