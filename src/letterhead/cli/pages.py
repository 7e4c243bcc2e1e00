"""Lists: one page as the API gives it, or all pages put together into one of the same shape."""

from typing import Final

import msgspec

from letterhead.cli.client import Answer, Server

DEFAULT: Final = 50
"""How many are listed where nobody says."""

LONGEST: Final = 100
"""The longest page that the API gives."""


class _Page(msgspec.Struct):
    data: list[msgspec.Raw]
    next_cursor: str | None


def listed(
    server: Server, path: str, *, limit: int = DEFAULT, everything: bool = False, **filters: str | None
) -> Answer:
    """One page of at most `limit`, or everything there is as one page without a cursor."""
    if not everything:
        return server.get(path, limit=limit, **filters)
    page = _Page([], "")
    rows: list[msgspec.Raw] = []
    while page.next_cursor is not None:
        page = server.get(path, limit=LONGEST, cursor=page.next_cursor or None, **filters).read(_Page)
        rows += page.data
    return Answer(msgspec.json.encode(_Page(rows, None)).decode())
