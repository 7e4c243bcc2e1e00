"""The addresses that teams have on the platform domain, and keys that are limited to some mailboxes."""

from alembic import op

from letterhead.store.dialect import in_dialect

revision = "0007"
down_revision = "0006"

_ADDRESSES = (
    """
    CREATE TABLE platform_address (
        id         TEXT PRIMARY KEY,
        team       TEXT NOT NULL REFERENCES team (id),
        local_part TEXT NOT NULL,  -- folded
        created_at BIGINT NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX platform_address_local_part ON platform_address (local_part)",
    "CREATE INDEX platform_address_page ON platform_address (team, id)",
    "ALTER TABLE api_key ADD COLUMN mailboxes TEXT",  # a JSON list of ids, as `domains` is
)


def upgrade() -> None:
    """Make the table and the column."""
    dialect = op.get_context().dialect.name
    for statement in _ADDRESSES:
        op.execute(in_dialect(statement, dialect))
