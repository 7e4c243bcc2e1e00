"""One recursive resolver over UDP, asked as it is: no search list, no second opinion (R15)."""

from letterhead.core.answer import Observation, Question, Source
from letterhead.core.endpoint import Endpoint
from letterhead.ports import Clock
from letterhead.resolver.exchange import Exchange
from letterhead.resolver.observation import observed
from letterhead.resolver.transport import Server


class Stub:
    """A recursive resolver whose long replies are fetched over TCP. Fills ports.Resolver."""

    def __init__(self, endpoint: Endpoint, clock: Clock) -> None:
        self._server = Server(endpoint.ip, endpoint.port)
        self._exchange = Exchange(clock)

    async def ask(self, question: Question, *, within: float) -> tuple[Observation, ...]:
        """Ask with recursion desired; one observation, whatever happens."""
        reply = await self._exchange.ask(question, self._server, recursive=True, within=within)
        return (observed(reply, Source.RECURSIVE),)
