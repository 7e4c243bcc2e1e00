"""`watch` and `add --watch`: what is seen while answers change, and how they end."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from rich.console import Console

from letterhead.cli import watch
from letterhead.cli.answers import Domain
from letterhead.cli.client import Answer
from letterhead.cli.render.screen import Screen
from letterhead.cli.render.watch import view
from letterhead.cli.trouble import NotKnown, Trouble
from letterhead.cli.watch import SAYING_EVERY, Sight, sights
from letterhead.service.watching import LASTS
from tests.cli.conftest import KEY, Run, golden
from tests.cli.server import ScriptedServer, answer

ID = "dom_01kf0h4y8r"
WATCH = ("domains", "watch", ID, "--interval", "0.01")
SAYING = f"POST /domains/{ID}/watch"
CHANGING = ("domain_new", "domain_new", "domain_failing", "problem_unavailable", "problem_unavailable")


def test_each_change_is_a_line(server: ScriptedServer, run: Run) -> None:
    server.on(f"GET /domains/{ID}", *CHANGING, "domain_failing", "domain_verified")
    result = run(*WATCH)
    assert result.stdout == golden("watch")
    assert result.exit_code == 0


def test_each_answer_that_differs_is_a_line_of_json(server: ScriptedServer, run: Run) -> None:
    server.on(f"GET /domains/{ID}", *CHANGING, "domain_failing", "domain_verified")
    result = run(*WATCH, "--json")
    seen = ("domain_new", "domain_failing", "domain_verified")
    assert result.stdout.splitlines() == [answer(name) for name in seen]
    assert result.exit_code == 0


def test_on_a_terminal_it_is_a_view_that_ends_with_what_came_of_it(server: ScriptedServer, run: Run) -> None:
    server.on(f"GET /domains/{ID}", "domain_failing", "domain_verified")
    result = run(*WATCH, FORCE_COLOR="1", TERM="xterm", COLUMNS="100")
    assert "✗ fail" in result.stdout
    assert "acme.com is verified." in result.stdout.rpartition("1 of 4")[2]
    assert result.exit_code == 0


def test_a_terminal_that_can_not_move_gets_lines(server: ScriptedServer, run: Run) -> None:
    server.on(f"GET /domains/{ID}", "domain_failing", "domain_verified")
    assert "\x1b" not in run(*WATCH, FORCE_COLOR="1", TERM="dumb").stdout


@pytest.mark.parametrize(("name", "code"), [("domain_failing", 1), ("domain_new", 3), ("domain_unknown", 3)])
def test_it_gives_up_in_time(name: str, code: int, server: ScriptedServer, run: Run) -> None:
    server.on(f"GET /domains/{ID}", name)
    assert run(*WATCH, "--timeout", "0.05").exit_code == code
    assert run(*WATCH, "--timeout", "0.05", "--json").exit_code == code


@pytest.mark.parametrize(("problem", "code"), [("unavailable", 3), ("unauthenticated", 4), ("missing", 1)])
def test_trouble_at_the_first_look_ends_it(problem: str, code: int, server: ScriptedServer, run: Run) -> None:
    server.on(f"GET /domains/{ID}", f"problem_{problem}")
    assert run(*WATCH).exit_code == code


@pytest.mark.parametrize(("problem", "code"), [("unauthenticated", 4), ("missing", 1)])
def test_a_no_in_between_ends_it(problem: str, code: int, server: ScriptedServer, run: Run) -> None:
    server.on(f"GET /domains/{ID}", "domain_failing", f"problem_{problem}")
    assert run(*WATCH).exit_code == code


def test_the_server_is_told_first_that_somebody_looks_and_again_before_it_forgets(
    server: ScriptedServer, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LASTS.total_seconds() > 2 * SAYING_EVERY, "one that is lost does no harm"
    server.on(f"GET /domains/{ID}", *["domain_failing"] * 10, "domain_verified")
    assert run(*WATCH).exit_code == 0
    assert server.requests[0] == server.asked(SAYING)[0]
    assert len(server.asked(SAYING)) == 1
    monkeypatch.setattr(watch, "SAYING_EVERY", 0)
    server.on(f"GET /domains/{ID}", "domain_failing", "domain_failing", "domain_verified")
    assert run(*WATCH).exit_code == 0
    assert len(server.asked(SAYING)) == 1 + 3


def test_whoever_watches_too_many_is_told_so_and_goes_on_looking(server: ScriptedServer, run: Run) -> None:
    server.on(SAYING, "problem_too_many_watched")
    server.on(f"GET /domains/{ID}", "domain_failing", "domain_verified")
    result = run(*WATCH)
    assert result.exit_code == 0
    assert "Not watched, only looked at: The team watches 20 domains" in result.stderr


INTERRUPTIBLE = """
import signal
from letterhead.cli.main import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs tests in the background ignores it
main()
"""


@pytest.mark.parametrize("terminal", [False, True])
def test_ctrl_c_ends_it_quietly(terminal: bool, server: ScriptedServer) -> None:
    server.on(f"GET /domains/{ID}", "domain_failing")
    ours, theirs = pty.openpty()
    try:
        watching = subprocess.Popen(
            [sys.executable, "-c", INTERRUPTIBLE, *WATCH],
            env={**os.environ, "LETTERHEAD_URL": server.url, "LETTERHEAD_KEY": KEY, "TERM": "xterm"},
            stdout=theirs if terminal else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        deadline = time.monotonic() + 20
        while len(server.requests) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        watching.send_signal(signal.SIGINT)
        _, errors = watching.communicate(timeout=20)
    finally:
        os.close(theirs)
        os.close(ours)
    assert (watching.returncode, errors) == (130, b"")


NOW = datetime(2026, 1, 15, 12, 5, 30, tzinfo=UTC)


def drawn(sight: Sight) -> str:
    console = Console(width=100, markup=False, emoji=False)
    with console.capture() as capture:
        console.print(view(Screen(), sight, NOW))
    return capture.get()


def seen(trouble: NotKnown | None = None, **changed: str | None) -> Sight:
    body = Answer(json.dumps(json.loads(answer("domain_failing")) | changed))
    return Sight(body, body.read(Domain), trouble)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-01-15T12:05:31Z", "next check in 1 s"),
        ("2026-01-15T12:05:30Z", "next check now"),
        ("2026-01-15T12:00:00Z", "next check now"),
        ("2026-01-15T12:07:31Z", "next check in 2 min"),
        ("2026-01-15T18:05:30Z", "next check at 2026-01-15 18:05:30 UTC"),
        (None, "next check never by itself"),
    ],
)
def test_the_view_says_when_the_next_check_is(at: str | None, said: str) -> None:
    assert f"last check 2026-01-15 12:05:00 UTC; {said}\n" in drawn(seen(next_check_at=at)).replace(
        " \n", "\n"
    )


def test_the_view_keeps_what_it_knows_while_the_server_is_away() -> None:
    shown = drawn(seen(NotKnown("No server answers.")))
    assert "acme.com is pending: 1 of 4 required records are right." in shown
    assert "No server answers. Trying on." in shown


def test_looking_again_raises_what_is_no_outage() -> None:
    answers = iter([Answer(answer("domain_failing"))])

    def look() -> Answer:
        try:
            return next(answers)
        except StopIteration:
            raise Trouble("There is no such domain.") from None

    looking = sights(look, interval=0.001, timeout=None)
    assert next(looking).domain.domain == "acme.com"
    with pytest.raises(Trouble, match="no such domain"):
        next(looking)
