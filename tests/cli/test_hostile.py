"""What came from the DNS or a server never steers the terminal."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.cli.render.escape import escaped
from tests.cli.conftest import Run
from tests.cli.server import Reply, ScriptedServer, answer

ID = "dom_01kf0h4y8r"
OURS = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\?25[lh]|\x1b\[2K|\x1b\[1A|\r")
EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\u2028\r\n[bold]x[/bold][/]:smile:\x00\x7f"


def spoiled(document: object, key: str = "") -> object:
    """The document with something evil in every text that is no moment."""
    match document:
        case dict():
            return {name: spoiled(value, name) for name, value in document.items()}
        case list():
            return [spoiled(value) for value in document]
        case str() if not key.endswith(("_at", "cursor")) and key != "at":
            return document + EVIL
        case _:
            return document


COMMANDS = [
    (f"GET /domains/{ID}", "domain_failing", f"domains show {ID}"),
    (f"POST /domains/{ID}/verify", "domain_failing", f"domains verify {ID}"),
    (f"GET /domains/{ID}", "domain_verified", f"domains watch {ID} --timeout 0.01"),
    (f"GET /domains/{ID}/records", "records", f"domains records {ID}"),
    (f"GET /domains/{ID}/evidence", "evidence", f"domains evidence {ID}"),
    (f"GET /domains/{ID}/history?limit=50", "history", f"domains history {ID}"),
    ("GET /domains?limit=50", "domains_page1", "domains list"),
    ("POST /domains", "domain_failing", "domains add acme.com"),
    ("GET /keys?limit=50", "keys", "keys list"),
    ("GET /keys?limit=50", "problem_held", "keys list"),
]


@pytest.mark.parametrize("environ", [{}, {"FORCE_COLOR": "1", "TERM": "xterm", "COLUMNS": "80"}])
@pytest.mark.parametrize(("request_line", "name", "command"), COMMANDS)
def test_nothing_foreign_reaches_the_terminal_as_it_is(
    request_line: str, name: str, command: str, environ: dict[str, str], *, server: ScriptedServer, run: Run
) -> None:
    document = json.loads(answer(name))
    server.on(
        request_line,
        Reply(document.get("status", 200) if "problem" in name else 200, json.dumps(spoiled(document))),
    )
    shown = OURS.sub("", run(*command.split(), **environ).output)
    assert all(char.isprintable() for char in shown.replace("\n", ""))
    assert "[bold]x[/bold][/]:smile:" in shown.replace("\n", "").replace(" ", "")


def test_W11_a_zone_file_keeps_its_lines_and_nothing_else(server: ScriptedServer, run: Run) -> None:
    text = '; acme.com\nacme.com. 300 IN TXT "a\x1b[31m" "b\u2028"\n'
    server.on(f"GET /domains/{ID}/zone-file", Reply(200, text, "text/plain; charset=utf-8"))
    shown = run("domains", "records", ID, "--zone-file").stdout
    assert shown == '; acme.com\nacme.com. 300 IN TXT "a\\x1b[31m" "b\\u2028"\n'


def test_an_unknown_name_is_escaped_in_what_is_said_about_it(server: ScriptedServer, run: Run) -> None:
    server.on("GET /domains?domain=a%1B%5B31m&limit=1", "domains_none")
    assert r"Your team has no domain a\x1b[31m." in run("domains", "show", "a\x1b[31m").stderr


@given(st.text())
def test_escaped_text_is_printable_and_on_one_line(text: str) -> None:
    assert escaped(text).isprintable()


@given(st.text().filter(str.isprintable))
def test_printable_text_stays_as_it_is(text: str) -> None:
    assert escaped(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b", r"\x1b"),
        ("\n", r"\n"),
        ("\t", r"\t"),
        ("\x00", r"\x00"),
        ("\x9b", r"\x9b"),
        ("\u00a0", r"\xa0"),
        ("\u202e", r"\u202e"),
        ("\U000e0001", r"\U000e0001"),
        ("\ud800", r"\ud800"),
        ("münchen ✓ 日本", "münchen ✓ 日本"),
    ],
)
def test_how_it_is_written_out(text: str, shown: str) -> None:
    assert escaped(text) == shown
