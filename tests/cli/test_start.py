"""The starters: which program they start with which configuration, and how they say that they can't."""

import sys
import tomllib
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from letterhead.cli.render.settings import settings
from letterhead.config import Config, load
from letterhead.config.bundled import Bundled
from letterhead.config.sections import KEYS
from letterhead.ports import StoreError
from tests.cli.conftest import Run


class FakeProgram(ModuleType):
    """Stands for a module that would start something; notes each call."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.calls: list[tuple[Any, ...]] = []
        self.trouble: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)

        def called(*args: Any) -> int:
            self.calls.append((name, *args))
            if self.trouble:
                raise self.trouble
            return 0

        return called


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> FakeProgram:
    app = FakeProgram("letterhead.app")
    monkeypatch.setitem(sys.modules, "letterhead.app", app)
    monkeypatch.setattr("letterhead.app", app, raising=False)
    return app


@pytest.mark.parametrize(
    ("options", "roles"),
    [
        ([], {"api", "worker"}),
        (["--role", "api"], {"api"}),
        (["--role", "worker, api"], {"api", "worker"}),
    ],
)
def test_serve_plays_the_roles(options: list[str], roles: set[str], app: FakeProgram, run: Run) -> None:
    assert run("serve", *options).exit_code == 0
    [(name, config, played)] = app.calls
    assert (name, played) == ("run", roles)
    assert isinstance(config, Config)


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ("mx", "mx: not in this version; there are api, worker"),
        ("api,imap,submission", "imap, submission: not in this version; there are api, worker"),
        ("apj", "apj: there are api, worker"),
        ("", "none: there are api, worker"),
        ("api,", "none: there are api, worker"),
    ],
)
def test_serve_refuses_other_roles(roles: str, said: str, app: FakeProgram, run: Run) -> None:
    result = run("serve", "--role", roles)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not app.calls


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_a_configuration_is_named_or_found(command: str, app: FakeProgram, run: Run, tmp_path: Path) -> None:
    (tmp_path / "letterhead.toml").write_text("[server]\nport = 7000\n")
    (tmp_path / "other.toml").write_text("[server]\nport = 7001\n")
    run(command)
    run(command, "--config", "other.toml")
    run(command, LETTERHEAD_SERVER_PORT="7002")
    assert [call[1].server.port for call in app.calls] == [7000, 7001, 7002]


def test_migrate_says_that_it_is_done(app: FakeProgram, run: Run) -> None:
    assert run("migrate").stdout == "The database is at the schema of this version.\n"
    assert [call[0] for call in app.calls] == ["migrate"]


@pytest.mark.parametrize("command", ["serve", "migrate"])
@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (StoreError("the file is no database"), "Error: the file is no database\n"),
        (OSError(98, "Address already in use"), "Error: Address already in use\n"),
        (ConnectionError("no words"), "Error: no words\n"),
    ],
)
def test_what_the_machine_refuses_is_said_in_a_line(
    command: str, trouble: Exception, said: str, app: FakeProgram, run: Run
) -> None:
    app.trouble = trouble
    result = run(command)
    assert result.exit_code == 1
    assert result.stderr.startswith(said)


@pytest.mark.parametrize("command", ["serve", "migrate", "check-config", "keys create --team t --role r"])
def test_every_problem_of_the_configuration_is_named(
    command: str, app: FakeProgram, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "letterhead.toml").write_text("[server]\nport = 'x'\ncolour = 1\n")
    result = run(*command.split())
    assert result.exit_code == 1
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert lines[0].startswith("letterhead.toml: [server] port")
    assert lines[1].startswith("letterhead.toml: [server] colour")
    assert lines[2] == "Error: The configuration can't be used: 2 problems."
    assert not app.calls


def test_check_config_prints_a_configuration_that_does_the_same(
    run: Run, tmp_path: Path, app: FakeProgram
) -> None:
    (tmp_path / "letterhead.toml").write_text(
        "[site]\nname = 'acme.net'\n[dns]\nresolvers = ['udp://127.0.0.1']\nquorum = 1\n"
    )
    result = run("check-config", LETTERHEAD_SERVER_DATA_DIR='da"ta')
    assert result.exit_code == 0
    (tmp_path / "again.toml").write_text(result.stdout)
    again = load(tmp_path / "again.toml", {})
    assert again == load(None, {"LETTERHEAD_SERVER_DATA_DIR": 'da"ta'})
    assert {key for section, key in KEYS} <= set(result.stdout.replace("# ", "").split())
    assert not app.calls


def test_check_config_warns_on_standard_error(run: Run) -> None:
    result = run("check-config")
    assert "Warning: records would name letterhead.example: set [site] name\n" in result.stderr
    assert "Warning" not in result.stdout
    tomllib.loads(result.stdout)


def test_U07_check_config_says_how_old_the_bundled_data_are(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = run("check-config")
    lines = [line for line in fresh.stdout.splitlines() if line.startswith("# Bundled: ")]
    named = ("public suffix list", "IDNA tables, Unicode", "root hints")
    assert all(words in line for words, line in zip(named, lines, strict=True))
    assert all(line.endswith(" days old") for line in lines)
    stale = Bundled("root hints", date(2001, 1, 1), "update Letterhead")
    monkeypatch.setattr("letterhead.cli.start.bundled", lambda: (stale,))
    result = run("check-config")
    assert result.exit_code == 0
    assert "Warning: root hints of 2001-01-01: more than a year old; update Letterhead\n" in result.stderr
    tomllib.loads(result.stdout)


def test_K09_a_password_in_a_url_is_not_shown(run: Run) -> None:
    config = load(None, {"LETTERHEAD_STORE_URL": "postgresql://me:se%40cret@host/y?sslmode=require"})
    shown = "\n".join(settings(config))
    assert "cret" not in shown
    assert "postgresql://me:***@host/y?sslmode=require" in shown


@pytest.mark.parametrize(("options", "once"), [([], False), (["--once"], True)])
def test_demo_is_toured(options: list[str], once: bool, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    tour = FakeProgram("letterhead.sandbox.demo")
    monkeypatch.setitem(sys.modules, "letterhead.sandbox.demo", tour)
    monkeypatch.setattr("letterhead.sandbox.demo", tour, raising=False)
    assert run("demo", *options).exit_code == 0
    assert tour.calls == [("run", once)]
