"""What people see, whole: each case is a command, the server's answers to it and a file in golden/."""

import re
from collections.abc import Callable

import pytest

from tests.cli.conftest import Run, golden
from tests.cli.server import Reply, ScriptedServer, answer

ID = "dom_01kf0h4y8r"
STYLE = re.compile(r"\x1b\[[0-9;]*m")

CASES: dict[str, tuple[str, str, str]] = {
    # golden file: request, answer, command
    "add": ("POST /domains", "domain_new", "domains add acme.com"),
    "list": ("GET /domains?limit=50", "domains_page1", "domains list"),
    "list_empty": ("GET /domains?limit=50", "domains_none", "domains list"),
    "show_new": (f"GET /domains/{ID}", "domain_new", f"domains show {ID}"),
    "show_failing": (f"GET /domains/{ID}", "domain_failing", f"domains show {ID}"),
    "show_verified": (f"GET /domains/{ID}", "domain_verified", f"domains show {ID}"),
    "records": (f"GET /domains/{ID}/records", "records", f"domains records {ID}"),
    "verify_failing": (f"POST /domains/{ID}/verify", "domain_failing", f"domains verify {ID}"),
    "verify_verified": (f"POST /domains/{ID}/verify", "domain_verified", f"domains verify {ID}"),
    "verify_unknown": (f"POST /domains/{ID}/verify", "domain_unknown", f"domains verify {ID}"),
    "evidence": (f"GET /domains/{ID}/evidence", "evidence", f"domains evidence {ID}"),
    "evidence_none": (f"GET /domains/{ID}/evidence", "evidence_none", f"domains evidence {ID}"),
    "history": (f"GET /domains/{ID}/history?limit=50", "history", f"domains history {ID}"),
    "history_none": (f"GET /domains/{ID}/history?limit=50", "history_none", f"domains history {ID}"),
    "keys": ("GET /keys?limit=50", "keys", "keys list"),
    "members": ("GET /members?limit=50", "members", "members list"),
    "members_none": ("GET /members?limit=50", "members_none", "members list"),
    "member_added": ("POST /members", "member", "members add jane@acme.com admin"),
    "member_changed": ("PATCH /members/mem_1", "member", "members role mem_1 admin"),
}


@pytest.mark.parametrize("case", CASES)
def test_in_a_pipe(case: str, server: ScriptedServer, run: Run) -> None:
    request, name, command = CASES[case]
    server.on(request, Reply(200, answer(name)))
    assert run(*command.split()).stdout == golden(case)


@pytest.mark.parametrize("columns", ["20", "200"])
@pytest.mark.parametrize("case", CASES)
def test_a_pipe_has_no_width(case: str, columns: str, server: ScriptedServer, run: Run) -> None:
    request, name, command = CASES[case]
    server.on(request, Reply(200, answer(name)))
    assert run(*command.split(), COLUMNS=columns).stdout == golden(case)


@pytest.mark.parametrize(
    ("case", "columns"),
    [("list", 80), ("records", 600), ("records", 120), ("show_failing", 80), ("history", 80)],
)
def test_on_a_terminal(
    case: str, columns: int, server: ScriptedServer, run: Run, terminal: Callable[[int], None]
) -> None:
    request, name, command = CASES[case]
    server.on(request, Reply(200, answer(name)))
    terminal(columns)
    assert STYLE.sub("", run(*command.split()).stdout) == golden(f"{case}_{columns}")


def test_a_terminal_that_is_wide_enough_shows_the_table_of_the_pipe(
    server: ScriptedServer, run: Run, terminal: Callable[[int], None]
) -> None:
    server.on("GET /domains?limit=50", "domains_page1")
    width = max(len(line) for line in golden("list").splitlines())
    terminal(width)
    assert STYLE.sub("", run("domains", "list").stdout) == golden("list")
    terminal(width - 1)
    assert STYLE.sub("", run("domains", "list").stdout) == golden("list_80")


@pytest.mark.parametrize("columns", [40, 120, 600])
def test_W12_a_value_is_never_broken(
    columns: int, server: ScriptedServer, run: Run, terminal: Callable[[int], None]
) -> None:
    server.on(f"GET /domains/{ID}/records", "records")
    terminal(columns)
    shown = run("domains", "records", ID).stdout
    for value in re.findall(r'"value":"([^"]+)"', answer("records")):
        assert re.search(rf"(^|\s){re.escape(value)}\s*$", STYLE.sub("", shown), re.MULTILINE)


def test_N10_a_name_is_never_shown_without_its_a_labels(server: ScriptedServer, run: Run) -> None:
    server.on(f"GET /domains/{ID}", "domain_hostile")
    shown = run("domains", "show", ID).stdout
    assert shown.startswith("xn--pple-43d.com (аpple.com)\n")  # noqa: RUF001 - it looks like another
    assert "It mixes letters of several scripts." in shown


def test_no_colour_is_written_where_none_is_wanted(
    server: ScriptedServer, run: Run, terminal: Callable[[int], None]
) -> None:
    server.on(f"GET /domains/{ID}", "domain_failing")
    terminal(120)
    assert "\x1b[31m" in run("domains", "show", ID, NO_COLOR="").stdout
    assert "\x1b[3" not in run("domains", "show", ID, NO_COLOR="1").stdout
