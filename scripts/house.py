"""The structure of the house, read from the code's own imports; draw.py draws it, tests/house keep it."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "letterhead"

ENTRANCES = ("api", "cli", "worker")
ADAPTERS = ("resolver", "provider", "store", "outgoing", "smarthost", "clock", "logs")
STARTERS = (
    "cli/start.py",
    "cli/starting.py",
    "cli/keys.py",
    "cli/store.py",
    "cli/render/bundled.py",
    "cli/render/settings.py",
    "sandbox/stage.py",
)

MAY_USE: dict[str, frozenset[str]] = {
    "core": frozenset(),
    "ports": frozenset({"core"}),
    "service": frozenset({"core", "ports"}),
    "config": frozenset({"core"}),
    **{adapter: frozenset({"core", "ports"}) for adapter in ADAPTERS},
    **{entrance: frozenset({"core", "service"}) for entrance in ENTRANCES},
    "sandbox": frozenset({"core"}),
    "__main__": frozenset({"cli"}),
    "app": frozenset({"core", "ports", "service", "config", "sandbox", *ADAPTERS, *ENTRANCES}),
}
"""For each room the rooms that it may import (CONTRIBUTING.md); itself always."""

STARTERS_MAY_USE = frozenset({"app", "config", "ports", "sandbox"})
"""What the starters may import beyond what their room may."""

IMPURE = frozenset(
    {"asyncio", "logging", "os", "pathlib", "random", "secrets", "socket", "subprocess", "sys", "time"}
)
"""Modules that core never imports: they read clocks, draw lots, or touch the world."""

Sources = Mapping[str, str]
"""The text of each file by its path within the package, such as "core/plan.py"."""


def sources() -> dict[str, str]:
    """Every module of the package."""
    return {str(p.relative_to(PACKAGE)): p.read_text("utf-8") for p in sorted(PACKAGE.rglob("*.py"))}


def room_of(path: str) -> str:
    """The room in which a file or a module lies: its folder, or its own name at the top."""
    first = path.split("/", maxsplit=1)[0]
    return first.removesuffix(".py")


def imports(text: str) -> Iterator[str]:
    """Every module that a source imports, wherever it does so, as dotted names."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield f"{'.' * node.level}{node.module or ''}"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def uses(text: str) -> set[str]:
    """The rooms of the house that a source imports."""
    ours = (name.removeprefix("letterhead.") for name in imports(text) if name.startswith("letterhead."))
    return {room_of(name.replace(".", "/")) for name in ours} - {"__version__"}


def arrows(files: Sources) -> dict[tuple[str, str], int]:
    """Which room imports which, and from how many of its files."""
    counted: dict[tuple[str, str], int] = {}
    for path, text in files.items():
        for used in uses(text) - {room_of(path)}:
            counted[room_of(path), used] = counted.get((room_of(path), used), 0) + 1
    return counted


def circles(files: Sources) -> list[set[str]]:
    """Files that import one another in a circle, also where a type checker alone follows it."""
    known = {_module(path): path for path in files}
    standing = {
        path: {known[name] for name in imports(text) if name in known} - {path}
        for path, text in files.items()
    }
    while ground := {path for path, used in standing.items() if not used & standing.keys()}:
        standing = {path: used for path, used in standing.items() if path not in ground}
    return [_reached(path, standing) for path in standing if path in _reached(path, standing)]


def _module(path: str) -> str:
    name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return "letterhead" if name == "__init__" else f"letterhead.{name}"


def _reached(start: str, standing: Mapping[str, set[str]]) -> set[str]:
    """Every file to which the imports of one lead."""
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        for used in standing.get(waiting.pop(), set()) - reached:
            reached.add(used)
            waiting.append(used)
    return reached & standing.keys()


def violations(files: Sources) -> list[str]:
    """Every import that runs against the directions of the house, a line each."""
    return [*_wrong_arrows(files), *_impure(files), *_strange_rooms(files)]


def _wrong_arrows(files: Sources) -> Iterator[str]:
    for path, text in files.items():
        room = room_of(path)
        allowed = MAY_USE.get(room, frozenset()) | {room}
        if path in STARTERS:
            allowed |= STARTERS_MAY_USE
        for used in sorted(uses(text) - allowed):
            yield f"{path} imports {used}, which {room} must not"
        yield from (f"{path} imports relatively ({name})" for name in imports(text) if name.startswith("."))


def _impure(files: Sources) -> Iterator[str]:
    """Core knows no await, clock, chance or I/O."""
    for path, text in files.items():
        if room_of(path) != "core":
            continue
        taken = sorted(IMPURE & {name.split(".")[0] for name in imports(text)})
        yield from (f"{path} imports {name}: core is pure" for name in taken)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.AsyncFunctionDef | ast.Await):
                yield f"{path}:{node.lineno} awaits: core is pure"
            if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}:
                yield f"{path}:{node.lineno} reads a clock: core is pure"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
                yield f"{path}:{node.lineno} opens a file: core is pure"


def _strange_rooms(files: Iterable[str]) -> Iterator[str]:
    for path in files:
        if room_of(path) not in {*MAY_USE, "__init__"}:
            yield f"{path} lies in no room of the design"
