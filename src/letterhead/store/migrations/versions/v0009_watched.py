"""Until when somebody watches a domain."""

from alembic import op

revision = "0009"
down_revision = "0008"

# What nobody watches any more stays in the index, in front of all that somebody does.
_WATCHED = (
    "ALTER TABLE domain ADD COLUMN watched_until BIGINT",
    "CREATE INDEX domain_watched ON domain (watched_until) WHERE watched_until IS NOT NULL",
)


def upgrade() -> None:
    """Add the column and its index."""
    for statement in _WATCHED:
        op.execute(statement)
