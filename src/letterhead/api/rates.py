"""Rate limits: whom a request counts for, and what is said when it is one too many (A12).

A request counts for its key, so that one that runs wild leaves the others theirs, and for the team, so that
more keys are not more requests without end. What has no key in force counts for the address it came from, and
never locks out who has one from the same address.
"""

import math
import time
from typing import Any

from letterhead.api import problem
from letterhead.api.bucket import Allowance, Buckets
from letterhead.api.client import client
from letterhead.api.request import Request
from letterhead.api.settings import Settings
from letterhead.core.permission import Actor


class Rates:
    """The buckets of one server.

    requests      of a key, all of them.
    team          of a team, all of them.
    examinations  of a team: what makes us ask the DNS, on its behalf but at our cost.
    strangers     requests without a key in force, by address.
    """

    def __init__(self, settings: Settings) -> None:
        limits = settings.rates
        self._proxies = settings.trusted_proxies
        self.requests = Buckets(limits.requests)
        self.team = Buckets(limits.team)
        self.examinations = Buckets(limits.examinations)
        self.strangers = Buckets(limits.strangers)

    def stranger(self, request: Request) -> None:
        """Count a request that has no key in force. Raises `rate_limited`."""
        _charge(request, self.strangers.take(self._address(request)))

    def left(self, request: Request) -> Allowance | None:
        """What a request's answer tells: the allowance of its key or team, or its address's without one."""
        if request.allowance is not None or not request.is_stranger:
            return request.allowance
        return self.strangers.look(self._address(request))

    def request(self, request: Request, actor: Actor) -> None:
        """Count a request of a key and its team; the one with less left is told. Raises `rate_limited`."""
        _charge(request, self.requests.take(actor.key))
        _charge(request, self.team.take(actor.team))

    def _address(self, request: Request) -> str:
        return client(request.peer, request.headers.getall("x-forwarded-for"), self._proxies)


async def examining(request: Any, _: object) -> None:
    """Guard of the operations that make us ask the DNS: raises `rate_limited`.

    request  a Request of ours; Litestar, in whose words guards are declared, would have its own one here.
    """
    rates: Rates = request.state.rates
    allowance = rates.examinations.take(request.actor.team)
    if allowance is not None and allowance.wait:
        _charge(request, allowance)


def _charge(request: Request, allowance: Allowance | None) -> None:
    """Show the allowance with the answer, whatever it will be, and refuse what it does not cover."""
    if allowance is None:
        return
    if request.allowance is None or allowance.wait or allowance.left < request.allowance.left:
        request.allowance = allowance
    if allowance.wait:
        raise problem.rate_limited(allowance.wait)


def shown(allowance: Allowance | None) -> dict[str, str]:
    """The headers that tell what is left: the limit, the rest, and the Unix time when it is whole again.

    A time and not a number of seconds, because that is how published clients read X-RateLimit-Reset.
    """
    if allowance is None:
        return {}
    return {
        "x-ratelimit-limit": str(allowance.limit),
        "x-ratelimit-remaining": str(allowance.left),
        "x-ratelimit-reset": str(math.ceil(time.time()) + allowance.reset),
    }
