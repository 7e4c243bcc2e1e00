"""What carries queries to one resolver and replies back, over connections that it keeps."""

from typing import Protocol

from letterhead.resolver.wire import Query


class HungUp(EOFError):
    """The connection ended before the reply came; another one may bring it (RFC 7766 §6.2.4)."""


class Channel(Protocol):
    """A way to one resolver; opened when the first query needs it, and again whenever it was closed."""

    async def fetch(self, query: Query) -> bytes:
        """The whole reply to the query, which belongs to it.

        Raises HungUp, OSError (no way there, no trust in its certificate), TimeoutError (it went quiet),
        Forgery (the reply belongs to another query), Failed (what came is no reply at all).
        """

    async def close(self) -> None:
        """Close what is open; who still waits for a reply is told HungUp."""
