"""Requests that were answered already, so that a repeated one is answered the same way."""

from alembic import op

from letterhead.store.dialect import in_dialect

revision = "0002"
down_revision = "0001"

_REQUEST = """
CREATE TABLE request (
    id       TEXT PRIMARY KEY CHECK (length(id) = 64),   -- SHA-256 of team, endpoint and Idempotency-Key
    api_key  TEXT NOT NULL,                              -- which of the team's keys sent it
    body     TEXT NOT NULL CHECK (length(body) = 64),    -- SHA-256 of the body, in hex
    begun_at BIGINT NOT NULL,
    answer   BLOB                                        -- sealed under the sender's secret; none yet: NULL
)
"""

_OLDEST = "CREATE INDEX request_oldest ON request (begun_at)"


def upgrade() -> None:
    """Make the table, then its index."""
    dialect = op.get_context().dialect.name
    for statement in (_REQUEST, _OLDEST):
        op.execute(in_dialect(statement, dialect))
