"""Rate limits: whom a request counts for, and what is said when it is one too many (A12).

A request counts for the team, whichever of its keys it came with: more keys are not more requests. What has
no key in force counts for the address it came from, and never locks out who has one from the same address.
"""

from litestar.handlers import BaseRouteHandler
from litestar.types import Scope

from letterhead.api import problem
from letterhead.api.bucket import Allowance, Buckets
from letterhead.api.client import client
from letterhead.api.dialect import Connection
from letterhead.api.settings import Settings


class Rates:
    """The buckets of one server.

    requests      of a team, all of them.
    examinations  of a team: what makes us ask the DNS, on its behalf but at our cost.
    strangers     requests without a key in force, by address.
    """

    def __init__(self, settings: Settings) -> None:
        limits = settings.rates
        self._proxies = settings.trusted_proxies
        self.requests = Buckets(limits.requests)
        self.examinations = Buckets(limits.examinations)
        self.strangers = Buckets(limits.strangers)

    def stranger(self, connection: Connection) -> None:
        """Count a request that has no key in force. Raises `rate_limited`."""
        _charge(connection, self.strangers.take(self._address(connection.scope)))

    def left(self, scope: Scope) -> Allowance | None:
        """What a request's answer tells: its own allowance, or that of its address where it has none."""
        own: Allowance | None = scope["state"].get("allowance")
        return own or self.strangers.look(self._address(scope))

    def request(self, connection: Connection, team: str) -> None:
        """Count a request of a team. Raises `rate_limited`."""
        _charge(connection, self.requests.take(team))

    def _address(self, scope: Scope) -> str:
        peer = scope["client"][0] if scope["client"] else ""
        forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        return client(peer, [value.decode("latin-1") for value in forwarded], self._proxies)


async def examining(connection: Connection, _: BaseRouteHandler) -> None:
    """Litestar guard of the operations that make us ask the DNS: raises `rate_limited`."""
    rates: Rates = connection.app.state.rates
    allowance = rates.examinations.take(connection.user.team)
    if allowance is not None and allowance.wait:
        _charge(connection, allowance)


def _charge(connection: Connection, allowance: Allowance | None) -> None:
    """Show the allowance with the answer, whatever it will be, and refuse what it does not cover."""
    if allowance is None:
        return
    connection.scope["state"]["allowance"] = allowance
    if allowance.wait:
        raise problem.rate_limited(allowance.wait)


def shown(allowance: Allowance | None) -> dict[str, str]:
    """The headers that tell what is left: the limit, the rest, and in how many seconds it is whole again."""
    if allowance is None:
        return {}
    return {
        "x-ratelimit-limit": str(allowance.limit),
        "x-ratelimit-remaining": str(allowance.left),
        "x-ratelimit-reset": str(allowance.reset),
    }
