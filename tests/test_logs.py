"""What the logs never show, and whom they never hold up."""

import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from letterhead.logs import Lines
from tests.nameservers.ports import free_port

CODE = """
import logging
import sys
import structlog
from letterhead import logs
sys.stderr.isatty = lambda: {people}
logs.configure_logs()
def fails():
    hidden = "".join(reversed("2retnuh"))
    raise ValueError("broken")
try:
    fails()
except ValueError:
    structlog.get_logger().exception("failed")
    logging.getLogger("library").exception("failed too")
"""


@pytest.mark.parametrize("people", [False, True])
def test_K09_A04_a_traceback_in_the_log_shows_no_variable(people: bool) -> None:
    command = [sys.executable, "-c", CODE.format(people=people)]
    log = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    assert log.count("broken") >= 2
    assert "fails" in log
    assert "failed too" in log
    assert "hunter2" not in log


def test_what_libraries_log_is_a_line_of_the_same_kind() -> None:
    command = [sys.executable, "-c", CODE.format(people=False)]
    log = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    ours, theirs = map(json.loads, log.splitlines())
    assert ours.keys() == theirs.keys() == {"event", "level", "timestamp", "exception"}


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe whose reader reads nothing by itself."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    yield reading, writing
    os.close(reading)
    os.close(writing)


def fill(writing: int) -> int:
    """Write until a pipe takes no more. Returns how many bytes that took."""
    written = 0
    os.set_blocking(writing, False)
    try:
        while True:
            written += os.write(writing, b"." * 512)
    except BlockingIOError:
        os.set_blocking(writing, True)
    return written


def test_X14_who_writes_to_a_full_pipe_does_not_wait_and_the_lost_lines_are_told(
    pipe: tuple[int, int],
) -> None:
    reading, writing = pipe
    filled = fill(writing)
    lines = Lines(writing, room=3)
    began = time.monotonic()
    for number in range(10):
        lines.write(f"{number}\n")
        time.sleep(0.01)  # its thread takes the first, and is stuck with it
    assert time.monotonic() - began < 1
    assert lines.dropped == 6
    assert len(os.read(reading, filled)) == filled
    lines.close()
    told = os.read(reading, 65_536).decode().splitlines()
    assert [line for line in told if line.isdigit()] == ["0", "1", "2", "3"]
    assert json.loads(told[2]) == {"event": "log.dropped", "level": "warning", "lines": 6}


def test_X14_lines_are_not_lost_where_somebody_else_made_the_pipe_not_wait(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    filled = fill(writing)
    os.set_blocking(writing, False)
    lines = Lines(writing)
    lines.write("kept\n")
    time.sleep(0.05)
    assert len(os.read(reading, filled)) == filled
    lines.close()
    assert os.read(reading, 100) == b"kept\n"
    assert lines.dropped == 0


def test_X14_a_log_that_nobody_reads_any_more_ends_nothing() -> None:
    reading, writing = os.pipe()
    lines = Lines(writing)
    os.close(reading)
    for _ in range(3):
        lines.write("lost\n")
    lines.close()
    os.close(writing)
    assert lines.dropped == 3


def test_X03_a_full_disk_below_the_log_loses_lines_and_nothing_else() -> None:
    with Path("/dev/full").open("wb") as full:
        lines = Lines(full.fileno())
        lines.write("lost\n")
        lines.close()
    assert lines.dropped == 1


def test_X03_a_line_that_a_full_disk_tore_spoils_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, turns = os.write, iter([3, 0])

    def on_a_full_disk(descriptor: int, data: bytes) -> int:
        room = next(turns, len(data))
        if not room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data[:room])

    monkeypatch.setattr("letterhead.logs.os.write", on_a_full_disk)
    with (tmp_path / "log").open("wb") as log:
        lines = Lines(log.fileno())
        lines.write("torn\n")
        lines.write("whole\n")
        lines.close()
    assert (tmp_path / "log").read_text().splitlines()[:2] == ["tor", "whole"]
    assert lines.dropped == 1


def test_X14_a_server_whose_log_nobody_reads_serves_and_stops(tmp_path: Path, pipe: tuple[int, int]) -> None:
    """Its standard error is full before it has said its first word."""
    _, writing = pipe
    fill(writing)
    port = free_port()
    environment = {
        "LETTERHEAD_SERVER_DATA_DIR": str(tmp_path),
        "LETTERHEAD_SERVER_PORT": str(port),
        "LETTERHEAD_DNS_AUTHORITATIVE_PORT": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "letterhead", "serve"],
        stderr=writing,
        cwd=tmp_path,
        env={**os.environ, **environment},
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            assert process.poll() is None
            try:
                answer = httpx2.get(f"http://127.0.0.1:{port}/readyz", trust_env=False)
                break
            except httpx2.HTTPError:
                assert time.monotonic() < deadline, "it never served"
                time.sleep(0.1)
        assert answer.status_code == 200, answer.text
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
