"""Domains in the database.

Who holds a name is decided by the unique index `domain_held`, whether a change is still timely by the
version in the WHERE clause, and never by a look beforehand.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from letterhead.core.domain import Domain, Status
from letterhead.core.event import Event
from letterhead.core.identity import SealedKey
from letterhead.ports import (
    AlreadyRegistered,
    Change,
    HeldElsewhere,
    NoRoom,
    Reading,
    Room,
    Stale,
    StoreError,
)
from letterhead.store.database import Database, Params, Statement, one_of
from letterhead.store.domain_row import COLUMNS, backwards, domain_of, values_of
from letterhead.store.events import insertion
from letterhead.store.instant import to_days
from letterhead.store.recent import Recent
from letterhead.store.reports import replacement, report_of
from letterhead.store.snapshots import succession

_SELECT = f"SELECT {COLUMNS} FROM domain"  # noqa: S608 - constants alone

# A report is saved only with its domain: at the version that is known, it is what it was, and not read again.
_WITH_REPORT = f"""
SELECT {COLUMNS},
    CASE WHEN version <> :known THEN (SELECT body FROM report WHERE report.domain = domain.id) END AS body
FROM domain WHERE id = :id AND team = :team AND status <> 'deleted'
"""  # noqa: S608 - constants alone

READINGS = 1_000
"""How many domains are kept as they were read last, some 12 megabytes (docs/decisions/0013)."""

_INSERT = """
INSERT INTO domain (
    approvals, outproven_at, revoked_at,
    id, team, hostname, reversed_hostname, profile, token, selectors, dkim_key, mode, status, held, ever_held,
    version, created_at, updated_at, verified_at, lapsed_at, asked_at, rung, due_at, expires_at, transfer_to,
    region, provider, broken_since, broken_cycles, broken_told)
VALUES (
    :approvals, :outproven_at, :revoked_at,
    :id, :team, :hostname, :reversed_hostname, :profile, :token, :selectors, :dkim_key, :mode, :status, :held,
    :ever_held, :version, :created_at, :updated_at, :verified_at, :lapsed_at, :asked_at, :rung, :due_at,
    :expires_at, :transfer_to, :region, :provider, :broken_since, :broken_cycles, :broken_told)
"""

# Who began to watch it since it was read is not put off by what was decided without them.
# What a registration is stays as it was: its hostname, profile, region and provider, when it was made.
_UPDATE = """
UPDATE domain SET
    approvals = :approvals, outproven_at = :outproven_at, revoked_at = :revoked_at,
    team = :team, token = :token, selectors = :selectors, dkim_key = :dkim_key, mode = :mode,
    status = :status, held = :held, ever_held = :ever_held, updated_at = :updated_at,
    verified_at = :verified_at, lapsed_at = :lapsed_at, asked_at = :asked_at, rung = :rung,
    due_at = CASE
        WHEN due_at < :due_at AND watched_until > COALESCE(:watched_until, 0) THEN due_at ELSE :due_at END,
    expires_at = :expires_at, transfer_to = :transfer_to, broken_since = :broken_since,
    broken_cycles = :broken_cycles, broken_told = :broken_told, leased_until = NULL, version = version + 1
WHERE id = :id AND version = :version
"""

# One more for a team, unless it has no room; whoever comes next waits until this transaction is over (O12).
_ADMIT = """
UPDATE team SET
    domains = domains + 1,
    registered = CASE WHEN registered_on = :day THEN registered + 1 ELSE 1 END,
    registered_on = :day
WHERE id = :team AND domains < :domains
  AND (CASE WHEN registered_on = :day THEN registered ELSE 0 END) < :registrations
"""

# Before a domain is saved: the team that it leaves, by its end or for another team, has one less, and the
# team that it comes to one more.
_LEAVE = """
UPDATE team SET domains = domains - 1 WHERE id = (
    SELECT team FROM domain
    WHERE id = :id AND status <> 'deleted' AND (team <> :team OR :status = 'deleted'))
"""
_COME = """
UPDATE team SET domains = domains + 1 WHERE id = :team AND domains < :room AND EXISTS (
    SELECT 1 FROM domain
    WHERE id = :id AND :status <> 'deleted' AND (team <> :team OR status = 'deleted'))
"""
_BOUNDLESS = 2**62

_SEALED = """
SELECT domain.hostname, key.selector, key.sealed FROM signing_key AS key JOIN domain ON domain.id = key.domain
ORDER BY key.domain DESC LIMIT 1
"""


class DomainTable:
    """Fills ports.Domains."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._readings: Recent[tuple[int | None, list[Any], Reading]] = Recent(READINGS)

    async def add(
        self,
        domain: Domain,
        keys: Sequence[SealedKey],
        events: Sequence[Event],
        room: Room | None = None,
    ) -> Domain:
        """Save a new registration, as its team's default where it says so.

        Raises AlreadyRegistered, NoRoom, or HeldElsewhere for one that holds at once.
        """
        *_, rows = await self._database.write(
            _admission(domain, room),
            Statement(_INSERT, values_of(domain), duplicates=_duplicates(domain)),
            *((_default(domain, is_default=True),) if domain.is_default else ()),
            *(_key_insertion(domain.id, key) for key in keys),
            *(insertion(event) for event in events),
            _reading(domain.id),
        )
        return domain_of(rows[0])

    async def of_team(self, team: str, domain: str) -> Domain | None:
        """One domain of a team by its id."""
        return await self._one(
            "id = :id AND team = :team AND status <> 'deleted'", {"id": domain, "team": team}
        )

    async def with_report(self, team: str, domain: str) -> Reading | None:
        """The same with its newest report, in one read; in none while nothing was committed since the last.

        Decoding is spared where a row says the same. All columns are compared, because a few of them change
        without the version.
        """
        moment = self._database.moment()
        read_at, values, last = self._readings.get(domain) or (None, [], None)
        if last and moment is not None and moment == read_at and last.domain.team == team:
            return last
        known = last.domain.version if last else 0
        for row in await self._database.read(_WITH_REPORT, {"id": domain, "team": team, "known": known}):
            *columns, body = row
            if last is None or columns != values:
                read = domain_of(columns)
                report = last.report if last and read.version == known else report_of(body)
                last = Reading(read, report)
            self._readings.put(domain, (moment, columns, last))
            return last
        return None

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

    async def listing(
        self,
        team: str,
        *,
        limit: int,
        offset: int,
        statuses: frozenset[Status] | None = None,
        only: frozenset[str] | None = None,
    ) -> tuple[list[Domain], int]:
        """A team's domains from an offset on, newest first, and how many there are; dear where deep."""
        params: dict[str, int | str | None] = {"team": team, "limit": limit, "offset": offset}
        where = ["team = :team AND status <> 'deleted'"]
        for column, chosen in (("status", statuses), ("id", only)):
            if chosen is not None:
                names, values = one_of(f"only_{column}", sorted(chosen))
                where.append(f"{column} IN {names}")
                params |= values
        within = " AND ".join(where)
        domains = await self._many(f"{within} ORDER BY id DESC LIMIT :limit OFFSET :offset", params)
        return domains, await self._count(within, params)

    async def others(self, hostname: str, team: str) -> list[Domain]:
        """Other teams' registrations of the very same hostname, not deleted."""
        return await self._many(
            "hostname = :hostname AND team <> :team AND status <> 'deleted' ORDER BY id",
            {"hostname": hostname, "team": team},
        )

    async def relatives(self, hostname: str, ancestors: Sequence[str]) -> list[Domain]:
        """Held domains, of any team, above or below. Read backwards, all below are one range of an index."""
        names, params = one_of("ancestor", ancestors)
        below = backwards(hostname)
        related = await self._many(
            # `held = 1` twice: only so does each half find its own partial index.
            f"(held = 1 AND hostname IN {names})"
            " OR (held = 1 AND reversed_hostname > :below AND reversed_hostname < :beyond)",
            {**params, "below": f"{below}.", "beyond": f"{below}/"},  # "/" follows "." in ASCII
        )
        return sorted(related, key=lambda domain: backwards(domain.hostname))

    async def count(self, team: str) -> int:
        """How many domains a team has, deleted ones not counted."""
        rows = await self._database.read("SELECT domains FROM team WHERE id = :team", {"team": team})
        return int(rows[0]["domains"]) if rows else 0

    async def registered(self, team: str, now: datetime) -> int:
        """How many domains a team has registered on this day of UTC, deleted ones included."""
        sql = "SELECT registered FROM team WHERE id = :team AND registered_on = :day"
        rows = await self._database.read(sql, {"team": team, "day": to_days(now)})
        return int(rows[0]["registered"]) if rows else 0

    async def save(self, changes: Sequence[Change]) -> list[Domain]:
        """Save all or nothing. Raises Stale, HeldElsewhere; AlreadyRegistered where a transfer meets a twin.

        Who lets go of a name is saved before who takes it, in whatever order they are given.
        """
        saved = await self._database.write(
            *(statement for change in changes for statement in _removal(change)),
            *(_update(change.domain) for change in sorted(changes, key=lambda change: change.domain.held)),
            *(statement for change in changes for statement in _company(change)),
            *(_reading(change.domain.id) for change in changes),
        )
        return [domain_of(rows[0]) for rows in saved[len(saved) - len(changes) :]]

    async def sealed(self) -> tuple[str, SealedKey] | None:
        """The newest of all private keys and the hostname that it is for."""
        for row in await self._database.read(_SEALED, {}):
            return row["hostname"], SealedKey(row["selector"], row["sealed"])
        return None

    async def _one(self, where: str, params: Params) -> Domain | None:
        domains = await self._many(where, params)
        return domains[0] if domains else None

    async def _count(self, where: str, params: Params) -> int:
        sql = f"SELECT COUNT(*) AS domains FROM domain WHERE {where}"  # noqa: S608 - constants alone
        return int((await self._database.read(sql, params))[0]["domains"])

    async def _many(self, where: str, params: Params) -> list[Domain]:
        return [domain_of(row) for row in await self._database.read(f"{_SELECT} WHERE {where}", params)]


def _reading(domain: str) -> Statement:
    lost = StoreError(f"{domain} is gone")
    return Statement(f"{_SELECT} WHERE id = :id", {"id": domain}, otherwise=lost)


def _update(domain: Domain) -> Statement:
    stale = Stale(f"{domain.id} was changed since its version {domain.version} was read")
    return Statement(_UPDATE, values_of(domain), otherwise=stale, duplicates=_duplicates(domain))


def _company(change: Change) -> Iterator[Statement]:
    """What is saved with a domain: report, snapshot, events; when it ends, the end of its keys and report."""
    if change.report is not None:
        yield replacement(change.domain.id, change.report)
    yield from succession(change)
    if change.domain.status is Status.DELETED:
        for table in ("signing_key", "report"):
            yield Statement(f"DELETE FROM {table} WHERE domain = :domain", {"domain": change.domain.id})  # noqa: S608 - constants alone
    if change.is_default is not None:
        yield _default(change.domain, is_default=change.is_default)
    for event in change.events:
        yield insertion(event)


def _admission(domain: Domain, room: Room | None) -> Statement:
    """Counts a registration; refuses the transaction where the team has no room left for it."""
    params: Params = {
        "team": domain.team,
        "day": to_days(domain.created_at),
        "domains": room.domains if room else _BOUNDLESS,
        "registrations": room.registrations if room else _BOUNDLESS,
    }
    return Statement(_ADMIT, params, otherwise=_no_room(domain))


def _removal(change: Change) -> Iterator[Statement]:
    """Counts a domain that leaves its team; refuses the transaction where its new team has no room for it."""
    domain = change.domain
    params: Params = {
        "id": domain.id,
        "team": domain.team,
        "status": domain.status.value,
        "room": _BOUNDLESS if change.room is None else change.room,
    }
    yield Statement(_LEAVE, params)
    yield Statement(_COME, params, otherwise=None if change.room is None else _no_room(domain))


def _no_room(domain: Domain) -> NoRoom:
    return NoRoom(f"{domain.team} has no room for one more domain")


def _default(domain: Domain, *, is_default: bool) -> Statement:
    """Makes a domain its team's default in place of any other, or takes that from it, whosever it was."""
    params: Params = {"id": domain.id, "team": domain.team}
    if is_default:
        return Statement("UPDATE team SET default_domain = :id WHERE id = :team", params)
    return Statement("UPDATE team SET default_domain = NULL WHERE default_domain = :id", params)


def _key_insertion(domain: str, key: SealedKey) -> Statement:
    sql = "INSERT INTO signing_key (domain, selector, sealed) VALUES (:domain, :selector, :sealed)"
    return Statement(sql, {"domain": domain, "selector": key.selector, "sealed": key.sealed})


def _duplicates(domain: Domain) -> dict[str, StoreError]:
    return {
        "domain_registered": AlreadyRegistered(f"{domain.team} has registered {domain.hostname} before"),
        "domain_held": HeldElsewhere(f"{domain.hostname} is held by another registration"),
    }
