"""What goes wrong, in two lines on standard error, and the exit code that goes with it."""

import socket

import pytest
from click.testing import Result

from letterhead.cli.exits import Exit, of_examination
from tests.cli.conftest import KEY, Run
from tests.cli.server import Reply, ScriptedServer

ID = "dom_01kf0h4y8r"


def told(result: Result) -> list[str]:
    assert result.stdout == ""
    return result.stderr.splitlines()


@pytest.mark.parametrize(
    ("problem", "code", "what", "mend"),
    [
        (
            "unauthenticated",
            4,
            "The request carries no key that is in force.",
            "Give one with --key or LETTERHEAD_KEY; 'letterhead keys create' at the server makes one.",
        ),
        (
            "forbidden",
            4,
            "This key does not hold the permission domain.verify.",
            "Use a key that holds domain.verify, or have one made by somebody who may.",
        ),
        ("quota", 1, "Your team has 10000 domains, as many as it may.", "Remove some."),
        ("missing", 1, "There is no such domain.", None),
        (
            "held",
            1,
            "Another team holds acme.com.",
            "If it is yours, add it with --contest and prove it by its ownership record.",
        ),
        ("suggestion", 1, "This is a URL.", "Give the name alone. Did you mean acme.com?"),
        (
            "confirmation",
            1,
            "What you typed stands for acme.com.",
            "Send acme.com if that is the name you mean.",
        ),
        (
            "too_many",
            3,
            "Too many connections from your address.",
            "Use fewer connections; one can carry many requests.",
        ),
        (
            "unexpected",
            3,
            "Something went wrong on our side. (request req_5f2b6c1d9e0a7348)",
            "Tell the operator the request_id; the log has the rest.",
        ),
        (
            "unavailable",
            3,
            "The server is at its limit. (request req_5f2b6c1d9e0a7348)",
            "Try again later.",
        ),
        ("hostile", 1, r"One\n\x1b[31mtwo [bold]x[/bold]", r"\x07Mend\u202e"),
    ],
)
def test_a_problem_is_two_lines_and_an_exit_code(
    problem: str, code: int, what: str, mend: str | None, *, server: ScriptedServer, run: Run
) -> None:
    server.on("POST /domains", f"problem_{problem}")
    result = run("domains", "add", "acme.com")
    assert told(result) == [f"Error: {what}", *([f"  {mend}"] if mend else [])]
    assert result.exit_code == code


def test_a_server_that_is_not_there_is_not_a_no(run: Run) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    result = run("domains", "list", "--url", url)
    assert told(result) == [
        f"Error: No server answers at {url} (Connection refused).",
        "  Start one with 'letterhead serve', or name another with --url or LETTERHEAD_URL.",
    ]
    assert result.exit_code == 3


@pytest.mark.parametrize(
    ("command", "mend"),
    [
        ("show", "  Try again."),
        ("verify", "  Whether it did what was asked is not known: look before you ask again."),
    ],
)
def test_a_server_that_is_too_slow(
    command: str, mend: str, server: ScriptedServer, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("letterhead.cli.client.ANSWERING", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        result = run("domains", command, ID, "--url", url)
    assert told(result) == [f"Error: {url} did not answer within 0.2 seconds.", mend]
    assert result.exit_code == 3


def test_a_post_is_never_sent_again(server: ScriptedServer, run: Run) -> None:
    server.on("POST /domains", "problem_unavailable")
    run("domains", "add", "acme.com")
    assert len(server.asked("POST /domains")) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, "<html>hello</html>", "text/html"),
        Reply(200, "{}"),
        Reply(200, '{"data":[{"id":7}],"next_cursor":null}'),
        Reply(404, "<html>no</html>", "text/html"),
        Reply(500, ""),
        Reply(418, '{"teapot":true}'),
    ],
)
def test_a_server_that_is_not_ours_is_not_a_no(reply: Reply, server: ScriptedServer, run: Run) -> None:
    server.on("GET /domains?limit=50", reply)
    result = run("domains", "list")
    assert told(result)[1] == "  Is --url right, and is the server of the same version?"
    assert result.exit_code == 3


def test_a_redirection_is_not_followed_with_the_key(server: ScriptedServer, run: Run) -> None:
    server.on("GET /domains?limit=50", Reply(308, "", location="https://mail.acme.com/"))
    result = run("domains", "list")
    assert told(result) == [
        f"Error: {server.url} redirects to https://mail.acme.com/.",
        "  Use that as --url.",
    ]
    assert result.exit_code == 3


@pytest.mark.parametrize("key", ["", "lh_\nx", "lh_ x", "lh_é"])
def test_a_key_that_can_be_none_is_never_sent(key: str, server: ScriptedServer, run: Run) -> None:
    result = run("domains", "list", LETTERHEAD_KEY=key)
    assert result.exit_code == 4
    assert not server.requests


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.acme.com",
        "ftp://acme.com",
        "http://",
        "http://a:99999",
        "http://u:secret@acme.com",
        "http://a\n",
    ],
)
def test_a_url_that_can_be_none_is_a_usage_error(url: str, run: Run) -> None:
    result = run("domains", "list", "--url", url)
    assert result.exit_code == 2
    assert "--url" in result.stderr
    assert "secret" not in result.stderr


@pytest.mark.parametrize("problem", ["problem_unauthenticated", "problem_unexpected", "problem_hostile"])
def test_A04_the_key_is_never_printed(problem: str, server: ScriptedServer, run: Run) -> None:
    server.on("GET /domains?limit=50", problem)
    result = run("domains", "list", "--json", "--key", KEY)
    assert KEY not in result.output
    assert server.requests[0].authorization == f"Bearer {KEY}"
    assert KEY not in run("domains", "list", "--help", LETTERHEAD_KEY=KEY).output
    assert KEY not in run("domains", "list", "--key", KEY, "--limit", "none").output


def test_a_domain_of_nobody_says_what_to_do(server: ScriptedServer, run: Run) -> None:
    server.on("GET /domains?domain=acme.com&limit=1", "domains_none")
    result = run("domains", "show", "acme.com")
    assert told(result) == [
        "Error: Your team has no domain acme.com.",
        "  'letterhead domains list' shows those it has, 'letterhead domains add acme.com' adds it.",
    ]
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("proven", "outcome", "code"),
    [
        (True, "pass", Exit.DONE),
        (False, "pass", Exit.NO),
        (False, "fail", Exit.NO),
        (False, "refused", Exit.NO),
        (False, "unknown", Exit.UNKNOWN),
        (False, None, Exit.UNKNOWN),
    ],
)
def test_what_an_examination_tells_the_shell(proven: bool, outcome: str | None, code: Exit) -> None:
    assert of_examination(proven=proven, outcome=outcome) is code
