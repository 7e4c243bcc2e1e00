"""Members of teams, what dialects keep of a domain, counts that are read often, evidence that is not."""

from alembic import op

from letterhead.store.dialect import in_dialect

revision = "0004"
down_revision = "0003"

_DOMAINS = (
    "ALTER TABLE domain ADD COLUMN region TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE domain ADD COLUMN provider TEXT NOT NULL DEFAULT ''",
    # One default domain for each team, by construction. No reference: tables that refer to one another in a
    # circle can't be copied in any order.
    "ALTER TABLE team ADD COLUMN default_domain TEXT",
    # How many domains a team has (O19), and how many it registered on the last day on which it did (O12), a
    # day of UTC, counted from 1970-01-01. Kept with each change: counting costs the more, the more there are.
    "ALTER TABLE team ADD COLUMN domains BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE team ADD COLUMN registered BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE team ADD COLUMN registered_on BIGINT NOT NULL DEFAULT 0",
    """
    UPDATE team SET domains =
        (SELECT COUNT(*) FROM domain WHERE domain.team = team.id AND domain.status <> 'deleted')
    """,
)

# What each server said is most of a report, and few read it. Where this is NULL it stands in the body still.
_EVIDENCE = ("ALTER TABLE report ADD COLUMN evidence TEXT",)

_MEMBERS = (
    """
    CREATE TABLE member (
        id         TEXT PRIMARY KEY,
        team       TEXT NOT NULL REFERENCES team (id),
        email      TEXT NOT NULL,
        role       TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
        created_at BIGINT NOT NULL,
        removed_at BIGINT
    )
    """,
    "CREATE UNIQUE INDEX member_email ON member (team, email) WHERE removed_at IS NULL",
    "CREATE INDEX member_page ON member (team, id) WHERE removed_at IS NULL",
    "ALTER TABLE api_key ADD COLUMN member TEXT REFERENCES member (id)",
    "CREATE INDEX api_key_member ON api_key (member) WHERE member IS NOT NULL AND revoked_at IS NULL",
)

# Events of keys and members have no domain. SQLite takes a NOT NULL away only with the whole table.
_EVENTS = {
    "postgresql": (
        "ALTER TABLE event ALTER COLUMN domain DROP NOT NULL",
        "ALTER TABLE event ALTER COLUMN hostname DROP NOT NULL",
    ),
    "sqlite": (
        """
        CREATE TABLE event_anew (
            id       INTEGER PRIMARY KEY AUTOINCREMENT,
            team     TEXT NOT NULL REFERENCES team (id),
            domain   TEXT REFERENCES domain (id),
            hostname TEXT,
            kind     TEXT NOT NULL,
            at       BIGINT NOT NULL,
            data     TEXT NOT NULL
        )
        """,
        "INSERT INTO event_anew SELECT id, team, domain, hostname, kind, at, data FROM event",
        "DROP TABLE event",
        "ALTER TABLE event_anew RENAME TO event",
        "CREATE INDEX event_page ON event (team, id)",
        "CREATE INDEX event_page_of_domain ON event (team, domain, id)",
    ),
}

_BROKEN_ZONES = (
    "ALTER TABLE domain ADD COLUMN broken_since BIGINT",
    "ALTER TABLE domain ADD COLUMN broken_cycles INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE domain ADD COLUMN broken_told SMALLINT NOT NULL DEFAULT 0 CHECK (broken_told IN (0, 1))",
)


def upgrade() -> None:
    """Add the columns, then the tables."""
    dialect = op.get_context().dialect.name
    for statement in (*_DOMAINS, *_EVIDENCE, *_MEMBERS, *_EVENTS[dialect], *_BROKEN_ZONES):
        op.execute(in_dialect(statement, dialect))
