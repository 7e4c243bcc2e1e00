"""The picture of the measurements: a bar for each, as long as the CPU time that one piece of work takes."""

from collections.abc import Sequence
from html import escape

WIDTH, LEFT, LINE, TOP = 880, 400, 26, 44
BARS = WIDTH - LEFT - 110
"""Points for the longest bar."""
_FONT = 'font-family="system-ui, sans-serif" font-size="14"'


def picture(title: str, bars: Sequence[tuple[str, float]]) -> str:
    """An SVG of named bars, in microseconds, in the order in which they are given."""
    most = max(value for _, value in bars)
    height = TOP + LINE * len(bars) + 12
    rows = [_row(place, name, value, value / most * BARS) for place, (name, value) in enumerate(bars)]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" {_FONT}>'
    ground = f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    name = f'<text x="16" y="26" font-weight="600">{escape(title)}</text>'
    return "\n".join((head, f"<title>{escape(title)}</title>", ground, name, *rows, "</svg>\n"))


def _row(place: int, name: str, value: float, length: float) -> str:
    y = TOP + LINE * place
    return (
        f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(name)}</text>'
        f'<rect x="{LEFT}" y="{y + 2}" width="{max(length, 1):.1f}" height="18" fill="#3b6ea5"/>'
        f'<text x="{LEFT + max(length, 1) + 6:.1f}" y="{y + 15}">{value:,.0f} µs</text>'
    )
