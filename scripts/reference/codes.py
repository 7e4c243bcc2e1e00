"""Every code under which we say no, collected from the source.

A code is the text given to `invalid`, `missing`, `conflict`, `forbidden`, `Refusal` or the API's `Problem`,
or to a function that hands it on to one of them. Two tables hold codes beside that: which character is
wrong (core/character.py) and what the life of a domain refuses (core/lifecycle.py).
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from letterhead.api.problem import KINDS
from letterhead.core import character, lifecycle
from letterhead.core.refusal import Kind
from scripts.house import sources

REFUSALS = "letterhead.core.refusal"
PROBLEMS = "api/problem.py"
TABLES = {
    "core/character.py": (Kind.INVALID, tuple(kind[0] for kind in character._KINDS)),  # noqa: SLF001 - no other way in
    "core/lifecycle.py": (Kind.CONFLICT, tuple(s.refusal for s in lifecycle.TABLE.values() if s.refusal)),
}
"""The tables: the one call of each module takes its code from there."""

_SHORT = {
    "invalid": Kind.INVALID,
    "missing": Kind.MISSING,
    "conflict": Kind.CONFLICT,
    "forbidden": Kind.FORBIDDEN,
}


@dataclass(frozen=True, slots=True)
class Call:
    """A call that makes a refusal: the kind or status it has, and what it is given as its code."""

    function: str
    status: int
    code: ast.expr


class Untraced(Exception):
    """A code that can't be told from the source."""


def codes() -> dict[str, set[tuple[int, str]]]:
    """Every code, with the statuses under which it goes out and the modules that it comes from."""
    found: dict[str, set[tuple[int, str]]] = {}
    for path, text in sources().items():
        for code, status in _of_module(path, ast.parse(text)):
            found.setdefault(code, set()).add((status, path))
    return found


def _of_module(path: str, tree: ast.Module) -> Iterator[tuple[str, int]]:
    makers = {**_imported(tree), **({"Problem": None} if path == PROBLEMS else {})}
    if not makers or path == "core/refusal.py":
        return
    handed = _calls(tree, makers)
    for passed_on in _forwarded(path, tree, handed):
        yield passed_on


def _imported(tree: ast.Module) -> dict[str, Kind | None]:
    """The makers of refusals that a module imports; the kind of `Refusal` stands in each call."""
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == REFUSALS
        for alias in node.names
    }
    return {name: _SHORT.get(name) for name in names if name in {*_SHORT, "Refusal"}}


def _calls(tree: ast.Module, makers: Mapping[str, Kind | None]) -> list[Call]:
    """Every call of a maker, with the function that it stands in."""
    found = []
    for function in _functions(tree):
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in makers:
                found.append(Call(function.name, *_read(node, makers[node.func.id])))
    return found


def _read(call: ast.Call, kind: Kind | None) -> tuple[int, ast.expr]:
    """The status and the code of one call."""
    if kind is not None:
        return KINDS[kind][0], call.args[0]
    first = call.args[0]
    if isinstance(first, ast.Attribute):  # Refusal(Kind.QUOTA, code, …)
        return KINDS[Kind[first.attr]][0], call.args[1]
    assert isinstance(first, ast.Constant), ast.dump(call)  # Problem(413, title, code, …)
    return int(first.value), call.args[2]


def _forwarded(path: str, tree: ast.Module, calls: list[Call]) -> Iterator[tuple[str, int]]:
    """The codes of the calls; where a function was given its code, those that it is given."""
    waiting, seen = list(calls), set[tuple[str, int]]()
    while waiting:
        call = waiting.pop()
        if isinstance(call.code, ast.Constant):
            yield str(call.code.value), call.status
        elif (place := _parameter(tree, call)) is not None:
            if (call.function, call.status) not in seen:
                seen.add((call.function, call.status))
                waiting += _callers(tree, call, place)
        elif path in TABLES:
            yield from ((code, KINDS[TABLES[path][0]][0]) for code in TABLES[path][1])
        else:
            raise Untraced(f"{path}: {call.function}: {ast.unparse(call.code)}")


def _parameter(tree: ast.Module, call: Call) -> int | None:
    """Which parameter of its function the code is, if it is one."""
    function = next(each for each in _functions(tree) if each.name == call.function)
    names = [each.arg for each in function.args.args]
    return names.index(call.code.id) if isinstance(call.code, ast.Name) and call.code.id in names else None


def _callers(tree: ast.Module, call: Call, place: int) -> Iterator[Call]:
    for function in _functions(tree):
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == call.function:
                yield Call(function.name, call.status, node.args[place])


def _functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
