"""Draws the pictures of the documents from the code itself: `python -m scripts.draw` writes them anew.

docs/house.svg      the rooms and who imports whom, from the imports.
docs/lifecycle.svg  the states and what leads from one to another, from core/lifecycle.py.
docs/lifecycle.md   the same as a table.
"""

import ast
import math
from collections.abc import Iterator
from xml.sax.saxutils import escape

from letterhead.core.domain import Status
from letterhead.core.lifecycle import TABLE, Trigger
from scripts.house import PACKAGE, ROOT, arrows, room_of, sources

STYLE = """<style>
text { font-family: ui-sans-serif, system-ui, sans-serif; font-size: 13px; fill: #1f2933 }
.lead { paint-order: stroke; stroke: #ffffff; stroke-width: 5px; text-anchor: middle }
.name { font-weight: 700; font-size: 15px } .words { fill: #52606d; font-size: 12px } .files { font-size: 11.5px }
.room { fill: #f5f7fa; stroke: #7b8794; rx: 6 } .heart { fill: #e3f2e6; stroke: #3f7d4e }
.arrow { stroke: #9aa5b1; stroke-width: 1.3; fill: none; marker-end: url(#head) }
.good { fill: #e3f2e6; stroke: #3f7d4e } .bad { fill: #fde8e8; stroke: #b44d4d } .wait { fill: #fff6db; stroke: #b58a1d }
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
<path d="M0 0 8 4 0 8z" fill="#7b8794"/></marker></defs>
"""

WIDTH, HEIGHT = 1120, 780
# Where each room stands: x, y, width, height. Entrances above, adapters below the ports, the rules as the ground.
ROOMS = {
    "cli": (20, 20, 250, 112),
    "api": (290, 20, 330, 112),
    "worker": (640, 20, 180, 112),
    "app": (860, 20, 240, 112),
    "service": (20, 185, 800, 100),
    "config": (860, 185, 240, 112),
    "ports": (290, 340, 330, 70),
    "logs": (650, 340, 180, 70),
    "sandbox": (860, 340, 240, 112),
    "resolver": (20, 480, 240, 112),
    "provider": (275, 480, 150, 112),
    "store": (440, 480, 240, 112),
    "outgoing": (695, 480, 130, 112),
    "smarthost": (840, 480, 130, 112),
    "clock": (985, 480, 115, 112),
    "core": (20, 645, 1080, 84),
}
NOTE = "Read from the imports. Everybody may import core, and app imports all: those arrows are not drawn."


def house() -> str:
    """The rooms and who imports whom; what everybody imports (core) is drawn as the ground."""
    files = sources()
    drawn = [_room(name, *ROOMS[name]) for name in ROOMS]
    lines = [
        _line(*_between(ROOMS[a], ROOMS[b]))
        for a, b in sorted(arrows(files))
        if a in ROOMS and b in ROOMS and b != "core" and a != "app"
    ]
    note = f'<text class="words" x="20" y="{HEIGHT - 20}">{NOTE}</text>'
    return _svg(WIDTH, HEIGHT, [*lines, *drawn, note])


def _room(name: str, x: int, y: int, width: int, height: int) -> str:
    kind = "room heart" if name == "core" else "room"
    words = _docstring(name).split(":", maxsplit=1)[0] if name == "app" else _docstring(name)
    out = [f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}"/>']
    title = f"{name}.py" if (PACKAGE / f"{name}.py").exists() else f"{name}/"
    out.append(f'<text class="name" x="{x + 12}" y="{y + 23}">{title}</text>')
    rows = [("words", row) for row in _wrapped(words, width, 6.3, 2)]
    room_left = max(0, (height - 34) // 15 - len(rows))
    rows += [("files", row) for row in _wrapped(" · ".join(_contents(name)), width, 6.0, room_left)]
    for number, (css, row) in enumerate(rows):
        out.append(f'<text class="{css}" x="{x + 12}" y="{y + 42 + 15 * number}">{escape(row)}</text>')
    return "".join(out)


def _docstring(name: str) -> str:
    path = PACKAGE / name / "__init__.py" if (PACKAGE / name).is_dir() else PACKAGE / f"{name}.py"
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return " ".join(text.split("\n\n", maxsplit=1)[0].split())


def _contents(name: str) -> list[str]:
    inside = {p.split("/")[1].removesuffix(".py") for p in sources() if room_of(p) == name and "/" in p}
    return sorted(inside - {"__init__"})


def _wrapped(text: str, width: int, per_character: float, most: int) -> list[str]:
    """The text in at most `most` rows that fit the width; the last ends in an ellipsis where some is left."""
    limit, rows, row = int((width - 24) / per_character), [], ""
    for word in text.split():
        if row and len(row) + 1 + len(word) > limit:
            rows.append(row)
            row = word
        else:
            row = f"{row} {word}".strip()
    rows = [*rows, row] if row else rows
    return (
        rows if len(rows) <= most else [*rows[: most - 1], rows[most - 1][: limit - 2] + " …"] if most else []
    )


Box = tuple[int, int, int, int]
Point = tuple[float, float]


def _between(a: Box, b: Box, aside: float = 0) -> tuple[Point, Point]:
    """The ends of the line from one box's middle to another's, drawn from border to border, `aside` of it."""
    (ax, ay), (bx, by) = ((x + width / 2, y + height / 2) for x, y, width, height in (a, b))
    length = math.hypot(bx - ax, by - ay)
    dx, dy = (bx - ax) / length, (by - ay) / length
    shift_x, shift_y = -dy * aside, dx * aside
    start = _border(a, (ax + shift_x, ay + shift_y), (dx, dy))
    return start, _border(b, (bx + shift_x, by + shift_y), (-dx, -dy))


def _border(box: Box, inside: Point, direction: Point) -> Point:
    """Where a ray from a point within a box leaves it."""
    (x, y, width, height), (px, py), (dx, dy) = box, inside, direction
    to_x = ((x + width if dx > 0 else x) - px) / dx if dx else math.inf
    to_y = ((y + height if dy > 0 else y) - py) / dy if dy else math.inf
    return px + dx * min(to_x, to_y), py + dy * min(to_x, to_y)


def _line(start: Point, end: Point) -> str:
    return f'<path class="arrow" d="M{start[0]:.0f} {start[1]:.0f} L{end[0]:.0f} {end[1]:.0f}"/>'


def _svg(width: int, height: int, parts: list[str]) -> str:
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    ground = f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n{STYLE}{ground}\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


# The states: where each stands, and how it looks.
STATES = {
    Status.PENDING: (60, 190, "wait"),
    Status.VERIFIED: (400, 30, "good"),
    Status.LAPSED: (740, 190, "wait"),
    Status.FAILED: (400, 330, "bad"),
    Status.SUSPENDED: (60, 400, "room"),
    Status.DELETED: (740, 400, "room"),
}
SIZE = (160, 54)
EVIDENCE = (Trigger.PASS, Trigger.FAIL, Trigger.REFUSED, Trigger.EXPIRE, Trigger.RENEW, Trigger.SUPERSEDE)


def lifecycle() -> str:
    """The states and what evidence and time make of them; suspend, resume and delete stand in words."""
    leads: dict[tuple[Status, Status], list[str]] = {}
    for (status, trigger), step in TABLE.items():
        if trigger in (*EVIDENCE, Trigger.RESUME) and step.to is not status:
            leads.setdefault((status, step.to), []).append(trigger.value + ("*" if step.guard else ""))
    parts: list[str] = []
    for status, (x, y, kind) in STATES.items():
        box = f'<rect class="{kind}" rx="6" x="{x}" y="{y}" width="{SIZE[0]}" height="{SIZE[1]}"/>'
        parts.append(f'{box}<text class="name" x="{x + 14}" y="{y + 33}">{status.value}</text>')
    parts += [_lead(a, b, triggers) for (a, b), triggers in leads.items()]
    notes = [
        "Any state but deleted: suspend leads to suspended, delete to deleted.",
        "What could not be found out (unknown) changes nothing, anywhere. Steps with * have a condition: see the table.",
    ]
    parts += [f'<text class="words" x="60" y="{500 + 20 * n}">{note}</text>' for n, note in enumerate(notes)]
    return _svg(960, 540, parts)


def _lead(start: Status, to: Status, triggers: list[str]) -> str:
    a, b = ((STATES[s][0], STATES[s][1], *SIZE) for s in (start, to))
    (x1, y1), (x2, y2) = _between(a, b, aside=13)
    at = (
        f'x="{x1 + (x2 - x1) * 0.36:.0f}" y="{y1 + (y2 - y1) * 0.36 + 4:.0f}"'  # off the middle: two may pass
    )
    return f'{_line((x1, y1), (x2, y2))}<text class="lead" {at}>{", ".join(triggers)}</text>'


def table() -> str:
    """The whole table in words, a row for each state and trigger that does anything."""
    head = [
        "# The life of a domain",
        "",
        "Drawn from the table in `src/letterhead/core/lifecycle.py` by `python -m scripts.draw`; a test holds them together.",
        "",
        "![states](lifecycle.svg)",
        "",
        "| state | trigger | leads to | event | only if |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*head, *_rows()]) + "\n"


def _rows() -> Iterator[str]:
    for (status, trigger), step in TABLE.items():
        if step.refusal:
            yield f"| {status} | {trigger} | refused: `{step.refusal}` | | |"
        elif step.tells is not None:
            yield f"| {status} | {trigger} | {step.to} | `{step.tells}` | {step.guard or ''} |"


PICTURES = {"house.svg": house, "lifecycle.svg": lifecycle, "lifecycle.md": table}

if __name__ == "__main__":
    for name, draw in PICTURES.items():
        (ROOT / "docs" / name).write_text(draw(), "utf-8")
