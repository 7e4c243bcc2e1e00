"""What is kept of each domain in order to notice cheaply that its DNS has changed."""

from alembic import op

from letterhead.store.dialect import in_dialect

revision = "0005"
down_revision = "0004"

# A small table of its own: it is read from one end to the other in each cycle, and written only when a domain
# is examined or changed.
_NOTICE = """
CREATE TABLE snapshot (
    domain     TEXT PRIMARY KEY REFERENCES domain (id),
    questions  BLOB NOT NULL,
    digest     BLOB NOT NULL,
    checked_at BIGINT NOT NULL
)
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(in_dialect(_NOTICE, op.get_context().dialect.name))
