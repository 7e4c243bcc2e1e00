"""The recursive resolver that a URL names: each transport has one class, and here one of them is chosen.

Whoever looks for changes asks over TCP or TLS, with a class for many questions at once.
"""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from letterhead.core.endpoint import Endpoint, Transport, endpoint
from letterhead.ports import Clock, Resolver
from letterhead.resolver.bulk.lookout import DigestLookout
from letterhead.resolver.channel import Channel
from letterhead.resolver.https import Https
from letterhead.resolver.pipeline import Pipeline
from letterhead.resolver.recursive import Recursive
from letterhead.resolver.stub import Stub


@asynccontextmanager
async def opened(url: str, clock: Clock, *, ca_file: Path | None = None) -> AsyncIterator[Resolver]:
    """The resolver at `url` (core/endpoint.py); its connections are closed at the end.

    `ca_file`, in PEM, holds whom to trust in the system's stead. Nothing is sent before the first
    question. Raises Refusal `resolver_url`; OSError where the file can't be used.
    """
    named = endpoint(url)
    if named.transport is Transport.UDP:
        yield Stub(named, clock)
        return
    channel = _channel(named, ca_file)
    try:
        yield Recursive(named, channel, clock)
    finally:
        await channel.close()


def in_bulk(urls: Sequence[str]) -> int | None:
    """Which of the resolvers can be asked very much: the first that is not asked over HTTPS."""
    over = [endpoint(url).transport for url in urls]
    return next((place for place, each in enumerate(over) if each is not Transport.HTTPS), None)


@asynccontextmanager
async def looking(
    urls: Sequence[str], secret: bytes, *, ca_file: Path | None = None
) -> AsyncIterator[DigestLookout | None]:
    """A lookout that asks the resolver in_bulk(urls); None where there is none.

    One that is asked over UDP otherwise is asked over TCP, at the same port (RFC 7766 §5). `secret`: see
    DigestLookout. `ca_file`, errors: as for opened.
    """
    place = in_bulk(urls)
    if place is None:
        yield None
        return
    named = endpoint(urls[place])
    lookout = DigestLookout(named, _trust(ca_file) if named.transport is Transport.TLS else None, secret)
    try:
        yield lookout
    finally:
        await lookout.close()


def _channel(named: Endpoint, ca_file: Path | None) -> Channel:
    match named.transport:
        case Transport.HTTPS:
            return Https(named, _trust(ca_file))
        case Transport.TLS:
            return Pipeline(named, _trust(ca_file))
    return Pipeline(named, None)


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    """What a resolver's certificate is held against: always its chain, its dates and its name."""
    context = ssl.create_default_context(cafile=ca_file)
    # A certificate in the file is trusted for what it is, not only as an authority: so one can be pinned.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
