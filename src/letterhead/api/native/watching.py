"""Watching: saying that somebody looks at a domain."""

from datetime import datetime

import msgspec
from litestar import post
from litestar.params import FromPath

from letterhead.api.native.responses import POST, problems
from letterhead.api.request import Request


class Watched(msgspec.Struct, kw_only=True):
    """Until when a domain is watched."""

    watched_until: datetime


@post(
    "/domains/{domain_id:str}/watch", tags=["verification"], status_code=200, responses=problems(404, *POST)
)
async def watch_domain(request: Request, domain_id: FromPath[str]) -> Watched:
    """Have a domain examined every few seconds for a minute, until it is as it should be.

    Ask again before that ends, for as long as somebody looks; read the domain for what was seen.
    """
    until = await request.services.watching.watch(request.actor, domain_id)
    return Watched(watched_until=until.replace(microsecond=0))
