"""Whom a request counts for, and what is said when it is one too many (A12).

A request counts for its key, so that one that runs wild leaves the others theirs, and for the team, so that
more keys are not more requests without end. What has no key in force counts for the address it came from, and
never locks out who has one from the same address.
"""

from typing import Any

from letterhead.api import problem
from letterhead.api.bucket import Allowance
from letterhead.api.client import client
from letterhead.api.request import Request


def as_stranger(request: Request) -> None:
    """Count a request that has no key in force. Raises `rate_limited`."""
    _charge(request, request.state.rates.strangers.take(_address(request)))


def as_actor(request: Request) -> None:
    """Count a request of a key and its team; the one with less left is told. Raises `rate_limited`."""
    rates = request.state.rates
    _charge(request, rates.requests.take(request.actor.key))
    _charge(request, rates.team.take(request.actor.team))


async def examining(request: Any, _: object) -> None:
    """Guard of the operations that make us ask the DNS: raises `rate_limited`.

    request  a Request of ours; Litestar, in whose words guards are declared, would have its own one here.
    """
    allowance = request.state.rates.examinations.take(request.actor.team)
    if allowance is not None and allowance.wait:
        _charge(request, allowance)


def left(request: Request) -> Allowance | None:
    """What a request's answer tells: the allowance of its key or team, or its address's without one."""
    if request.allowance is not None or not request.is_stranger:
        return request.allowance
    return request.state.rates.strangers.look(_address(request))


def _address(request: Request) -> str:
    proxies = request.settings.trusted_proxies
    return client(request.peer, request.headers.getall("x-forwarded-for"), proxies)


def _charge(request: Request, allowance: Allowance | None) -> None:
    """Show the allowance with the answer, whatever it will be, and refuse what it does not cover."""
    if allowance is None:
        return
    if request.allowance is None or allowance.wait or allowance.left < request.allowance.left:
        request.allowance = allowance
    if allowance.wait:
        raise problem.rate_limited(allowance.wait)
