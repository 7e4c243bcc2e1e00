"""Authentication: from a bearer token to an actor, for every route that is not on the list below.

What the actor may do is decided in the services; here it is only found out who asks.
"""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from letterhead.core.refusal import Kind, Refusal

OPEN = frozenset({"/healthz", "/readyz", "/metrics", "/api/v2/openapi.json", "/openapi/native.json"})
"""The only paths that need no key. Nothing of any team is shown there."""

LONGEST_TOKEN = 512


async def authenticate(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Litestar guard for the whole application: set the actor, or raise an `unauthenticated` Refusal.

    OPTIONS says nothing but which methods a path has, and the OpenAPI document says that to everybody.
    """
    if connection.scope["path_template"] in OPEN or connection.scope.get("method") == "OPTIONS":
        return
    token = bearer(connection.headers.getall("authorization", []))
    connection.scope["user"] = await connection.app.state.services.keys.authenticate(token)


def bearer(fields: list[str]) -> str:
    """The token of the one Authorization field (RFC 6750 §2.1); never one from the URL (A06)."""
    if not fields:
        raise _refused("authentication_required", "This needs a key.")
    scheme, _, token = fields[0].partition(" ")
    token = token.strip(" ")
    if len(fields) > 1 or scheme.lower() != "bearer" or not token or not _is_token(token):
        raise _refused("malformed_authorization", "The Authorization header is not of the form Bearer <key>.")
    return token


def _is_token(text: str) -> bool:
    """Printable ASCII without blanks: wider than RFC 6750's b64token, so that any key of ours fits."""
    return len(text) <= LONGEST_TOKEN and all("!" <= char <= "~" for char in text)


def _refused(code: str, text: str) -> Refusal:
    mend = "Send the header Authorization: Bearer <key>, once."
    return Refusal(Kind.UNAUTHENTICATED, code, text, mend=mend)
