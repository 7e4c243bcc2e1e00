"""A scripted server, and the command line pointed at it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from letterhead.cli.main import main
from tests.cli.server import ScriptedServer

GOLDEN = Path(__file__).parent / "golden"
KEY = "lh_abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

Run = Callable[..., Result]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    server.on("POST /domains/dom_01kf0h4y8r/watch", "watched")
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No proxy, colour or configuration of whoever runs the tests; a pipe unless a test says otherwise."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in [name for name in os.environ if name.startswith("LETTERHEAD_")]:
        monkeypatch.delenv(name)
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Makes standard output a terminal of some columns of a known kind."""

    def of(columns: int) -> None:
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", str(columns))

    return of


@pytest.fixture
def run(server: ScriptedServer) -> Run:
    """Run `letterhead` with arguments against the scripted server."""

    def run(*args: str, stdin: str = "", **environ: str) -> Result:
        env = {"LETTERHEAD_URL": server.url, "LETTERHEAD_KEY": KEY, **environ}
        result = CliRunner().invoke(main, args, input=stdin, env=env)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def golden(name: str) -> str:
    """What a command is to print."""
    return (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
