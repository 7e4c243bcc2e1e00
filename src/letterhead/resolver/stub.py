"""One recursive resolver, asked as it is: no search list, no second opinion (R15)."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from letterhead.core.answer import Observation, Question, Source
from letterhead.core.refusal import Refusal, invalid
from letterhead.ports import Clock
from letterhead.resolver.exchange import Exchange
from letterhead.resolver.observation import observed
from letterhead.resolver.transport import Server


class Stub:
    """A recursive resolver at "udp://127.0.0.1:53"; long replies are fetched over TCP. Fills ports.Resolver.

    The address is the operator's own choice, so it may be private. Raises Refusal (resolver_url) for
    anything but udp:// with an IP address and, if not 53, a port.
    """

    def __init__(self, server_url: str, clock: Clock) -> None:
        self._server = _server(server_url)
        self._exchange = Exchange(clock)

    async def ask(self, question: Question, *, within: float) -> tuple[Observation, ...]:
        """Ask with recursion desired; one observation, whatever happens."""
        reply = await self._exchange.ask(question, self._server, recursive=True, within=within)
        return (observed(reply, Source.RECURSIVE),)


def _server(url: str) -> Server:
    try:
        parts = urlsplit(url)
        server = Server(str(ip_address(parts.hostname or "")), parts.port or 53)
    except ValueError as error:
        raise _no_resolver(url) from error
    if parts.scheme != "udp" or "@" in parts.netloc or parts.path or parts.query or parts.fragment:
        raise _no_resolver(url)
    return server


def _no_resolver(url: str) -> Refusal:
    return invalid(
        "resolver_url",
        f"{url!r} is no resolver that can be asked.",
        mend='Write the IP address of a resolver, such as "udp://127.0.0.1:53" or "udp://[::1]:53".',
        param="dns.resolvers",
    )
