"""API keys in the database. Only a secret's digest ever comes here (A04)."""

from datetime import datetime
from typing import Any

import msgspec

from letterhead.core.event import Event
from letterhead.core.team import Key, MemberRole
from letterhead.ports import Stale
from letterhead.store.database import Database, Params, Statement
from letterhead.store.events import insertion
from letterhead.store.instant import from_micros, to_micros
from letterhead.store.recent import Recent

_INSERT = """
INSERT INTO api_key (
    id, team, name, hint, digest, permissions, domains, created_at, expires_at, revoked_at, last_used_at,
    member, mailboxes)
VALUES (
    :id, :team, :name, :hint, :digest, :permissions, :domains, :created_at, :expires_at, :revoked_at,
    :last_used_at, :member, :mailboxes)
"""

# Whoever removes the member at the same time waits until the key is there to be revoked (A19).
_STILL_MEMBER = "UPDATE member SET role = role WHERE id = :member AND team = :team AND removed_at IS NULL"

_COLUMNS = (
    *("id", "team", "name", "hint", "digest", "permissions", "domains", "mailboxes"),
    *("created_at", "expires_at", "revoked_at", "last_used_at", "member"),
)
_SELECT = f"""
SELECT {", ".join(f"api_key.{column}" for column in _COLUMNS)}, member.role AS member_role
FROM api_key LEFT JOIN member ON member.id = api_key.member
"""  # noqa: S608 - constants alone
_BY_DIGEST = f"{_SELECT} WHERE digest = :digest"

_REVOKE = """
UPDATE api_key SET revoked_at = :at WHERE id = :id AND team = :team AND revoked_at IS NULL RETURNING id
"""

_USED = """
UPDATE api_key SET last_used_at = :at WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :at)
"""

KEYS = 4_096
"""How many keys are kept as they were read last, some ten megabytes (docs/decisions/0013)."""


class KeyTable:
    """Fills ports.Keys."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: Recent[tuple[int | None, tuple[Any, ...], Key]] = Recent(KEYS)

    async def add(self, key: Key, event: Event) -> None:
        """Save a key, for a member only as long as they are one: raises Stale otherwise."""
        values = _values(key)
        gone = Stale(f"{key.member} is no member of {key.team}")
        await self._database.write(
            *([Statement(_STILL_MEMBER, values, otherwise=gone)] if key.member else []),
            Statement(_INSERT, values),
            insertion(event),
        )

    async def by_digest(self, digest: str) -> Key | None:
        """The key with this digest, whatever its state; read and decoded as sparingly as DomainTable does."""
        moment = self._database.moment()
        read_at, values, last = self._read.get(digest) or (None, (), None)
        if last and moment is not None and moment == read_at:
            return last
        for row in await self._database.read(_BY_DIGEST, {"digest": digest}):
            columns = tuple(row)
            if last is None or columns != values:
                last = _key(columns)
            self._read.put(digest, (moment, columns, last))
            return last
        return None

    async def by_id(self, key: str) -> Key | None:
        """The key with this id, whatever its state; for those that are at work already."""
        rows = await self._database.read(f"{_SELECT} WHERE api_key.id = :id", {"id": key})
        return _key(tuple(rows[0])) if rows else None

    async def page(self, team: str, *, limit: int, before: str | None = None) -> list[Key]:
        """A team's keys that are not revoked, newest first; those that have run out are among them."""
        where = "api_key.team = :team AND revoked_at IS NULL"
        if before is not None:
            where += " AND api_key.id < :before"
        sql = f"{_SELECT} WHERE {where} ORDER BY api_key.id DESC LIMIT :limit"
        params: Params = {"team": team, "limit": limit, "before": before}
        return [_key(tuple(row)) for row in await self._database.read(sql, params)]

    async def revoke(self, team: str, key: str, event: Event) -> bool:
        """Revoke a key of the team at once. Returns whether there was one that was not revoked yet."""
        params: Params = {"id": key, "team": team, "at": to_micros(event.at)}
        gone = Stale(f"{key} is no key in force of {team}")
        try:
            await self._database.write(Statement(_REVOKE, params, otherwise=gone), insertion(event))
        except Stale:
            return False
        return True

    async def used(self, key: str, at: datetime) -> None:
        """Remember when a key was last used; an earlier moment never replaces a later one."""
        await self._database.write(Statement(_USED, {"id": key, "at": to_micros(at)}))


_NAMES = msgspec.json.Decoder(frozenset[str])


def _values(key: Key) -> Params:
    return {
        "id": key.id,
        "team": key.team,
        "name": key.name,
        "hint": key.hint,
        "digest": key.digest,
        "permissions": _json(key.permissions),
        "domains": None if key.domains is None else _json(key.domains),
        "mailboxes": None if key.mailboxes is None else _json(key.mailboxes),
        "created_at": to_micros(key.created_at),
        "expires_at": to_micros(key.expires_at),
        "revoked_at": to_micros(key.revoked_at),
        "last_used_at": to_micros(key.last_used_at),
        "member": key.member,
    }


def _key(values: tuple[Any, ...]) -> Key:
    """The key of a row of _SELECT."""
    row = dict(zip((*_COLUMNS, "member_role"), values, strict=True))
    return Key(
        id=row["id"],
        team=row["team"],
        name=row["name"],
        hint=row["hint"],
        digest=row["digest"],
        permissions=_NAMES.decode(row["permissions"]),
        created_at=from_micros(row["created_at"]),
        domains=_NAMES.decode(row["domains"]) if row["domains"] else None,
        mailboxes=_NAMES.decode(row["mailboxes"]) if row["mailboxes"] else None,
        expires_at=from_micros(row["expires_at"]),
        revoked_at=from_micros(row["revoked_at"]),
        last_used_at=from_micros(row["last_used_at"]),
        member=row["member"],
        member_role=MemberRole(row["member_role"]) if row["member_role"] else None,
    )


def _json(names: frozenset[str]) -> str:
    return msgspec.json.encode(sorted(names)).decode()
