"""Writes the reference pages of docs/ from the code: `python -m scripts.describe`.

What people write and what the code says stand in one file. A passage between `<!-- described: NAME -->` and
`<!-- end -->` comes from the code; everything around it is written by hand. In docs/faults.md the list of
tests below each row is what comes from the code.
"""

import re
from collections.abc import Callable, Mapping

from scripts.house import ROOT
from scripts.reference import causes, commands, events, faults, operations, rights, settings

DOCS = ROOT / "docs"
_PASSAGE = re.compile(r"(<!-- described: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

PASSAGES: Mapping[str, Callable[[], str]] = {
    "settings": settings.described,
    "causes": causes.described,
    "roles": rights.roles,
    "permissions": rights.permissions,
    "operations": operations.described,
    "shapes": operations.shapes,
    "exit-codes": commands.exit_codes,
    "commands": commands.described,
    "events": events.described,
    "event-data": events.members,
}
"""Every passage that comes from the code, and who writes it."""

SHIPPED = ROOT / "src" / "letterhead" / "api" / "problems.md"
"""The copy of docs/problems.md that a running server shows from."""

PAGES = ("api.md", "causes.md", "commands.md", "configuration.md", "events.md", "faults.md", "permissions.md")


def page(name: str) -> str:
    """The page as it must stand: its own words, with what comes from the code written anew."""
    text = (DOCS / name).read_text("utf-8")
    if name == "faults.md":
        return faults.with_tests(text)
    return _PASSAGE.sub(lambda match: f"{match[1]}\n{PASSAGES[match[2]]().strip()}\n\n{match[3]}", text)


def passages(text: str) -> list[str]:
    """The names of the passages of a page, in order."""
    return [match[2] for match in _PASSAGE.finditer(text)]


if __name__ == "__main__":
    for each in PAGES:
        (DOCS / each).write_text(page(each), "utf-8")
    SHIPPED.write_bytes((DOCS / "problems.md").read_bytes())
