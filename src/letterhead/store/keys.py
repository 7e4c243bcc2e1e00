"""API keys in the database. Only a secret's digest ever comes here (A04)."""

from datetime import datetime

import msgspec

from letterhead.core.team import Key
from letterhead.store.database import Database, Params, Row, Statement
from letterhead.store.instant import from_micros, to_micros

_INSERT = """
INSERT INTO api_key (
    id, team, name, hint, digest, permissions, domains, created_at, expires_at, revoked_at, last_used_at)
VALUES (
    :id, :team, :name, :hint, :digest, :permissions, :domains, :created_at, :expires_at, :revoked_at,
    :last_used_at)
"""

_REVOKE = """
UPDATE api_key SET revoked_at = :at WHERE id = :id AND team = :team AND revoked_at IS NULL RETURNING id
"""

_USED = """
UPDATE api_key SET last_used_at = :at WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :at)
"""


class KeyTable:
    """Fills ports.Keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, key: Key) -> None:
        """Save a key."""
        await self._database.write(Statement(_INSERT, _values(key)))

    async def by_digest(self, digest: str) -> Key | None:
        """The key with this digest, whatever its state."""
        sql = "SELECT * FROM api_key WHERE digest = :digest"
        rows = await self._database.read(sql, {"digest": digest})
        return _key(rows[0]) if rows else None

    async def page(self, team: str, *, limit: int, before: str | None = None) -> list[Key]:
        """A team's keys that are not revoked, newest first; those that have run out are among them."""
        where = "team = :team AND revoked_at IS NULL"
        if before is not None:
            where += " AND id < :before"
        sql = f"SELECT * FROM api_key WHERE {where} ORDER BY id DESC LIMIT :limit"  # noqa: S608 - constants alone
        params: Params = {"team": team, "limit": limit, "before": before}
        return [_key(row) for row in await self._database.read(sql, params)]

    async def revoke(self, team: str, key: str, at: datetime) -> bool:
        """Revoke a key of the team at once. Returns whether there was one that was not revoked yet."""
        params: Params = {"id": key, "team": team, "at": to_micros(at)}
        (rows,) = await self._database.write(Statement(_REVOKE, params))
        return bool(rows)

    async def used(self, key: str, at: datetime) -> None:
        """Remember when a key was last used; an earlier moment never replaces a later one."""
        await self._database.write(Statement(_USED, {"id": key, "at": to_micros(at)}))


def _values(key: Key) -> Params:
    return {
        "id": key.id,
        "team": key.team,
        "name": key.name,
        "hint": key.hint,
        "digest": key.digest,
        "permissions": _json(key.permissions),
        "domains": None if key.domains is None else _json(key.domains),
        "created_at": to_micros(key.created_at),
        "expires_at": to_micros(key.expires_at),
        "revoked_at": to_micros(key.revoked_at),
        "last_used_at": to_micros(key.last_used_at),
    }


def _key(row: Row) -> Key:
    return Key(
        id=row["id"],
        team=row["team"],
        name=row["name"],
        hint=row["hint"],
        digest=row["digest"],
        permissions=msgspec.json.decode(row["permissions"], type=frozenset[str]),
        created_at=from_micros(row["created_at"]),
        domains=msgspec.json.decode(row["domains"] or "null", type=frozenset[str] | None),
        expires_at=from_micros(row["expires_at"]),
        revoked_at=from_micros(row["revoked_at"]),
        last_used_at=from_micros(row["last_used_at"]),
    )


def _json(names: frozenset[str]) -> str:
    return msgspec.json.encode(sorted(names)).decode()
