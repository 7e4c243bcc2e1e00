"""Paths: what lives where, and which spellings lead there."""

from typing import Any

import pytest

from letterhead.api.operation import Operation
from letterhead.api.parameters import Parameters
from letterhead.api.paths import Paths, is_plain

OPEN = frozenset({"/healthz"})


async def nothing(**_: Any) -> None: ...


def operation(method: str, template: str) -> Operation:
    return Operation(
        method=method,
        template=template,
        handler=nothing,
        guards=(),
        parameters=Parameters((), {}, frozenset()),
        body=None,
        takes_request=False,
        status=200,
        media_type="application/json",
    )


PATHS = Paths(
    [
        operation("GET", "/healthz"),
        operation("GET", "/x"),
        operation("POST", "/x"),
        operation("GET", "/x/{id}"),
        operation("DELETE", "/x/{id}"),
        operation("GET", "/x/fixed"),
        operation("POST", "/x/{id}/verify"),
        operation("GET", "/x/{id}/y/{other}"),
    ],
    OPEN,
)


@pytest.mark.parametrize(
    ("path", "template", "values"),
    [
        ("/x", "/x", []),
        ("/x/1", "/x/{id}", ["1"]),
        ("/x/fixed", "/x/fixed", []),
        ("/x/verify", "/x/{id}", ["verify"]),
        ("/x/1/verify", "/x/{id}/verify", ["1"]),
        ("/x/fixed/verify", "/x/{id}/verify", ["fixed"]),
        ("/x/1/y/2", "/x/{id}/y/{other}", ["1", "2"]),
        ("/x/é☃/verify", "/x/{id}/verify", ["é☃"]),
    ],
)
def test_a_path_leads_to_its_operations_and_holds_its_parameters(
    path: str, template: str, values: list[str]
) -> None:
    found = PATHS.find(path)
    assert found is not None
    assert (found[0].template, found[1]) == (template, values)


@pytest.mark.parametrize(
    "path", ["", "/", "*", "x", "x/1", "/X", "/x/1/y", "/x/1/verify/2", "/y", "/x/1/y/2/3", "/{id}"]
)
def test_nothing_lives_anywhere_else(path: str) -> None:
    assert PATHS.find(path) is None


@pytest.mark.parametrize(
    ("path", "allow", "is_open"),
    [
        ("/healthz", "GET, HEAD, OPTIONS", True),
        ("/x", "GET, HEAD, OPTIONS, POST", False),
        ("/x/1", "DELETE, GET, HEAD, OPTIONS", False),
        ("/x/1/verify", "OPTIONS, POST", False),
    ],
)
def test_a_place_knows_its_methods_in_order_and_whether_it_needs_a_key(
    path: str, allow: str, is_open: bool
) -> None:
    found = PATHS.find(path)
    assert found is not None
    assert (found[0].allow, found[0].is_open) == (allow, is_open)


@pytest.mark.parametrize(
    ("path", "raw", "plain"),
    [
        ("/x", b"/x", True),
        ("/", b"/", True),
        ("/x y", b"/x%20y", True),
        ("/x/", b"/x/", False),
        ("//x", b"//x", False),
        ("/x//y", b"/x//y", False),
        ("/x/y", b"/x%2Fy", False),
        ("/x/y", b"/x%2fy", False),
        ("/x\0", b"/x%00", False),
        ("/x\n", b"/x%0A", False),
        ("/x\x7f", b"/x%7f", False),
    ],
)
def test_there_is_one_way_to_spell_a_path(path: str, raw: bytes, plain: bool) -> None:
    assert is_plain(path, raw) is plain
