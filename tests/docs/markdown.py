"""What stands in the documents: their blocks, links, anchors and tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.house import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
"""Every document of the checkout, but those that lie beside code."""

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: where it stands, its language, its text."""

    document: str
    number: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}-{self.number}"


def blocks(*languages: str) -> list[Block]:
    """Every block in one of these languages, in all documents."""
    return [
        Block(named(path), number, match[1], match[2])
        for path in DOCUMENTS
        for number, match in enumerate(_BLOCK.finditer(path.read_text("utf-8")), 1)
        if match[1] in languages
    ]


def links(path: Path) -> Iterator[str]:
    """The target of each link in a document that leads to another place in this checkout."""
    text = _BLOCK.sub("", path.read_text("utf-8"))
    yield from (target for target in _LINK.findall(text) if "://" not in target)


def anchors(path: Path) -> set[str]:
    """The anchors that readers make of headings: small letters, without signs, with hyphens for blanks."""
    text = _BLOCK.sub("", path.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(text)}


def rows(path: Path) -> Iterator[list[str]]:
    """The cells of each row of a table whose first cell is a code in backticks."""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def named(path: Path) -> str:
    """The path of a document within the checkout."""
    return str(path.relative_to(ROOT))
