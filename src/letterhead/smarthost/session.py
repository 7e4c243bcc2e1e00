"""A conversation in SMTP that is over at one moment, however many steps it has and however slow they are."""

import io
import smtplib
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer


class Session(smtplib.SMTP):
    """The standard library's client, whose own time-out is for a single read or write.

    Before each of them it is set to what is left until `ends`, in seconds on the monotonic clock. From then
    on smtplib.SMTPServerDisconnected is raised.
    """

    def __init__(self, host: str, port: int, *, ends: float, **settings: Any) -> None:
        self._ends = ends
        super().__init__(host, port, timeout=self._left(), **settings)

    def send(self, s: "ReadableBuffer | str") -> None:
        """Send, within what is left."""
        if self.sock:
            self.sock.settimeout(self._left())
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        """Read a reply, within what is left."""
        if self.file is None and self.sock:
            self.file = io.BufferedReader(_Arriving(self.sock, self._left))
        return super().getreply()

    def _left(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise smtplib.SMTPServerDisconnected("it took too long")
        return left


class TlsSession(Session, smtplib.SMTP_SSL):
    """The same with TLS from the first byte."""


class _Arriving(io.RawIOBase):
    """What arrives at a socket, each piece of it within what is left then."""

    def __init__(self, sock: socket.socket, left: Callable[[], float]) -> None:
        self._sock = sock
        self._left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        self._sock.settimeout(self._left())
        return self._sock.recv_into(buffer)
