"""What all programs have in common that tests run: a directory of their own, a log, a start and an end."""

import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Self

import psutil

from tests.nameservers import program

PATIENCE = 10.0  # seconds for a start or a change; both take milliseconds on an idle machine


class Daemon(ABC):
    """A program with its configuration in server.conf.

    `directory` is its own: configuration, data, socket and log. The process runs inside it, and calls it
    /proc/self/cwd where a path must be absolute: a socket's may have no more than 107 bytes.
    """

    program: ClassVar[str]

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """The arguments that start the program in the foreground."""

    @abstractmethod
    def configuration(self) -> str:
        """The text of server.conf."""

    @abstractmethod
    def _is_up(self) -> bool:
        """Whether it does what it is there for."""

    def start(self) -> Self:
        """Start the program, also again after stop(); returns once it is up."""
        path = program.find(self.program)
        self.directory.mkdir(parents=True, exist_ok=True)
        self._configure()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [path, *self.command()],
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._until(self._is_up, "start")
        return self

    def stop(self) -> None:
        """Stop the program and all its processes; harmless when it does not run."""
        if self._process is None or self._process.poll() is not None:
            return
        _, *children = self.family()
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        finally:
            for process in (self._process, *children):
                with suppress(psutil.NoSuchProcess):
                    process.kill()

    def family(self) -> list[psutil.Process]:
        """The program's process and its children, the first one first."""
        assert self._process is not None
        first = psutil.Process(self._process.pid)
        return [first, *first.children(recursive=True)]

    @property
    def _log(self) -> Path:
        return self.directory / "server.log"

    def _configure(self) -> None:
        (self.directory / "server.conf").write_text(self.configuration())

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        assert self._process is not None, f"{self.program} has not been started"
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.program} did not {what}:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.002)
