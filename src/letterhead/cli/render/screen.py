"""The screen: lines, pairs and tables that can be copied, on a terminal or in a pipe.

Nothing is ever wrapped or cut and no line ends in blanks, so that what is copied is what was sent (W12).
A table that a terminal is too narrow for becomes blocks of pairs; a pipe has no width. Every text is
escaped here, and markup is off.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from rich.console import Console
from rich.text import Text

from letterhead.cli.render.escape import escaped

Row = Sequence[str | Text]
"""Cells; plain text is escaped."""

GAP: Final = 2
"""Blanks between columns."""

_STYLES: Final = {
    "pass": "green",
    "verified": "green",
    "fail": "red",
    "failed": "red",
    "refused": "red",
    "unknown": "yellow",
    "lapsed": "yellow",
    "pending": "yellow",
}
_MARKS: Final = {"pass": "✓", "fail": "✗", "refused": "✗", "unknown": "?", "unchecked": "·"}


class Screen:
    """Standard output, as people read it."""

    def __init__(self) -> None:
        self.console = Console(markup=False, emoji=False, highlight=False)

    @property
    def is_terminal(self) -> bool:
        """Whether somebody is looking, rather than a file or a pipe."""
        return self.console.is_terminal

    @property
    def is_live(self) -> bool:
        """Whether it is a terminal on which lines can be drawn anew."""
        return self.console.is_terminal and not self.console.is_dumb_terminal

    def line(self, text: str | Text = "", style: str = "") -> None:
        """One line."""
        shown = Text(escaped(text), style) if isinstance(text, str) else text
        self.console.print(shown, soft_wrap=True)

    def document(self, text: str) -> None:
        """Lines that stay apart, each escaped by itself."""
        for line in text.removesuffix("\n").split("\n"):
            self.line(line)

    def rows(self, rows: Iterable[Row], *, indent: int = 0) -> None:
        """Aligned columns without heads."""
        for line in aligned(rows):
            self.line(Text(" " * indent) + line)

    def table(self, heads: Sequence[str], rows: Sequence[Row]) -> None:
        """Columns under their heads, or a block of pairs for each row where a terminal is too narrow."""
        lines = aligned([heads, *rows])
        if self.is_terminal and max(line.cell_len for line in lines) > self.console.width:
            for row in rows:
                self.rows([pair for pair in zip(heads, row, strict=True) if pair[1]])
                self.line()
            return
        lines[0].stylize("bold")
        for line in lines:
            self.line(line)

    def state(self, state: str) -> Text:
        """A record's state in its colour, on a terminal behind a mark."""
        mark = (
            f"{_MARKS.get(state, ' ')} " if self.is_terminal and not self.console.options.ascii_only else ""
        )
        return Text(mark + escaped(state), _STYLES.get(state, ""))


def aligned(rows: Iterable[Row]) -> list[Text]:
    """Each row as one line without blanks at its end; a status or an outcome has its colour."""
    cells = [[_cell(cell) for cell in row] for row in rows]
    widths = [max(cell.cell_len for cell in column) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        line = Text()
        for cell, width in zip(row, widths, strict=True):
            line.append_text(cell).append(" " * (width - cell.cell_len + GAP))
        line.rstrip()
        lines.append(line)
    return lines


def moment(at: datetime | None) -> str:
    """A moment to the second in UTC, or nothing."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else ""


def _cell(cell: str | Text) -> Text:
    return Text(escaped(cell), _STYLES.get(cell, "")) if isinstance(cell, str) else cell
