"""`--json`: exactly what the API said, also when it said no."""

import json

import pytest

from tests.cli.conftest import Run
from tests.cli.server import Reply, ScriptedServer, answer

ID = "dom_01kf0h4y8r"

COMMANDS = [
    ("POST /domains", "domain_new", "domains add acme.com"),
    ("GET /domains?limit=50", "domains_page1", "domains list"),
    (f"GET /domains/{ID}", "domain_hostile", f"domains show {ID}"),
    (f"GET /domains/{ID}/records", "records", f"domains records {ID}"),
    (f"POST /domains/{ID}/verify", "domain_failing", f"domains verify {ID}"),
    (f"GET /domains/{ID}", "domain_verified", f"domains watch {ID}"),
    (f"GET /domains/{ID}/evidence", "evidence", f"domains evidence {ID}"),
    (f"GET /domains/{ID}/history?limit=50", "history", f"domains history {ID}"),
    ("GET /keys?limit=50", "keys", "keys list"),
]


@pytest.mark.parametrize(("request_line", "name", "command"), COMMANDS)
def test_it_is_the_apis_own_text(
    request_line: str, name: str, command: str, server: ScriptedServer, run: Run
) -> None:
    server.on(request_line, name)
    assert run(*command.split(), "--json").stdout == answer(name) + "\n"


@pytest.mark.parametrize(("request_line", "name", "command"), COMMANDS)
def test_a_problem_document_is_printed_too_and_the_shell_is_told(
    request_line: str, name: str, command: str, server: ScriptedServer, run: Run
) -> None:
    server.on(request_line, "problem_forbidden")
    result = run(*command.split(), "--json")
    assert result.stdout == answer("problem_forbidden") + "\n"
    assert result.stderr.startswith("Error: This key does not hold the permission domain.verify.\n")
    assert result.exit_code == 4


@pytest.mark.parametrize("command", ["domains remove dom_x", "keys revoke key_x"])
def test_what_answers_with_nothing_prints_nothing(command: str, server: ScriptedServer, run: Run) -> None:
    server.on("DELETE /domains/dom_x", Reply(204, ""))
    server.on("DELETE /keys/key_x", Reply(204, ""))
    result = run(*command.split(), "--yes", "--json")
    assert (result.stdout, result.exit_code) == ("", 0)


def test_all_pages_become_one_of_the_same_shape(server: ScriptedServer, run: Run) -> None:
    server.on("GET /domains?limit=100&status=failed", "domains_page1")
    server.on("GET /domains?limit=100&cursor=c2&status=failed", "domains_page2")
    pages = [json.loads(answer(name)) for name in ("domains_page1", "domains_page2")]
    shown = run("domains", "list", "--all", "--status", "failed", "--json").stdout
    assert json.loads(shown) == {"data": pages[0]["data"] + pages[1]["data"], "next_cursor": None}
    assert "münchen.de" in shown
    assert shown.count("\n") == 1


def test_without_a_problem_document_nothing_is_made_up(server: ScriptedServer, run: Run) -> None:
    server.on("GET /domains?limit=50", Reply(502, "<html>Bad gateway</html>", "text/html"))
    assert run("domains", "list", "--json").stdout == ""


def test_a_zone_file_is_no_json(server: ScriptedServer, run: Run) -> None:
    result = run("domains", "records", ID, "--zone-file", "--json")
    assert result.exit_code == 2
    assert not server.requests
