"""Doubt: whether anything can be saved, tried once something could not be.

A full disk still answers whoever reads. So a transaction that fails otherwise than by its own guards leaves a
doubt, and whoever asks whether we are ready settles it: by saving as much as any change of ours does. That
others were saved meanwhile settles nothing, for what changes a row may find the room that a new one does not;
and where nobody is sent to us any more, there are no others.
"""

import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from letterhead.ports import StoreError
from letterhead.store.database import Rows, Statement
from letterhead.store.requests import FORGET_TRIAL, trial

ROOM: Final = 64 * 1024
"""Octets that are saved for a trial; by chance, so that nothing packs them."""


class Doubt:
    """Arises with a transaction that was not saved, and goes with a trial that was.

    write  runs a transaction as Database.write does.
    """

    def __init__(self, write: Callable[[Statement], Awaitable[list[Rows]]]) -> None:
        self._write = write
        self._is_there = False

    @contextmanager
    def about(self, transaction: Sequence[Statement]) -> Iterator[None]:
        """Around a transaction: has the doubt arise where it fails, unless a guard of its own refused it."""
        try:
            yield
        except StoreError as error:
            guards = [each for one in transaction for each in (one.otherwise, *one.duplicates.values())]
            if not any(error is guard for guard in guards):
                self._is_there = True
            raise

    async def settle(self) -> None:
        """Where there is a doubt, try to save something. Raises StoreError where that can't be done."""
        if self._is_there:
            await self._write(trial(os.urandom(ROOM)))
            await self._write(FORGET_TRIAL)
            self._is_there = False
