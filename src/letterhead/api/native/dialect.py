"""The native interface as a dialect: it words whatever belongs to no other one."""

from typing import Final

from litestar.openapi.spec import SecurityScheme

from letterhead.api import health
from letterhead.api.dialect import Description, Dialect
from letterhead.api.native import examples, problem, routes

_TEXT = """\
Bring your own mail domain: register it, publish the records, prove it by DNS, keep watching it.

Send your key as `Authorization: Bearer <key>`. Every answer carries `X-Request-Id`. Errors are problem
documents (RFC 9457). Lists are read page by page: send `next_cursor` back as `cursor` until it is null.
Send `Idempotency-Key` with a POST that you may have to repeat, and the ETag of a domain as `If-Match` to
change it only as you have seen it. `X-RateLimit-Remaining` tells how many requests are left.
HEAD works wherever GET does. Paths are case-sensitive and never end in a slash."""

NATIVE: Final = Dialect(
    name="native",
    prefix="",
    handlers=(*health.HANDLERS, routes.router()),
    word=problem.word,
    description=Description(
        title="Letterhead",
        text=_TEXT,
        examples=examples.EXAMPLES,
        security={"key": SecurityScheme(type="http", scheme="bearer", description="lh_…")},
    ),
)
