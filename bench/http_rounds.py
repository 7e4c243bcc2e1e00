"""A server in a process of its own, loaded by another: what each request costs the server, in rounds."""

import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from bench.measure import ROUNDS

ROOT = Path(__file__).parent.parent
CONNECTIONS = 32
PATIENCE = 60.0
"""Seconds for a server to start."""


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs."""

    process: psutil.Process
    port: int

    def cpu(self) -> float:
        """CPU seconds that it has used so far, in all its threads."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@dataclass(frozen=True, slots=True)
class Work:
    """One thing to measure: who does it, with which requests, and the status that each answer must have."""

    name: str
    server: Served
    requests: Callable[[], list[str]]
    status: int = 200
    connections: int = CONNECTIONS


@dataclass(frozen=True, slots=True)
class Result:
    """What the rounds of one work came to."""

    name: str
    micros: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        """CPU microseconds of the server for each request, the median of the rounds."""
        return statistics.median(self.micros)

    @property
    def rate(self) -> float:
        """Requests in a second of wall time, the median of the rounds."""
        return statistics.median(self.rates)

    def __str__(self) -> str:
        spread = f"({min(self.micros):.1f} to {max(self.micros):.1f})"
        return f"{self.name:<58} {self.cpu:>10.1f} µs   {spread}, {self.rate:,.0f} requests/s"


@contextmanager
def served(kind: str, directory: Path) -> Iterator[Served]:
    """A server of bench.http_server, started and in the end stopped."""
    port = _free_port()
    command = [sys.executable, "-m", "bench.http_server", kind, str(directory), str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:  # noqa: S603 - words of ours
        try:
            assert process.stdout is not None
            if process.stdout.readline() != b"ready\n":
                raise RuntimeError(f"the server {kind} does not start")
            server = Served(psutil.Process(process.pid), port)
            _settle(server)
            yield server
        finally:
            process.terminate()


def _settle(server: Served) -> None:
    """Wait until the server does nothing: at its start it makes RSA keys, which no request shall pay for."""
    deadline, before = time.monotonic() + PATIENCE, -1.0
    while server.cpu() > before and time.monotonic() < deadline:
        before = server.cpu()
        time.sleep(1)


def measured(works: Sequence[Work], rounds: int = ROUNDS) -> dict[str, Result]:
    """Interleaved rounds, so that what else the machine does falls upon all alike; one more warms up."""
    results = {work.name: Result(work.name) for work in works}
    for number in range(rounds + 1):
        for work in works:
            micros, rate = _round(work)
            if number:
                results[work.name].micros.append(micros)
                results[work.name].rates.append(rate)
    return results


def wire(method: str, path: str, key: str, body: str = "") -> str:
    """A request as it goes over the wire."""
    head = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: */*\r\nauthorization: Bearer {key}\r\n"
    content = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n" if body else ""
    return f"{head}{content}\r\n{body}"


def _round(work: Work) -> tuple[float, float]:
    requests = work.requests()
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(requests, file)
        file.flush()
        before = work.server.cpu()
        done = _load(work, file.name)
        used = work.server.cpu() - before
    if done["statuses"] != {str(work.status): len(requests)}:  # a refusal is quick, and no measurement
        raise RuntimeError(f"{work.name}: answers with {done['statuses']}")
    return used / len(requests) * 1e6, len(requests) / done["seconds"]


def _load(work: Work, path: str) -> Mapping[str, Any]:
    command = [sys.executable, "-m", "bench.http_load", str(work.server.port), str(work.connections), path]
    result: Mapping[str, Any] = json.loads(subprocess.check_output(command, cwd=ROOT))  # noqa: S603 - as above
    return result


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
