"""Retrying: whoever was too slow to save decides anew, on what is there now."""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from letterhead.core.refusal import Kind, Refusal
from letterhead.ports import Stale

RETRIES = 5
"""How often a change is decided at most, while somebody else is faster each time."""

P = ParamSpec("P")
T = TypeVar("T")


def retried(change: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """A change that is decided anew for as long as others are faster.

    change  reads what is there, decides, saves; raises Stale where that has changed meanwhile.

    Raises `busy` when others keep changing it.
    """

    @wraps(change)
    async def deciding(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(RETRIES):
            with suppress(Stale):
                return await change(*args, **kwargs)
        raise busy()

    return deciding


def busy() -> Refusal:
    """Somebody else kept changing the same row."""
    return Refusal(
        Kind.UNAVAILABLE,
        "busy",
        "The domain is being changed by others at this moment.",
        mend="Send the request again.",
    )
