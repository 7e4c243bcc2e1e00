"""The directions of CONTRIBUTING.md hold; and the check that says so finds what it is shown."""

import pytest

from scripts.house import MAY_USE, arrows, circles, sources, violations

CLEAN = {
    "core/plan.py": "from letterhead.core.site import Site",
    "service/sweep.py": "import letterhead.ports",
}


def test_every_import_runs_in_the_direction_of_the_design() -> None:
    assert violations(sources()) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("core/plan.py", "from letterhead.ports import Store"),
        ("core/plan.py", "import letterhead.service.domains"),
        ("core/plan.py", "def f():\n    from letterhead.store import sqlite"),
        ("core/plan.py", "import asyncio"),
        ("core/plan.py", "from time import monotonic"),
        ("core/plan.py", "import secrets"),
        ("core/plan.py", "async def f(): ..."),
        ("core/plan.py", "from datetime import datetime\nNOW = datetime.now()"),
        ("core/plan.py", "TEXT = open('x').read()"),
        ("core/plan.py", "from . import site"),
        ("ports.py", "from letterhead.service.domains import Domains"),
        ("service/sweep.py", "from letterhead.store.sqlite import connect"),
        ("service/sweep.py", "from letterhead.resolver.stub import Stub"),
        ("service/sweep.py", "from letterhead.api.errors import handle"),
        ("store/domains.py", "from letterhead.service.domains import View"),
        ("store/domains.py", "from letterhead.resolver.stub import Stub"),
        ("resolver/stub.py", "from letterhead.config import Config"),
        ("api/server.py", "from letterhead.store.relational import open_store"),
        ("api/server.py", "from letterhead.ports import Store"),
        ("api/server.py", "from letterhead import app"),
        ("cli/domains.py", "from letterhead import app"),
        ("worker.py", "from letterhead.app import run"),
        ("config/loading.py", "from letterhead.app import run"),
        ("sandbox/zones.py", "from letterhead.app import run"),
        ("helpers/strings.py", ""),
    ],
)
def test_a_planted_violation_is_found(path: str, text: str) -> None:
    assert violations({**CLEAN, path: text}), text


def test_what_is_allowed_is_not_called_a_violation() -> None:
    starters = {
        "cli/start.py": "from letterhead import app, config",
        "sandbox/stage.py": "from letterhead import app",
        "app.py": "from letterhead.store.relational import open_store\nimport letterhead.api.server",
    }
    assert violations({**CLEAN, **starters}) == []


def test_nobody_but_the_starters_imports_app_and_the_rooms_form_no_circle() -> None:
    standing = set(arrows(sources())) - {("cli", "app"), ("sandbox", "app"), ("cli", "sandbox")}
    rooms = {room for arrow in standing for room in arrow}
    while rooms:
        ground = {room for room in rooms if not any((room, other) in standing for other in rooms)}
        assert ground, f"a circle among {sorted(rooms)}"
        rooms -= ground


def test_no_files_import_one_another_in_a_circle() -> None:
    assert circles(sources()) == []


def test_a_planted_circle_is_found_also_among_types_alone() -> None:
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from letterhead.core.site import Site"
    files = {"core/site.py": "from letterhead.core import plan", "core/plan.py": typed}
    assert circles({**CLEAN, **files}) == [{"core/site.py", "core/plan.py"}] * 2
    assert circles(CLEAN) == []


def test_each_room_of_the_design_is_there() -> None:
    rooms = {path.split("/")[0].removesuffix(".py") for path in sources()}
    assert set(MAY_USE) <= rooms
