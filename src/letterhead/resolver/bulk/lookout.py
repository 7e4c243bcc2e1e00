"""The lookout: one digest for all that the resolver says of a domain. The same digest, the same verdict."""

import hashlib
import ssl
import struct
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import aclosing
from typing import Final

from letterhead.core.answer import Question
from letterhead.core.endpoint import Endpoint
from letterhead.ports import Glance, Snapshot
from letterhead.resolver.bulk.engine import Engine
from letterhead.resolver.bulk.errand import Errand
from letterhead.resolver.bulk.material import material
from letterhead.resolver.bulk.questions import MAX_QUESTIONS, prepared

DIGEST_BYTES: Final = 16

_LENGTHS = tuple(struct.Struct(f"!{count}I") for count in range(MAX_QUESTIONS + 1))


class DigestLookout:
    """Asks one recursive resolver over TCP, or TLS with `tls`. Fills ports.Lookout.

    `secret`, of up to 64 bytes, keys the digests: nobody who publishes records can look for two sets of them
    with the same one. Another secret makes everything look changed, and so does another release of the
    resolver that words its answers differently.
    """

    def __init__(
        self, endpoint: Endpoint, tls: ssl.SSLContext | None, secret: bytes, *, connections: int = 1
    ) -> None:
        self._keyed = hashlib.blake2b(digest_size=DIGEST_BYTES, key=secret)
        self._engine: Engine[Snapshot, bytes] = Engine(endpoint, tls, material, connections=connections)

    @staticmethod
    def prepared(questions: Iterable[Question]) -> bytes:
        """See ports.Lookout."""
        return prepared(questions)

    async def look(self, snapshots: Iterable[Snapshot]) -> AsyncIterator[Sequence[Glance]]:
        """See ports.Lookout. Needs a running event loop; the connections stay open for the next look."""
        errands: Iterator[Errand[Snapshot, bytes]] = (Errand(each, each.questions) for each in snapshots)
        async with aclosing(self._engine.ask(errands)) as done:
            async for some in done:
                yield [Glance(errand.key, self._digest(errand.findings)) for errand in some]

    async def close(self) -> None:
        """Cut the connections."""
        await self._engine.close()

    def _digest(self, materials: Sequence[bytes] | None) -> bytes | None:
        if materials is None:
            return None
        digest = self._keyed.copy()
        digest.update(_LENGTHS[len(materials)].pack(*map(len, materials)))  # where one ends, the next begins
        digest.update(b"".join(materials))
        return digest.digest()
