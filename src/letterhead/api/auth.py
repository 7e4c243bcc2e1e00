"""Authentication: from a bearer token to an actor, for every route that is not on the list below.

What the actor may do is decided in the services; here it is only found out who asks.
"""

import re

from letterhead.api import charging
from letterhead.api.request import Request
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


async def authenticate(request: Request) -> None:
    """Set the actor of a request and count it. Raises `rate_limited`, or an `unauthenticated` Refusal."""
    try:
        request.actor = await _identified(request)
    except Refusal as refusal:
        if refusal.kind is Kind.UNAUTHENTICATED:
            charging.as_stranger(request)
        raise
    request.is_stranger = False
    charging.as_actor(request)


async def _identified(request: Request) -> Actor:
    secret = secret_of(request)
    actor = await request.services.keys.authenticate(secret)
    await request.dialect.admit(request.headers, request.services, secret, actor)
    return actor


def secret_of(request: Request) -> str:
    """The secret in the one Authorization field (RFC 6750 §2.1); never one from the URL (A06)."""
    fields = request.headers.getall("authorization")
    if not fields:
        raise _refused("authentication_required", "This needs a key.")
    scheme, _, token = fields[0].partition(" ")
    token = token.strip(" ")
    if len(fields) > 1 or scheme.lower() not in request.dialect.schemes or not token or not _is_token(token):
        raise _refused("malformed_authorization", "The Authorization header is not of the form Bearer <key>.")
    return token


def _is_token(text: str) -> bool:
    """Printable ASCII without blanks: wider than RFC 6750's b64token, so that any key of ours fits."""
    return len(text) <= LONGEST_TOKEN and _VISIBLE.fullmatch(text) is not None


def _refused(code: str, text: str) -> Refusal:
    mend = "Send the header Authorization: Bearer <key>, once."
    return Refusal(Kind.UNAUTHENTICATED, code, text, mend=mend)
