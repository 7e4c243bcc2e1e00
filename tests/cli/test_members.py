"""`letterhead members`: what is asked of the API, and what is asked first."""

import json

import pytest

from letterhead.cli.members import ROLES
from letterhead.core.team import MemberRole
from tests.cli.conftest import Run
from tests.cli.server import Reply, ScriptedServer, answer


def test_the_roles_are_those_of_the_server() -> None:
    assert set(ROLES) == set(MemberRole)


def test_who_is_added_and_as_what_is_passed_on(server: ScriptedServer, run: Run) -> None:
    server.on("POST /members", Reply(201, answer("member")))
    result = run("members", "add", "jane@acme.com", "admin", "--json")
    assert (result.exit_code, json.loads(result.stdout)["id"]) == (0, "mem_01kf0h4y8r")
    (asked,) = server.requests
    assert asked.body == {"email": "jane@acme.com", "role": "admin"}


def test_a_role_is_changed_and_nothing_else(server: ScriptedServer, run: Run) -> None:
    server.on("PATCH /members/mem_%2Fx", "member")
    assert run("members", "role", "mem_/x", "viewer").exit_code == 0
    (asked,) = server.requests
    assert asked.body == {"role": "viewer"}


@pytest.mark.parametrize(
    "words", [("add", "jane@acme.com", "king"), ("add", "jane@acme.com"), ("role", "mem_1"), ("remove",)]
)
def test_what_can_not_be_understood_is_not_asked(
    words: tuple[str, ...], server: ScriptedServer, run: Run
) -> None:
    assert run("members", *words).exit_code == 2
    assert not server.requests


def test_removing_asks_first(server: ScriptedServer, run: Run) -> None:
    server.on("DELETE /members/mem_1", Reply(204, ""))
    assert run("members", "remove", "mem_1", stdin="n\n").exit_code == 1
    assert not server.requests
    result = run("members", "remove", "mem_1", stdin="y\n")
    assert (result.exit_code, result.stdout) == (0, "Removed mem_1, with their keys.\n")
    assert run("members", "remove", "mem_1", "--yes", "--json").stdout == ""


def test_all_members_are_read_page_by_page(server: ScriptedServer, run: Run) -> None:
    server.on("GET /members?limit=100", "members")
    server.on("GET /members?limit=100&cursor=c2", "members_none")
    listed = json.loads(run("members", "list", "--all", "--json").stdout)
    assert (len(listed["data"]), listed["next_cursor"]) == (2, None)


@pytest.mark.parametrize(("reply", "code"), [("problem_missing", 1), ("problem_forbidden", 4)])
def test_a_no_has_its_exit_code(reply: str, code: int, server: ScriptedServer, run: Run) -> None:
    server.on("PATCH /members/mem_1", reply)
    assert run("members", "role", "mem_1", "owner").exit_code == code
