"""Teams in the database."""

from letterhead.core.team import Tally, Team
from letterhead.store.database import Database, Params, Row, Statement
from letterhead.store.instant import from_micros, to_micros

_INSERT = """
INSERT INTO team (id, slug, created_at) VALUES (:id, :slug, :created_at)
ON CONFLICT (slug) DO NOTHING
"""

# No team takes another's place by choosing the other's id for its slug: an id goes before.
_BY_SLUG_OR_ID = """
SELECT * FROM team WHERE slug = :name OR id = :name
ORDER BY CASE WHEN id = :name THEN 0 ELSE 1 END LIMIT 1
"""


_TALLY = """
SELECT
    (SELECT domains FROM team WHERE id = :team) AS domains,
    (SELECT COUNT(*) FROM member WHERE team = :team AND removed_at IS NULL) AS members,
    (SELECT COUNT(*) FROM api_key WHERE team = :team AND revoked_at IS NULL) AS keys
"""


class TeamTable:
    """Fills ports.Teams."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, team: Team) -> Team:
        """Save a team, or return the one that already has this slug."""
        params: Params = {"id": team.id, "slug": team.slug, "created_at": to_micros(team.created_at)}
        _, rows = await self._database.write(
            Statement(_INSERT, params),
            Statement("SELECT * FROM team WHERE slug = :slug", {"slug": team.slug}),
        )
        return _team(rows[0])

    async def by_slug(self, slug: str) -> Team | None:
        """A team by its slug or its id."""
        rows = await self._database.read(_BY_SLUG_OR_ID, {"name": slug})
        return _team(rows[0]) if rows else None

    async def tally(self, team: str) -> Tally:
        """How much a team has."""
        (row,) = await self._database.read(_TALLY, {"team": team})
        return Tally(domains=row["domains"], members=row["members"], keys=row["keys"])


def _team(row: Row) -> Team:
    return Team(
        id=row["id"],
        slug=row["slug"],
        created_at=from_micros(row["created_at"]),
        default_domain=row["default_domain"],
    )
