"""DKIM keys made ahead of time: an RSA key takes about 33 ms of a processor, a registration should not."""

import asyncio
import os
import sys
from collections import deque
from threading import Semaphore, Thread, get_native_id

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

RSA_BITS = 2048
"""What signers should use at least (RFC 8301 §3.2), and the most that fits one UDP answer at ease."""

_PUBLIC_EXPONENT = 65_537  # the smallest that FIPS 186-5 §A.1.1 allows
_LOWEST_PRIORITY = 19


class KeyPool:
    """Up to `size` RSA keys in store, made by a thread of low priority once started.

    An instance is started once and closed once; keys can be taken before, between and after.
    """

    def __init__(self, size: int = 8) -> None:
        self._keys: deque[RSAPrivateKey] = deque()
        self._vacancies = Semaphore(size)
        self._closing = False
        self._worker = Thread(target=self._work, name="key-pool", daemon=True)

    def start(self) -> None:
        """Begin to make keys. Raises RuntimeError the second time."""
        self._worker.start()

    async def take(self) -> RSAPrivateKey:
        """A key that nobody else gets: from the store, else made now, in a thread."""
        try:
            key = self._keys.popleft()
        except IndexError:
            return await asyncio.to_thread(_make)
        self._vacancies.release()
        return key

    async def close(self) -> None:
        """Stop making keys, wait until the worker has ended, and forget the keys in store."""
        self._closing = True
        self._vacancies.release()
        if self._worker.ident is not None:
            await asyncio.to_thread(self._worker.join)
        self._keys.clear()

    def _work(self) -> None:
        """Make a key for each vacancy until the pool closes."""
        if sys.platform == "linux":  # elsewhere a priority belongs to the whole process
            os.setpriority(os.PRIO_PROCESS, get_native_id(), _LOWEST_PRIORITY)
        while True:
            self._vacancies.acquire()
            if self._closing:
                return
            self._keys.append(_make())


def _make() -> RSAPrivateKey:
    """A fresh key; the interpreter is free for others meanwhile."""
    return generate_private_key(_PUBLIC_EXPONENT, RSA_BITS)
