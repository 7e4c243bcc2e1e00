"""Letters are those of one team, and notices know when they are due."""

from alembic import op

from letterhead.store.dialect import in_dialect

revision = "0010"
down_revision = "0009"

_TEAMS = (
    # NULL in old ones that tell of nothing, or of several teams. None of these leaves any more: what is still
    # to be told is written anew.
    "ALTER TABLE letter ADD COLUMN team TEXT REFERENCES team (id)",
    """
    UPDATE letter SET team = told.team FROM (
        SELECT letter AS id, MIN(team) AS team FROM owner_notice WHERE letter IS NOT NULL
        GROUP BY letter HAVING COUNT(DISTINCT team) = 1
    ) AS told WHERE told.id = letter.id
    """,
    """
    UPDATE owner_notice SET letter = NULL
    WHERE letter IN (SELECT id FROM letter WHERE team IS NULL AND due_at IS NOT NULL)
    """,
    "UPDATE letter SET due_at = NULL WHERE team IS NULL",
    "DROP INDEX letter_last",
    "CREATE INDEX letter_last ON letter (team, email, created_at)",
)

_DUE = (
    # NULL once it has its letter, or was given up.
    "ALTER TABLE owner_notice ADD COLUMN due_at BIGINT CHECK (due_at IS NULL OR letter IS NULL)",
    "UPDATE owner_notice SET due_at = at WHERE letter IS NULL",
    "DROP INDEX owner_notice_waiting",
    "CREATE INDEX owner_notice_waiting ON owner_notice (team, email, id) WHERE due_at IS NOT NULL",
    "CREATE INDEX owner_notice_due ON owner_notice (due_at) WHERE due_at IS NOT NULL",
)


def upgrade() -> None:
    """Add the columns and fill them from what is there."""
    dialect = op.get_context().dialect.name
    for statement in (*_TEAMS, *_DUE):
        op.execute(in_dialect(statement, dialect))
