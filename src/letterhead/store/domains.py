"""Domains in the database.

Who holds a name is decided by the unique index `domain_held`, whether a change is still timely by the
version in the WHERE clause, and never by a look beforehand.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from letterhead.core.domain import Domain, Mode, Status
from letterhead.core.event import Event
from letterhead.core.hostname import Hostname
from letterhead.core.identity import SealedKey
from letterhead.ports import AlreadyRegistered, Change, HeldElsewhere, Stale, StoreError
from letterhead.store.database import Database, Params, Row, Statement, one_of
from letterhead.store.events import insertion
from letterhead.store.instant import from_micros, to_micros
from letterhead.store.reports import replacement

# Seen by the store whenever it reads a row (core/domain.py): other rows of the same hostname.
_COLUMNS = """
domain.*,
EXISTS (SELECT 1 FROM domain AS other WHERE other.hostname = domain.hostname
        AND other.team <> domain.team AND (other.status <> 'deleted' OR other.ever_held = 1)) AS contested,
EXISTS (SELECT 1 FROM domain AS other WHERE other.hostname = domain.hostname
        AND other.id <> domain.id AND other.held = 1) AS held_elsewhere
"""

_SELECT = f"SELECT {_COLUMNS} FROM domain"  # noqa: S608 - constants alone

_INSERT = """
INSERT INTO domain (
    id, team, hostname, reversed_hostname, profile, token, selectors, dkim_key, mode, status, held, ever_held,
    version, created_at, updated_at, verified_at, lapsed_at, asked_at, rung, due_at, expires_at, transfer_to)
VALUES (
    :id, :team, :hostname, :reversed_hostname, :profile, :token, :selectors, :dkim_key, :mode, :status, :held,
    :ever_held, :version, :created_at, :updated_at, :verified_at, :lapsed_at, :asked_at, :rung, :due_at,
    :expires_at, :transfer_to)
"""

# What a registration is stays as it was: its hostname, its profile, when it was made.
_UPDATE = """
UPDATE domain SET
    team = :team, token = :token, selectors = :selectors, dkim_key = :dkim_key, mode = :mode,
    status = :status, held = :held, ever_held = :ever_held, updated_at = :updated_at,
    verified_at = :verified_at, lapsed_at = :lapsed_at, asked_at = :asked_at, rung = :rung, due_at = :due_at,
    expires_at = :expires_at, transfer_to = :transfer_to, leased_until = NULL, version = version + 1
WHERE id = :id AND version = :version
"""

_LEASE = f"""
WITH due AS (
    SELECT id FROM domain WHERE due_at <= :now AND (leased_until IS NULL OR leased_until <= :now)
    ORDER BY due_at, id LIMIT :limit {{skip_locked}})
UPDATE domain SET leased_until = :until WHERE id IN (SELECT id FROM due)
RETURNING {_COLUMNS.replace("domain.*", "*")}
"""  # noqa: S608 - constants alone; RETURNING takes no "domain.*" in SQLite

_SEALED = """
SELECT domain.hostname, key.selector, key.sealed FROM signing_key AS key JOIN domain ON domain.id = key.domain
ORDER BY key.domain DESC LIMIT 1
"""


class DomainTable:
    """Fills ports.Domains."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, domain: Domain, keys: Sequence[SealedKey], events: Sequence[Event]) -> Domain:
        """Save a new registration. Raises AlreadyRegistered, or HeldElsewhere for one that holds at once."""
        *_, rows = await self._database.write(
            Statement(_INSERT, _values(domain), duplicates=_duplicates(domain)),
            *(_key_insertion(domain.id, key) for key in keys),
            *(insertion(event) for event in events),
            _reading(domain.id),
        )
        return _domain(rows[0])

    async def of_team(self, team: str, domain: str) -> Domain | None:
        """One domain of a team by its id."""
        return await self._one(
            "id = :id AND team = :team AND status <> 'deleted'", {"id": domain, "team": team}
        )

    async def by_id(self, domain: str) -> Domain | None:
        """One domain of anybody's, deleted ones included."""
        return await self._one("id = :id", {"id": domain})

    async def offered(self, team: str, domain: str) -> Domain | None:
        """A domain of another team's that is offered to this one."""
        return await self._one(
            "id = :id AND transfer_to = :team AND team <> :team AND status <> 'deleted'",
            {"id": domain, "team": team},
        )

    async def page(
        self,
        team: str,
        *,
        limit: int,
        before: str | None = None,
        status: Status | None = None,
        hostname: str | None = None,
        only: frozenset[str] | None = None,
    ) -> list[Domain]:
        """A team's domains, newest first. Ids grow with time, so the index (team, id) is the order."""
        params: dict[str, int | str | None] = {
            "team": team,
            "limit": limit,
            "before": before,
            "status": status,
            "hostname": hostname,
        }
        where = ["team = :team AND status <> 'deleted'"]
        if before is not None:
            where.append("id < :before")
        if status is not None:
            where.append("status = :status")
        if hostname is not None:
            where.append("hostname = :hostname")
        if only is not None:
            names, values = one_of("only", sorted(only))
            where.append(f"id IN {names}")
            params |= values
        return await self._many(f"{' AND '.join(where)} ORDER BY id DESC LIMIT :limit", params)

    async def others(self, hostname: str, team: str) -> list[Domain]:
        """Other teams' registrations of the very same hostname, not deleted."""
        return await self._many(
            "hostname = :hostname AND team <> :team AND status <> 'deleted' ORDER BY id",
            {"hostname": hostname, "team": team},
        )

    async def relatives(self, hostname: str, ancestors: Sequence[str]) -> list[Domain]:
        """Held domains, of any team, above or below. Read backwards, all below are one range of an index."""
        names, params = one_of("ancestor", ancestors)
        backwards = _reversed(hostname)
        related = await self._many(
            # `held = 1` twice: only so does each half find its own partial index.
            f"(held = 1 AND hostname IN {names})"
            " OR (held = 1 AND reversed_hostname > :below AND reversed_hostname < :beyond)",
            {**params, "below": f"{backwards}.", "beyond": f"{backwards}/"},  # "/" follows "." in ASCII
        )
        return sorted(related, key=lambda domain: _reversed(domain.hostname))

    async def count(self, team: str) -> int:
        """How many domains a team has, deleted ones not counted."""
        rows = await self._database.read(
            "SELECT COUNT(*) AS domains FROM domain WHERE team = :team AND status <> 'deleted'",
            {"team": team},
        )
        return int(rows[0]["domains"])

    async def save(self, changes: Sequence[Change]) -> list[Domain]:
        """Save all or nothing. Raises Stale, HeldElsewhere; AlreadyRegistered where a transfer meets a twin.

        Who lets go of a name is saved before who takes it, in whatever order they are given.
        """
        saved = await self._database.write(
            *(_update(change.domain) for change in sorted(changes, key=lambda change: change.domain.held)),
            *(statement for change in changes for statement in _company(change)),
            *(_reading(change.domain.id) for change in changes),
        )
        return [_domain(rows[0]) for rows in saved[len(saved) - len(changes) :]]

    async def lease(self, now: datetime, until: datetime, limit: int) -> list[Domain]:
        """Take what is due. A lease spares others the work and no more: the version fences every save."""
        params = {"now": to_micros(now), "until": to_micros(until), "limit": limit}
        sql = _LEASE.format(skip_locked=self._database.skip_locked)
        (rows,) = await self._database.write(Statement(sql, params))
        return [_domain(row) for row in sorted(rows, key=lambda row: (row["due_at"], row["id"]))]

    async def release(self, domain: str) -> None:
        """Give a leased domain back at once."""
        sql = "UPDATE domain SET leased_until = NULL WHERE id = :id"
        await self._database.write(Statement(sql, {"id": domain}))

    async def sealed(self) -> tuple[str, SealedKey] | None:
        """The newest of all private keys and the hostname that it is for."""
        for row in await self._database.read(_SEALED, {}):
            return row["hostname"], SealedKey(row["selector"], row["sealed"])
        return None

    async def _one(self, where: str, params: Params) -> Domain | None:
        domains = await self._many(where, params)
        return domains[0] if domains else None

    async def _many(self, where: str, params: Params) -> list[Domain]:
        return [_domain(row) for row in await self._database.read(f"{_SELECT} WHERE {where}", params)]


def _reading(domain: str) -> Statement:
    lost = StoreError(f"{domain} is gone")
    return Statement(f"{_SELECT} WHERE id = :id", {"id": domain}, otherwise=lost)


def _update(domain: Domain) -> Statement:
    stale = Stale(f"{domain.id} was changed since its version {domain.version} was read")
    return Statement(_UPDATE, _values(domain), otherwise=stale, duplicates=_duplicates(domain))


def _company(change: Change) -> Iterator[Statement]:
    """What is saved with a domain: its report, its events, and the end of its keys when it ends itself."""
    if change.report is not None:
        yield replacement(change.domain.id, change.report)
    if change.domain.status is Status.DELETED:
        yield Statement("DELETE FROM signing_key WHERE domain = :domain", {"domain": change.domain.id})
    for event in change.events:
        yield insertion(event)


def _key_insertion(domain: str, key: SealedKey) -> Statement:
    sql = "INSERT INTO signing_key (domain, selector, sealed) VALUES (:domain, :selector, :sealed)"
    return Statement(sql, {"domain": domain, "selector": key.selector, "sealed": key.sealed})


def _duplicates(domain: Domain) -> dict[str, StoreError]:
    return {
        "domain_registered": AlreadyRegistered(f"{domain.team} has registered {domain.hostname} before"),
        "domain_held": HeldElsewhere(f"{domain.hostname} is held by another registration"),
    }


def _reversed(hostname: str) -> str:
    """The labels in reverse: "mail.acme.com" is kept as "com.acme.mail" too."""
    return ".".join(reversed(hostname.split(".")))


def _values(domain: Domain) -> Params:
    return {
        "id": domain.id,
        "team": domain.team,
        "hostname": domain.hostname,
        "reversed_hostname": _reversed(domain.hostname),
        "profile": domain.profile,
        "token": domain.token,
        "selectors": msgspec.json.encode(domain.selectors).decode(),
        "dkim_key": domain.dkim_key,
        "mode": domain.mode.value,
        "status": domain.status.value,
        "held": int(domain.held),
        "ever_held": int(domain.ever_held),
        "version": domain.version,
        "created_at": to_micros(domain.created_at),
        "updated_at": to_micros(domain.updated_at),
        "verified_at": to_micros(domain.verified_at),
        "lapsed_at": to_micros(domain.lapsed_at),
        "asked_at": to_micros(domain.asked_at),
        "rung": domain.rung,
        "due_at": to_micros(domain.due_at),
        "expires_at": to_micros(domain.expires_at),
        "transfer_to": domain.transfer_to,
    }


def _domain(row: Row) -> Domain:
    return Domain(
        id=row["id"],
        team=row["team"],
        hostname=Hostname(row["hostname"]),
        profile=row["profile"],
        token=row["token"],
        created_at=from_micros(row["created_at"]),
        updated_at=from_micros(row["updated_at"]),
        due_at=from_micros(row["due_at"]),
        selectors=msgspec.json.decode(row["selectors"], type=tuple[str, ...]),
        dkim_key=row["dkim_key"],
        mode=Mode(row["mode"]),
        status=Status(row["status"]),
        held=bool(row["held"]),
        ever_held=bool(row["ever_held"]),
        contested=bool(row["contested"]),
        held_elsewhere=bool(row["held_elsewhere"]),
        version=row["version"],
        verified_at=from_micros(row["verified_at"]),
        lapsed_at=from_micros(row["lapsed_at"]),
        asked_at=from_micros(row["asked_at"]),
        rung=row["rung"],
        expires_at=from_micros(row["expires_at"]),
        transfer_to=row["transfer_to"],
    )
