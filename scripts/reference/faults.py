"""The tests that show a fault: found by the id in their names, listed below the fault's own row.

A row of docs/faults.md is a heading, `### N01 · P0 · what goes wrong`, and what we do about it in words. The
list of tests behind it is written here, from what stands in tests/.
"""

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.house import ROOT

TESTS = ROOT / "tests"
ID = re.compile(r"(?<![A-Z0-9a-z])([A-Z]\d\d)(?![A-Z0-9a-z])")
"""An id where it stands by itself, between blanks or underscores."""

ROW = re.compile(r"^### (?P<id>[A-Z]\d\d) · (?P<priority>P[012]) · (?P<title>.+)$", re.MULTILINE)
_LISTED = "- ["
"""How a line of a list of tests begins; nothing else in docs/faults.md begins so."""


@dataclass(frozen=True, slots=True, order=True)
class Shown:
    """A test, or a golden case, that shows faults: its file within the checkout, its name, their ids."""

    file: str
    name: str
    ids: tuple[str, ...]


@functools.cache
def shown() -> list[Shown]:
    """Everything in tests/ that bears the id of a fault, in the order of files and lines."""
    return [one for path in sorted(TESTS.rglob("*")) for one in _of_file(path) if one.ids]


def with_tests(text: str) -> str:
    """docs/faults.md with the list below each row written anew."""
    by_id: dict[str, list[Shown]] = {}
    for one in shown():
        for fault in one.ids:
            by_id.setdefault(fault, []).append(one)
    bare = "\n".join(line for line in text.splitlines() if not line.startswith(_LISTED))
    head, *rows = re.split(r"^(?=##)", bare, flags=re.MULTILINE)
    return "\n\n".join([head.strip(), *(_row(row.strip(), by_id) for row in rows)]) + "\n"


def _row(row: str, by_id: dict[str, list[Shown]]) -> str:
    match = ROW.match(row)
    tests = by_id.get(match["id"], []) if match else []
    lines = [f"{_LISTED}{_readable(one)}](../{one.file.replace(' ', '%20')})" for one in tests]
    return "\n\n".join([row, "\n".join(lines)]) if lines else row


def _readable(one: Shown) -> str:
    """The name of a function as it is, that of a golden case as its file says it."""
    return f"`{one.name}`" if one.name.startswith("test_") else f"{Path(one.file).name}: {one.name}"


def _of_file(path: Path) -> Iterator[Shown]:
    file = str(path.relative_to(ROOT))
    if path.suffix == ".py" and path.name.startswith("test_"):
        for name in _functions(path.read_text("utf-8")):
            yield Shown(file, name, tuple(ID.findall(name.replace("_", " "))))
    elif path.suffix == ".cases":
        for title in re.findall(r"^== (.+)$", path.read_text("utf-8"), re.MULTILINE):
            ids = tuple(ID.findall(title))
            yield Shown(file, re.sub(r"\b[A-Z]\d\d (?:P\d )?", "", title), ids)
    elif path.suffix == ".txt" and path.parent.name == "cases":
        first = path.read_text("utf-8").partition("\n")[0]
        ids = tuple(ID.findall(first)) if first.startswith(";") else ()
        yield Shown(file, path.stem.partition("-")[2].replace("-", " "), ids)


def _functions(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name
