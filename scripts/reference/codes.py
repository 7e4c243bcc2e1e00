"""Every code under which we say no, collected from the source.

A code is the text given to `invalid`, `missing`, `conflict`, `forbidden`, `Refusal` or the API's `Problem`,
or to a function that hands it on to one of them. Two tables hold codes beside that: which character is
wrong (core/character.py) and what the life of a domain refuses (core/lifecycle.py).
"""

import ast
import functools
from collections.abc import Container, Iterator
from dataclasses import dataclass

from letterhead.api.problem import KINDS
from letterhead.core import character, lifecycle
from letterhead.core.refusal import Kind
from scripts.house import sources

REFUSALS = "letterhead.core.refusal"
PROBLEMS = "api/problem.py"
TABLES = {
    "core/character.py": tuple(kind[0] for kind in character._KINDS),  # noqa: SLF001 - a table of texts, read as data
    "core/lifecycle.py": tuple(step.refusal for step in lifecycle.TABLE.values() if step.refusal),
}
"""The modules whose calls take the code from a table, and the codes of the table."""

_KINDS = {
    "invalid": Kind.INVALID,
    "missing": Kind.MISSING,
    "conflict": Kind.CONFLICT,
    "forbidden": Kind.FORBIDDEN,
}
_PASSING_ON = "of_refusal"
"""The one function that makes a problem of a refusal: the code was seen where the refusal was made."""


Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Said:
    """One call that says no: the function it stands in, the status it goes out with, what is its code."""

    function: Function
    status: int
    code: ast.expr


class Untraced(Exception):
    """A code that can't be told from the source."""


@functools.cache
def codes() -> dict[str, set[tuple[int, str]]]:
    """Every code, with its statuses and the modules that it comes from. Raises Untraced."""
    found: dict[str, set[tuple[int, str]]] = {}
    for path, text in sources().items():
        for code, status in codes_of(path, ast.parse(text)):
            found.setdefault(code, set()).add((status, path))
    return found


def codes_of(path: str, tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The codes of a module, which lies at `path` within the package, each with its status. Raises Untraced."""
    makers = {"Problem"} if path == PROBLEMS else _imported(tree)
    waiting = [_said(*each) for each in _calls(tree, makers) if each[0].name != _PASSING_ON]
    handed_on = set[tuple[str, int]]()
    while waiting:
        said = waiting.pop()
        place = _parameter(said)
        key = (said.function.name, said.status)
        if isinstance(said.code, ast.Constant):
            yield str(said.code.value), said.status
        elif place is not None and key not in handed_on:
            handed_on.add(key)
            callers = _calls(tree, {said.function.name})
            waiting += [Said(function, said.status, call.args[place]) for function, _, call in callers]
        elif path in TABLES:
            yield from ((code, said.status) for code in TABLES[path])
        elif place is None:
            raise Untraced(f"{path}: {said.function.name}: {ast.unparse(said.code)}")


def _imported(tree: ast.Module) -> set[str]:
    """What a module imports to make refusals."""
    imports = [
        each for each in ast.walk(tree) if isinstance(each, ast.ImportFrom) and each.module == REFUSALS
    ]
    return {name.name for each in imports for name in each.names} & {*_KINDS, "Refusal"}


def _calls(tree: ast.Module, names: Container[str]) -> Iterator[tuple[Function, str, ast.Call]]:
    """Every call of these functions: the function that it stands in, the one that is called, the call."""
    for function in [node for node in ast.walk(tree) if isinstance(node, Function)]:
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                yield function, node.func.id, node


def _said(function: Function, maker: str, call: ast.Call) -> Said:
    """A call of a maker, read: each has its status and its code at places of its own."""
    first = call.args[0]
    if maker in _KINDS:  # invalid(code, …)
        return Said(function, KINDS[_KINDS[maker]][0], first)
    if maker == "Refusal":  # Refusal(Kind.QUOTA, code, …)
        assert isinstance(first, ast.Attribute), ast.unparse(call)
        return Said(function, KINDS[Kind[first.attr]][0], call.args[1])
    assert isinstance(first, ast.Constant), ast.unparse(call)  # Problem(413, title, code, …)
    return Said(function, int(str(first.value)), call.args[2])


def _parameter(said: Said) -> int | None:
    """Which parameter of its function the code is, if it is one."""
    names = [each.arg for each in said.function.args.args]
    return names.index(said.code.id) if isinstance(said.code, ast.Name) and said.code.id in names else None
