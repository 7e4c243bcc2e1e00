"""Many sockets, watched together."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from letterhead.resolver.poller import Poller

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pairs() -> Iterator[list[Pair]]:
    made = [socket.socketpair(type=socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) for _ in range(3)]
    yield made
    for sock in (sock for pair in made for sock in pair):
        sock.close()


async def test_each_socket_that_can_be_read_is_called_back_by_itself(pairs: list[Pair]) -> None:
    poller, arrived = Poller(), asyncio.Queue[tuple[int, bytes]]()
    for index, (near, _) in enumerate(pairs):
        poller.watch(near.fileno(), lambda index=index, near=near: arrived.put_nowait((index, near.recv(9))))
    for index in (2, 0):
        pairs[index][1].send(b"%d" % index)
    got = {await asyncio.wait_for(arrived.get(), 1) for _ in range(2)}
    assert got == {(2, b"2"), (0, b"0")}
    assert arrived.empty()


async def test_who_is_forgotten_is_not_called_back_and_the_others_still_are(pairs: list[Pair]) -> None:
    poller, arrived = Poller(), asyncio.Queue[bytes]()
    (gone, to_gone), (kept, to_kept), _ = pairs
    for near in (gone, kept):
        poller.watch(near.fileno(), lambda near=near: arrived.put_nowait(near.recv(9)))
    with closing(gone):
        poller.forget(gone.fileno())
    with pytest.raises(ConnectionRefusedError):
        to_gone.send(b"late")
    to_kept.send(b"here")
    assert await asyncio.wait_for(arrived.get(), 1) == b"here"
    poller.forget(kept.fileno())
    to_kept.send(b"unseen")
    await asyncio.sleep(0.02)
    assert arrived.empty(), "while nobody is watched the loop does not look"


async def test_it_watches_again_after_all_were_forgotten(pairs: list[Pair]) -> None:
    poller, arrived = Poller(), asyncio.Queue[bytes]()
    for near, far in pairs:
        poller.watch(near.fileno(), lambda near=near: arrived.put_nowait(near.recv(9)))
        far.send(b"again")
        assert await asyncio.wait_for(arrived.get(), 1) == b"again"
        poller.forget(near.fileno())
        near.close()
