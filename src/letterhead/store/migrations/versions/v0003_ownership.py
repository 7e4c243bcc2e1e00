"""Who may have what below a name, and who was told that a name is to be yielded."""

from alembic import op

from letterhead.store.dialect import in_dialect

revision = "0003"
down_revision = "0002"

_COLUMNS = (
    "approvals TEXT NOT NULL DEFAULT '{}'",  # names below, each with the team that may have it, as JSON
    "outproven_at BIGINT",
    "revoked_at BIGINT",
)


def upgrade() -> None:
    """Add the columns; whoever holds a name now was told nothing yet."""
    dialect = op.get_context().dialect.name
    for column in _COLUMNS:
        op.execute(in_dialect(f"ALTER TABLE domain ADD COLUMN {column}", dialect))
