"""Authentication: from a bearer token to an actor, for every route that is not on the list below.

What the actor may do is decided in the services; here it is only found out who asks.
"""

import re

from litestar.handlers import BaseRouteHandler

from letterhead.api.dialect import Connection, Dialect
from letterhead.api.rates import Rates
from letterhead.core.permission import Actor
from letterhead.core.refusal import Kind, Refusal

OPEN = frozenset(
    {
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/v2/openapi.json",
        "/openapi/{file}",
        "/problems",
        "/problems/{code}",
    }
)
"""The only paths that need no key. Nothing of any team is shown there."""

LONGEST_TOKEN = 512
_VISIBLE = re.compile(r"[!-~]*")


async def authenticate(connection: Connection, _: BaseRouteHandler) -> None:
    """Litestar guard for the whole application: set the actor, or raise an `unauthenticated` Refusal.

    OPTIONS says nothing but which methods a path has, and the OpenAPI document says that to everybody.
    """
    if connection.scope["path_template"] in OPEN or connection.scope.get("method") == "OPTIONS":
        return
    rates: Rates = connection.app.state.rates
    try:
        actor = await _identified(connection)
    except Refusal as refusal:
        if refusal.kind is Kind.UNAUTHENTICATED:
            rates.stranger(connection)
        raise
    rates.request(connection, actor.team)
    connection.scope["user"] = actor


async def _identified(connection: Connection) -> Actor:
    dialect: Dialect = connection.state.dialect
    secret = secret_of(connection)
    actor: Actor = await connection.app.state.services.keys.authenticate(secret)
    await dialect.admit(connection, secret, actor)
    return actor


def secret_of(connection: Connection) -> str:
    """The secret in the one Authorization field (RFC 6750 §2.1); never one from the URL (A06)."""
    fields = connection.headers.getall("authorization", [])
    if not fields:
        raise _refused("authentication_required", "This needs a key.")
    scheme, _, token = fields[0].partition(" ")
    token = token.strip(" ")
    if (
        len(fields) > 1
        or scheme.lower() not in connection.state.dialect.schemes
        or not token
        or not _is_token(token)
    ):
        raise _refused("malformed_authorization", "The Authorization header is not of the form Bearer <key>.")
    return token


def _is_token(text: str) -> bool:
    """Printable ASCII without blanks: wider than RFC 6750's b64token, so that any key of ours fits."""
    return len(text) <= LONGEST_TOKEN and _VISIBLE.fullmatch(text) is not None


def _refused(code: str, text: str) -> Refusal:
    mend = "Send the header Authorization: Bearer <key>, once."
    return Refusal(Kind.UNAUTHENTICATED, code, text, mend=mend)
