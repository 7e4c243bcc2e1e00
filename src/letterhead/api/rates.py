"""The rate limits of one server, and the headers that tell what is left; charging.py counts by them."""

import math
import time

from letterhead.api.bucket import Allowance, Buckets
from letterhead.api.settings import RateLimits


class Rates:
    """The buckets.

    requests      of a key, all of them.
    team          of a team, all of them.
    examinations  of a team: what makes us ask the DNS, on its behalf but at our cost.
    strangers     requests without a key in force, by address.
    """

    def __init__(self, limits: RateLimits) -> None:
        self.requests = Buckets(limits.requests)
        self.team = Buckets(limits.team)
        self.examinations = Buckets(limits.examinations)
        self.strangers = Buckets(limits.strangers)


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
