"""Mistakes that only the machine can show, made with the real program: one clear line for each."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest


def _refused(command: str, directory: Path, **environ: str) -> str:
    """The line in which a starter says that it can't start."""
    result = subprocess.run(
        [sys.executable, "-m", "letterhead", command],
        cwd=directory,
        env={"PATH": os.environ["PATH"], "LETTERHEAD_SERVER_DATA_DIR": str(directory / "data"), **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr
    (line,) = (line for line in result.stderr.splitlines() if line.startswith("Error: "))
    return line


def test_U06_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        line = _refused("serve", tmp_path, LETTERHEAD_SERVER_PORT=port)
    assert "Address already in use" in line
    assert port in line


def test_U06_a_host_that_is_not_this_machine_is_named(tmp_path: Path) -> None:
    line = _refused("serve", tmp_path, LETTERHEAD_SERVER_HOST="192.0.2.1")
    assert "192.0.2.1" in line


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_U06_a_database_that_is_none_is_named(command: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("This is no database. " * 50)
    line = _refused(command, tmp_path, LETTERHEAD_STORE_URL=f"sqlite:///{tmp_path}/notes.txt")
    assert "notes.txt" in line


def test_U06_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgresql://me:hunter2@127.0.0.1:{closed.getsockname()[1]}/letterhead"
        line = _refused("migrate", tmp_path, LETTERHEAD_STORE_URL=url)
    assert "hunter2" not in line
    assert "127.0.0.1" in line
