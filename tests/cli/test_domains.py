"""What the commands ask of the server, and what they say beside the golden output."""

import json

import pytest

from tests.cli.conftest import Run
from tests.cli.server import Reply, ScriptedServer, answer

ID = "dom_01kf0h4y8r"


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ("", {"domain": "acme.com"}),
        ("--profile mails", {"domain": "acme.com", "profile": "mails"}),
        ("--send-only --contest", {"domain": "acme.com", "mode": "send_only", "contest": True}),
    ],
)
def test_add_sends_what_was_given_and_nothing_else(
    options: str, body: dict[str, object], server: ScriptedServer, run: Run
) -> None:
    server.on("POST /domains", Reply(201, answer("domain_new")))
    assert run("domains", "add", "acme.com", *options.split()).exit_code == 0
    assert server.requests[0].body == body


def test_add_goes_on_watching(server: ScriptedServer, run: Run) -> None:
    server.on("POST /domains", Reply(201, answer("domain_new")))
    server.on(f"GET /domains/{ID}", "domain_verified")
    result = run("domains", "add", "acme.com", "--watch")
    assert result.exit_code == 0
    assert "Publish these records at your DNS host:" in result.stdout
    assert result.stdout.endswith("acme.com is verified.\n")


@pytest.mark.parametrize("command", ["show", "records", "verify", "watch", "evidence", "history", "remove"])
def test_a_domain_is_named_by_name_or_by_id(command: str, server: ScriptedServer, run: Run) -> None:
    server.on("GET /domains?domain=M%C3%9CNCHEN.de&limit=1", "domains_one")
    server.on(f"GET /domains/{ID}", "domain_verified")
    server.on(f"DELETE /domains/{ID}", Reply(204, ""))
    server.on(f"POST /domains/{ID}/verify", "domain_verified")
    for below in ("records", "evidence"):
        server.on(f"GET /domains/{ID}/{below}", below)
    server.on(f"GET /domains/{ID}/history?limit=50", "history")
    options = ["--yes"] if command == "remove" else []
    assert run("domains", command, "MÜNCHEN.de", *options).exit_code == 0
    by_name = [request.line for request in server.requests]
    server.requests.clear()
    assert run("domains", command, ID, *options).exit_code == 0
    assert [request.line for request in server.requests] == by_name[1:]


def test_an_id_can_not_lead_to_another_path(server: ScriptedServer, run: Run) -> None:
    server.on("GET /domains/dom_..%2F..%2Fkeys%3Fx", "problem_missing")
    assert run("domains", "show", "dom_../../keys?x").exit_code == 1


def test_a_server_below_a_path_is_asked_there(server: ScriptedServer, run: Run) -> None:
    run("domains", "list", "--url", f"{server.url}/mail/")
    assert server.requests[0].line == "GET /mail/api/v2/domains?limit=50"


def test_list_asks_for_what_was_wanted(server: ScriptedServer, run: Run) -> None:
    server.on("GET /domains?limit=7&status=lapsed", "domains_page2")
    shown = run("domains", "list", "--limit", "7", "--status", "lapsed").stdout
    assert "beta.example" in shown
    assert "There are more" not in shown


def test_all_pages_are_one_table(server: ScriptedServer, run: Run) -> None:
    server.on("GET /domains?limit=100", "domains_page1")
    server.on("GET /domains?limit=100&cursor=c2", "domains_page2")
    shown = run("domains", "list", "--all").stdout
    assert len(shown.splitlines()) == 4
    assert "There are more" not in shown


def test_a_zone_file_is_printed_as_it_is(server: ScriptedServer, run: Run) -> None:
    text = '; acme.com: the records\nlh1._domainkey.acme.com. 300 IN TXT "' + "p" * 255 + '" "rest"\n'
    server.on(f"GET /domains/{ID}/zone-file", Reply(200, text, "text/plain; charset=utf-8"))
    assert run("domains", "records", ID, "--zone-file").stdout == text


@pytest.mark.parametrize(
    ("name", "code"),
    [("domain_verified", 0), ("domain_failing", 1), ("domain_new", 3), ("domain_unknown", 3)],
)
def test_verify_tells_the_shell(name: str, code: int, server: ScriptedServer, run: Run) -> None:
    server.on(f"POST /domains/{ID}/verify", name)
    assert run("domains", "verify", ID).exit_code == code
    assert run("domains", "verify", ID, "--json").exit_code == code


def test_verify_waits_until_it_is_verified(server: ScriptedServer, run: Run) -> None:
    server.on(f"POST /domains/{ID}/verify", "domain_failing", "problem_unavailable", "domain_verified")
    result = run("domains", "verify", ID, "--wait", "20", "--interval", "0.01", "--json")
    assert (result.exit_code, result.stdout) == (0, answer("domain_verified") + "\n")
    assert result.stderr == "Not verified yet; asking every 0.01 s for up to 20 s.\n"
    assert len(server.requests) == 3


@pytest.mark.parametrize(("name", "code"), [("domain_failing", 1), ("domain_unknown", 3)])
def test_verify_stops_waiting(name: str, code: int, server: ScriptedServer, run: Run) -> None:
    server.on(f"POST /domains/{ID}/verify", name)
    result = run("domains", "verify", ID, "--wait", "0.05", "--interval", "60")
    assert result.exit_code == code
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"held_elsewhere": True}, "is pending although its records are right: somebody else holds the name"),
        ({"status": "suspended"}, "is suspended; its records are right, and checks change nothing until"),
        ({"outcome": "refused", "status": "failed"}, "is failed: the provider gave up on it."),
    ],
)
def test_why_right_records_may_not_be_enough(
    changed: dict[str, object], said: str, server: ScriptedServer, run: Run
) -> None:
    document = json.loads(answer("domain_verified")) | {"status": "pending"} | changed
    server.on(f"POST /domains/{ID}/verify", Reply(200, json.dumps(document)))
    result = run("domains", "verify", ID)
    assert said in result.stdout
    assert result.exit_code == 1


def test_remove_asks_first(server: ScriptedServer, run: Run) -> None:
    server.on(f"DELETE /domains/{ID}", Reply(204, ""))
    for declined in ("n\n", "\n", ""):
        result = run("domains", "remove", ID, stdin=declined)
        assert result.exit_code == 1
        assert result.stdout == ""
        assert f"Remove {ID} and destroy its DKIM keys? [y/N]" in result.stderr
    assert not server.requests
    result = run("domains", "remove", ID, stdin="y\n")
    assert result.stdout == f"Removed {ID}. You can delete its records from your DNS.\n"
    assert len(server.asked(f"DELETE /domains/{ID}")) == 1
