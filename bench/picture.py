"""The picture of the measurements: a bar for each, as long as its number, and where it should end."""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, LEFT, LINE, TOP = 880, 400, 26, 44
BARS = WIDTH - LEFT - 110
"""Points for the longest bar."""
_FONT = 'font-family="system-ui, sans-serif" font-size="14"'


def picture(
    title: str,
    bars: Sequence[tuple[str, float]],
    unit: str = "{:,.0f} µs",
    targets: Mapping[str, float] | None = None,
) -> str:
    """An SVG of named bars in the order in which they are given.

    unit     how a number is written.
    targets  by name, what the number should reach: a line across the bar.
    """
    marks = targets or {}
    most = max(*(value for _, value in bars), *marks.values(), 0.0)
    height = TOP + LINE * len(bars) + 12
    rows = [
        _row(place, name, unit.format(value), value / most * BARS) + _mark(place, marks.get(name, 0) / most)
        for place, (name, value) in enumerate(bars)
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" {_FONT}>'
    ground = f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    name = f'<text x="16" y="26" font-weight="600">{escape(title)}</text>'
    return "\n".join((head, f"<title>{escape(title)}</title>", ground, name, *rows, "</svg>\n"))


def _row(place: int, name: str, number: str, length: float) -> str:
    y = TOP + LINE * place
    return (
        f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(name)}</text>'
        f'<rect x="{LEFT}" y="{y + 2}" width="{max(length, 1):.1f}" height="18" fill="#3b6ea5"/>'
        f'<text x="{LEFT + max(length, 1) + 6:.1f}" y="{y + 15}">{escape(number)}</text>'
    )


def _mark(place: int, share: float) -> str:
    """A line where a bar should end, as a share of the longest; nothing where that is 0."""
    x, y = LEFT + share * BARS, TOP + LINE * place
    return f'<path d="M{x:.1f} {y}v22" stroke="#c0392b" stroke-width="2"/>' if share else ""
