"""The lookout: one digest for all that the resolver says of a domain. The same digest, the same verdict."""

import hashlib
import ssl
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import aclosing
from typing import Final

from letterhead.core.answer import Question
from letterhead.core.endpoint import Endpoint
from letterhead.ports import Glance, Snapshot
from letterhead.resolver.bulk.engine import Engine
from letterhead.resolver.bulk.errand import Errand
from letterhead.resolver.bulk.material import materials, skimmed
from letterhead.resolver.bulk.questions import prepared

DIGEST_BYTES: Final = 16


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
        self._engine: Engine[Snapshot] = Engine(endpoint, tls, connections=connections)

    @staticmethod
    def prepared(questions: Iterable[Question]) -> bytes:
        """See ports.Lookout."""
        return prepared(questions)

    async def look(self, snapshots: Iterable[Snapshot]) -> AsyncIterator[Sequence[Glance]]:
        """See ports.Lookout. Needs a running event loop; the connections stay open for the next look."""
        unreadable: list[Glance] = []
        async with aclosing(self._engine.ask(_errands(snapshots, unreadable))) as done:
            async for some in done:
                yield [Glance(errand.key, self._digest(errand)) for errand in some]
        if unreadable:
            yield unreadable

    async def close(self) -> None:
        """Cut the connections."""
        await self._engine.close()

    def _digest(self, errand: Errand[Snapshot]) -> bytes | None:
        """The digest of the replies, which are looked into only where skimming them gives another."""
        replies = errand.heard
        if replies is None:
            return None
        if self._keyed_digest(skimmed(errand.asked, replies)) == errand.key.digest:
            return errand.key.digest
        definite = materials(errand.asked, replies)
        return None if definite is None else self._keyed_digest(definite)

    def _keyed_digest(self, content: bytes) -> bytes:
        digest = self._keyed.copy()
        digest.update(content)
        return digest.digest()


def _errands(snapshots: Iterable[Snapshot], unreadable: list[Glance]) -> Iterator[Errand[Snapshot]]:
    """One for each snapshot; of one whose questions have another form nothing can be found out."""
    for each in snapshots:
        try:
            yield Errand(each, each.questions)
        except ValueError:
            unreadable.append(Glance(each, None))
