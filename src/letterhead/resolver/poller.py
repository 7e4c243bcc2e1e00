"""Watching many sockets at little cost: one epoll for all, which is all that the event loop sees.

A handle of the loop's own for each socket takes it six more system calls, for sockets that live a few
milliseconds. That is what a system without epoll makes do with.
"""

import asyncio
import select
from collections.abc import Callable

_AT_ONCE = 128  # sockets looked at in one turn of the loop


class Poller:
    """Calls back for each socket that has something to read; the loop knows of it while any is watched."""

    def __init__(self) -> None:
        self._epoll = select.epoll() if hasattr(select, "epoll") else None
        self._looks: dict[int, Callable[[], None]] = {}

    def watch(self, number: int, look: Callable[[], None]) -> None:
        """Call `look` whenever the socket of this number can be read or has failed, until `forget`."""
        loop = asyncio.get_running_loop()
        if self._epoll is None:
            loop.add_reader(number, look)
            return
        if not self._looks:
            loop.add_reader(self._epoll, self._poll, self._epoll)
        self._looks[number] = look
        self._epoll.register(number, select.EPOLLIN)

    def forget(self, number: int) -> None:
        """Call back no more; the socket has to be closed next, which takes it out of the epoll."""
        loop = asyncio.get_running_loop()
        if self._epoll is None:
            loop.remove_reader(number)
            return
        del self._looks[number]
        if not self._looks:
            loop.remove_reader(self._epoll)

    def _poll(self, epoll: select.epoll) -> None:
        for number, _ in epoll.poll(0, _AT_ONCE):
            self._looks[number]()
