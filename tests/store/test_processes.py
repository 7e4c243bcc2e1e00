"""Processes that write at the same time, and processes that die while they write."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.nameservers.program import find
from tests.store.inspection import query

DATABASES = ("sqlite",)

ROOT = Path(__file__).parents[2]


def _process(url: str, slug: str, mode: str, count: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.writer_process", url, slug, mode, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _kill_after(url: str, acknowledged: int) -> list[str]:
    """Start a writer, kill it right after so many acknowledgements; returns the ids that were printed."""
    with _process(url, f"k{acknowledged}", "endless") as process:
        assert process.stdout is not None
        ids = [process.stdout.readline().strip() for _ in range(acknowledged)]
        os.kill(process.pid, signal.SIGKILL)
        return ids + process.stdout.read().split()[:-1]  # the last line may be torn


def _assert_kept(url: str, ids: list[str]) -> None:
    kept = {id_ for (id_,) in query(url, "SELECT id FROM domain")}
    assert set(ids) <= kept
    assert query(url, "PRAGMA integrity_check") == [("ok",)]
    assert query(url, "PRAGMA foreign_key_check") == []


@pytest.mark.parametrize("acknowledged", [1, 2, 3, 5, 8, 13, 34, 89])
def test_X07_what_was_acknowledged_survives_a_kill(url: str, acknowledged: int) -> None:
    _assert_kept(url, _kill_after(url, acknowledged))


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_X07_what_was_acknowledged_survives_many_kills(url: str) -> None:
    ids: list[str] = []
    for acknowledged in range(1, 301):
        ids += _kill_after(url, acknowledged)
        _assert_kept(url, ids)


@pytest.mark.soak
@pytest.mark.parametrize("nth", range(3, 15))  # of the first two, one is of a directory and heeded by nobody
def test_X02_once_the_disk_has_failed_to_sync_nothing_more_is_acknowledged(
    url: str, nth: int, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    failing = [find("strace"), "-f", "-qq", "-o", str(trace), "-e", "trace=fsync,fdatasync"]
    failing += ["-e", f"inject=fsync,fdatasync:error=EIO:when={nth}"]
    writer = [sys.executable, "-m", "tests.store.writer_process", url, "x", "stubborn", "20"]
    said = subprocess.run([*failing, *writer], cwd=ROOT, capture_output=True, text=True, check=False)
    acknowledged = said.stdout.split()
    assert "EIO" in trace.read_text()
    assert acknowledged == [f"dom_x_{number:020d}" for number in range(len(acknowledged))]
    assert len(acknowledged) < 20
    _assert_kept(url, acknowledged)


def test_X07_L02_processes_that_write_at_once_all_succeed_and_each_name_has_one_holder(url: str) -> None:
    processes = [_process(url, slug, "rivals", 150) for slug in ("a", "b", "c")]
    held = [int(process.communicate()[0]) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sum(held) == 150
    assert query(url, "SELECT COUNT(*) FROM domain") == [(450,)]
    assert query(url, "SELECT COUNT(DISTINCT hostname) FROM domain WHERE held = 1") == [(150,)]
    assert query(url, "PRAGMA integrity_check") == [("ok",)]
