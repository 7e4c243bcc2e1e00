"""Keys: made, listed, revoked. The secret is shown once, by the answer that makes it."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from letterhead.api import page
from letterhead.api.moment import in_utc, moment
from letterhead.api.native.responses import BODY, problems
from letterhead.api.request import Request
from letterhead.core import team

LISTING = "keys"
_Word = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[!-~]+$")]
"""Printable ASCII without blanks: names of roles and permissions, ids."""


class NewKey(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A key to make: with a role or with permissions, never with more than the asking key holds itself.

    `domains` limits it to some domains of the team, by their ids, and `mailboxes` to some mailboxes: with
    these it sees only the domains that are named too. `member` says whose it is: it never does more than they
    may, and ends with them; without it, it is whose the asking key is.
    """

    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["ci"])]
    role: _Word | None = None
    permissions: Annotated[list[_Word], Meta(max_length=100)] | None = None
    domains: Annotated[list[_Word], Meta(max_length=1000)] | None = None
    mailboxes: Annotated[list[_Word], Meta(max_length=1000)] | None = None
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None
    member: _Word | None = None


class Key(msgspec.Struct, kw_only=True):
    """A key without its secret; `hint` is the secret's beginning and end, to tell keys apart."""

    id: str
    name: str
    hint: str
    permissions: list[str]
    domains: list[str] | None
    mailboxes: list[str] | None
    member: str | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class KeyWithSecret(Key, kw_only=True):
    """A key that was just made, with its secret, which is never shown again."""

    secret: str


class KeyPage(msgspec.Struct, kw_only=True):
    """Keys in force, newest first."""

    data: list[Key]
    next_cursor: str | None


def shown(key: team.Key) -> Key:
    """A key in the words of this interface."""
    return Key(
        id=key.id,
        name=key.name,
        hint=key.hint,
        permissions=sorted(key.permissions),
        domains=None if key.domains is None else sorted(key.domains),
        mailboxes=None if key.mailboxes is None else sorted(key.mailboxes),
        member=key.member,
        created_at=moment(key.created_at),
        expires_at=moment(key.expires_at),
        last_used_at=moment(key.last_used_at),
    )


@post("/keys", tags=["keys"], responses=problems(404, 409, *BODY))
async def create_key(request: Request, data: JSONBody[NewKey]) -> KeyWithSecret:
    """Make a key for the same team. The answer is the only place where its secret is ever shown."""
    key, secret = await request.services.keys.create(
        request.actor,
        name=data.name,
        role=data.role,
        permissions=None if data.permissions is None else frozenset(data.permissions),
        domains=None if data.domains is None else frozenset(data.domains),
        mailboxes=None if data.mailboxes is None else frozenset(data.mailboxes),
        expires_at=in_utc(data.expires_at, "expires_at"),
        member=data.member,
    )
    return KeyWithSecret(**msgspec.structs.asdict(shown(key)), secret=secret)


@get("/keys", tags=["keys"], responses=problems(422))
async def list_keys(
    request: Request, limit: page.Limit = page.DEFAULT, cursor: page.CursorText = None
) -> KeyPage:
    """The team's keys that are in force, newest first, without their secrets."""
    before = page.position(request, LISTING, cursor)
    found = await request.services.keys.page(request.actor, limit=limit + 1, before=before)
    keys, next_cursor = page.cut(request, LISTING, found, limit, lambda key: key.id)
    return KeyPage(data=[shown(key) for key in keys], next_cursor=next_cursor)


@delete("/keys/{key_id:str}", tags=["keys"], responses=problems(404))
async def revoke_key(request: Request, key_id: FromPath[str]) -> None:
    """Revoke a key; its next request is refused."""
    await request.services.keys.revoke(request.actor, key_id)
