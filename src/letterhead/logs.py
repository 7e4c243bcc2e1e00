"""Logs: structured lines on standard error, written by a thread of their own.

Whoever reads them may be slow, stuck or gone, and the disk below them may be full: nobody who has something
to say waits for that (X14, X03). A line that finds no room is dropped and counted, and the count is told once
lines flow again.
"""

import atexit
import logging
import os
import sys
import threading
from collections import deque
from select import select
from typing import Final, TextIO, cast

import structlog
from structlog.typing import Processor

ROOM: Final = 10_000
"""Lines that wait at most."""

PATIENCE: Final = 2.0
"""Seconds that the last lines are given at the end."""

_TRACES = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
"""Tracebacks without the values of variables: keys and passwords are among them (A04, K09)."""


class Lines:
    """A file for lines that never makes its writer wait.

    descriptor  where they go: nothing of Python's is in between, whose locks a stuck writer would hold.
    dropped     how many lines found no room, or could not be written.
    """

    def __init__(self, descriptor: int, room: int = ROOM) -> None:
        self.dropped = 0
        self._descriptor = descriptor
        self._room = room
        self._waiting: deque[str] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="letterhead-logs", daemon=True)
        self._thread.start()

    def write(self, text: str) -> int:
        """Take a text, whole lines as a rule; from any thread."""
        with self._changed:
            if len(self._waiting) < self._room and not self._is_closed:
                self._waiting.append(text)
                self._changed.notify()
            else:
                self.dropped += 1
        return len(text)

    def flush(self) -> None:
        """Nothing to do: what was taken is written as soon as that can be."""

    def close(self, patience: float = PATIENCE) -> None:
        """Take nothing more, and write what waits, for at most so many seconds."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join(patience)

    def _run(self) -> None:
        told, is_torn = 0, False
        while (text := self._next()) is not None:
            dropped = self.dropped
            if dropped > told:
                text += f'{{"event": "log.dropped", "level": "warning", "lines": {dropped - told}}}\n'
            if is_torn:
                text = f"\n{text}"
            data = left = text.encode(errors="backslashreplace")
            try:
                while left:
                    left = left[self._write(left) :]
                told, is_torn = dropped, False
            except OSError:  # the disk is full, or nobody reads any more
                is_torn = is_torn or len(left) < len(data)
                self._drop()

    def _write(self, data: bytes) -> int:
        """Write as much as can be written now; how much that was."""
        while True:
            try:
                return os.write(self._descriptor, data)
            except BlockingIOError:  # somebody who shares it does not want to wait; we do
                select([], [self._descriptor], [])

    def _drop(self) -> None:
        with self._changed:
            self.dropped += 1

    def _next(self) -> str | None:
        """The next text, waited for; None at the end."""
        with self._changed:
            while not self._waiting and not self._is_closed:
                self._changed.wait()
            return self._waiting.popleft() if self._waiting else None


def configure_logs() -> Lines:
    """Log to standard error from now on: for people at a terminal, as JSON lines elsewhere.

    What libraries log by `logging` goes there too. What waits at the end of the program is written then.
    """
    lines = Lines(sys.stderr.fileno())
    atexit.register(lines.close)
    people = sys.stderr.isatty()
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        *([] if people else [structlog.processors.ExceptionRenderer(_TRACES)]),
    ]
    last = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if people
        else structlog.processors.JSONRenderer()
    )
    file = cast("TextIO", lines)
    structlog.configure(processors=[*before, last], logger_factory=structlog.WriteLoggerFactory(file))
    handler = logging.StreamHandler(lines)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(last, foreign_pre_chain=before))
    logging.basicConfig(handlers=[handler], force=True)
    return lines
