"""Pages of lists: how many, where to go on, and what is said when there is more."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from litestar.params import QueryParameter

from letterhead.api.request import Request

T = TypeVar("T")

Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many at most, 1 to 100.")]
CursorText = Annotated[
    str | None, QueryParameter(description="`next_cursor` of the page before; without it, the first page.")
]
DEFAULT = 50


def position(request: Request, listing: str, cursor: str | None) -> str | None:
    """Where a page begins: the position that the cursor stands for. Raises `bad_cursor`."""
    return None if cursor is None else request.cursors.read(request.actor.team, listing, cursor)


def cut(
    request: Request, listing: str, found: Sequence[T], limit: int, position_of: Callable[[T], str]
) -> tuple[Sequence[T], str | None]:
    """A page of at most `limit` out of one more than that, and the cursor of the next page, or None."""
    if len(found) <= limit:
        return found, None
    page = found[:limit]
    return page, request.cursors.write(request.actor.team, listing, position_of(page[-1]))
