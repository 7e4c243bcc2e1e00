"""Members of teams in the database. Who is removed stays as a row: events and keys name them."""

from letterhead.core.event import Event
from letterhead.core.team import Member, MemberRole
from letterhead.ports import AlreadyMember, LastOwner, Stale
from letterhead.store.database import Database, Params, Row, Statement
from letterhead.store.events import insertion
from letterhead.store.instant import from_micros, to_micros

_INSERT = """
INSERT INTO member (id, team, email, role, created_at) VALUES (:id, :team, :email, :role, :created_at)
"""

# Two who go at once go one after the other: whoever is second waits here, and then sees who is left.
_IN_TURN = "UPDATE team SET slug = slug WHERE id = :team"

_AS_READ = "SELECT id FROM member WHERE id = :id AND team = :team AND role = :role AND removed_at IS NULL"

_OWNER_STAYS = """
    (role <> 'owner' OR EXISTS (SELECT 1 FROM member AS other
        WHERE other.team = :team AND other.role = 'owner' AND other.id <> :id AND other.removed_at IS NULL))
"""

_CHANGE = f"UPDATE member SET role = :to WHERE id = :id AND (:to = 'owner' OR {_OWNER_STAYS})"  # noqa: S608 - constants alone

_REMOVE = f"UPDATE member SET removed_at = :at WHERE id = :id AND {_OWNER_STAYS}"  # noqa: S608 - constants alone

_REVOKE = "UPDATE api_key SET revoked_at = :at WHERE member = :id AND revoked_at IS NULL"


class MemberTable:
    """Fills ports.Members."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, member: Member, event: Event) -> None:
        """Save a member. Raises AlreadyMember."""
        known = AlreadyMember(f"{member.team} has a member with this address")
        await self._database.write(
            Statement(_INSERT, _values(member), duplicates={"member_email": known}), insertion(event)
        )

    async def of_team(self, team: str, member: str) -> Member | None:
        """One member of a team by their id."""
        sql = "SELECT * FROM member WHERE id = :id AND team = :team AND removed_at IS NULL"
        rows = await self._database.read(sql, {"id": member, "team": team})
        return _member(rows[0]) if rows else None

    async def page(self, team: str, *, limit: int, before: str | None = None) -> list[Member]:
        """A team's members, those with an id below `before`, newest first."""
        where = "team = :team AND removed_at IS NULL"
        if before is not None:
            where += " AND id < :before"
        sql = f"SELECT * FROM member WHERE {where} ORDER BY id DESC LIMIT :limit"  # noqa: S608 - constants alone
        params: Params = {"team": team, "limit": limit, "before": before}
        return [_member(row) for row in await self._database.read(sql, params)]

    async def owners(self, team: str) -> list[str]:
        """The addresses of a team's owners."""
        where = "team = :team AND role = 'owner' AND removed_at IS NULL"
        sql = f"SELECT email FROM member WHERE {where} ORDER BY id"  # noqa: S608 - constants alone
        return [row["email"] for row in await self._database.read(sql, {"team": team})]

    async def change(self, member: Member, role: MemberRole, event: Event) -> None:
        """Give a member, as read before, another role. Raises Stale, LastOwner."""
        params = {**_values(member), "to": role.value}
        await self._database.write(
            *_guard(member),
            Statement(_CHANGE, params, otherwise=_last_owner(member)),
            insertion(event),
        )

    async def remove(self, member: Member, event: Event) -> None:
        """Remove a member, as read before, and revoke the keys that are theirs. Raises Stale, LastOwner."""
        params = {**_values(member), "at": to_micros(event.at)}
        await self._database.write(
            *_guard(member),
            Statement(_REMOVE, params, otherwise=_last_owner(member)),
            Statement(_REVOKE, params),
            insertion(event),
        )


def _guard(member: Member) -> tuple[Statement, ...]:
    stale = Stale(f"{member.id} was changed since it was read")
    return Statement(_IN_TURN, _values(member)), Statement(_AS_READ, _values(member), otherwise=stale)


def _last_owner(member: Member) -> LastOwner:
    return LastOwner(f"{member.id} is the last owner of {member.team}")


def _values(member: Member) -> Params:
    return {
        "id": member.id,
        "team": member.team,
        "email": member.email,
        "role": member.role.value,
        "created_at": to_micros(member.created_at),
    }


def _member(row: Row) -> Member:
    return Member(
        id=row["id"],
        team=row["team"],
        email=row["email"],
        role=MemberRole(row["role"]),
        created_at=from_micros(row["created_at"]),
    )
