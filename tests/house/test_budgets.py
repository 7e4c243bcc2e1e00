"""The budgets of a house in which one finds things: small files, short functions, each with its words."""

import ast
import statistics
from collections.abc import Iterator

import pytest

from scripts.house import ROOT, sources

MOST_LINES, MOST_LINES_OF_A_FUNCTION = 400, 60
MEDIAN_FILE, MEDIAN_FUNCTION = 150, 10
DRAWERS = {"util", "utils", "helper", "helpers", "common", "base", "manager", "misc"}

SOURCES = sources()
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(text: str) -> Iterator[Function]:
    return (node for node in ast.walk(ast.parse(text)) if isinstance(node, Function))


def length(function: Function) -> int:
    """Lines of a function's body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


@pytest.mark.parametrize("path", SOURCES)
def test_a_file_is_short_and_says_what_lives_there(path: str) -> None:
    assert len(SOURCES[path].splitlines()) <= MOST_LINES
    assert ast.get_docstring(ast.parse(SOURCES[path])), "opens with what lives there"


@pytest.mark.parametrize("path", SOURCES)
def test_no_function_is_long(path: str) -> None:
    long = [f.name for f in functions(SOURCES[path]) if length(f) > MOST_LINES_OF_A_FUNCTION]
    assert long == []


def test_the_usual_file_and_the_usual_function_are_short() -> None:
    assert statistics.median(len(text.splitlines()) for text in SOURCES.values()) <= MEDIAN_FILE
    lengths = [length(f) for text in SOURCES.values() for f in functions(text)]
    assert statistics.median(lengths) <= MEDIAN_FUNCTION


def test_there_are_no_drawers() -> None:
    names = {part.removesuffix(".py") for path in SOURCES for part in path.split("/")}
    assert names & DRAWERS == set()


def test_nothing_is_left_for_later_and_no_machine_is_named() -> None:
    unfinished = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplementedError")
    for path, text in SOURCES.items():
        assert not [word for word in unfinished if word in text], path


def test_locks_carry_hashes_and_no_address() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.lock")):
        text = lock.read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "--find-links" not in text
        assert "index-url" not in text
