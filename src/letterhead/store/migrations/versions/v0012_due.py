"""What is due: an index of what is pending, and one of all the rest."""

from alembic import op

revision = "0012"
down_revision = "0011"

# A row stands in one of them at most, so that a change costs what it did. Of what is pending the team is
# there too: those of a team that has to wait are passed over without their rows being read.
_DUE = (
    "DROP INDEX domain_due",
    """
    CREATE INDEX domain_due_pending ON domain (due_at, team)
    WHERE status = 'pending' AND due_at IS NOT NULL
    """,
    "CREATE INDEX domain_due_settled ON domain (due_at) WHERE status <> 'pending' AND due_at IS NOT NULL",
)


def upgrade() -> None:
    """Put two indexes in the place of one."""
    for statement in _DUE:
        op.execute(statement)
