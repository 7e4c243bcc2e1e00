"""`letterhead keys`: made at the machine, listed and revoked through the API."""

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from letterhead.config import Config
from letterhead.core.refusal import invalid
from letterhead.ports import StoreError
from tests.cli.conftest import Run
from tests.cli.server import Reply, ScriptedServer

SECRET = "lh_secret"


class FakeApp(ModuleType):
    """Stands for letterhead.app; notes how it was called."""

    def __init__(self) -> None:
        super().__init__("letterhead.app")
        self.called: dict[str, Any] = {}
        self.trouble: Exception | None = None

    def create_key(self, config: Config, **given: str) -> tuple[str, SimpleNamespace]:
        if self.trouble:
            raise self.trouble
        self.called = {"config": config, **given}
        return SECRET, SimpleNamespace(id="team_01kf", slug=given["team"])


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> FakeApp:
    app = FakeApp()
    monkeypatch.setitem(sys.modules, "letterhead.app", app)
    monkeypatch.setattr("letterhead.app", app, raising=False)
    return app


def test_the_key_alone_is_what_is_printed(app: FakeApp, run: Run) -> None:
    result = run("keys", "create", "--team", "acme", "--role", "root:full")
    assert result.exit_code == 0
    assert result.stdout == f"{SECRET}\n"
    assert result.stderr == "team acme (team_01kf)\n"


def test_what_was_given_is_passed_on(app: FakeApp, run: Run, tmp_path: Any) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[server]\nport = 9999\n")
    run(
        "keys",
        "create",
        "--config",
        str(path),
        "--team",
        "acme",
        "--role",
        "r",
        "--style",
        "mails",
        "--name",
        "ci",
    )
    assert app.called.pop("config").server.port == 9999
    assert app.called == {"team": "acme", "role": "r", "style": "mails", "name": "ci"}


def test_no_server_is_asked(app: FakeApp, run: Run, server: ScriptedServer) -> None:
    run("keys", "create", "--team", "acme", "--role", "root:full")
    assert not server.requests


@pytest.mark.parametrize("left_out", ["--team", "--role"])
def test_team_and_role_have_no_default(left_out: str, app: FakeApp, run: Run) -> None:
    options = {"--team": "acme", "--role": "root:full"}
    del options[left_out]
    result = run("keys", "create", *(word for option in options.items() for word in option))
    assert result.exit_code == 2
    assert left_out in result.stderr


@pytest.mark.parametrize(
    ("trouble", "lines"),
    [
        (
            invalid("unknown_role", "There is no role 'x'.", mend="Use one of root:full."),
            ["Error: There is no role 'x'.", "  Use one of root:full."],
        ),
        (
            StoreError("the schema is at 0000: run `letterhead migrate`"),
            ["Error: the schema is at 0000: run `letterhead migrate`"],
        ),
        (
            PermissionError(13, "Permission denied", "data/letterhead.db"),
            [
                "Error: data/letterhead.db: Permission denied",
                "  Look at [server] host, port and data_dir of the configuration.",
            ],
        ),
    ],
)
def test_a_no_is_two_lines(trouble: Exception, lines: list[str], app: FakeApp, run: Run) -> None:
    app.trouble = trouble
    result = run("keys", "create", "--team", "acme", "--role", "x")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == lines


def test_revoke_asks_first(server: ScriptedServer, run: Run) -> None:
    server.on("DELETE /keys/key_%2Fx", Reply(204, ""))
    assert run("keys", "revoke", "key_/x", stdin="n\n").exit_code == 1
    assert not server.requests
    result = run("keys", "revoke", "key_/x", stdin="y\n")
    assert (result.exit_code, result.stdout) == (0, "Revoked key_/x.\n")
    assert run("keys", "revoke", "key_/x", "--yes").exit_code == 0


def test_a_key_that_is_not_there(server: ScriptedServer, run: Run) -> None:
    server.on("DELETE /keys/key_x", "problem_missing")
    assert run("keys", "revoke", "key_x", "--yes").exit_code == 1
