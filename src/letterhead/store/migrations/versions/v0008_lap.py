"""Where the patrol of all nodes stands."""

from alembic import op

from letterhead.store.dialect import in_dialect

revision = "0008"
down_revision = "0007"

_LAP = """
CREATE TABLE lap (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    place      TEXT NOT NULL,
    began_at   BIGINT NOT NULL,
    next_at    BIGINT NOT NULL,
    passed     BIGINT NOT NULL,
    expected   BIGINT,
    version    BIGINT NOT NULL
)
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(in_dialect(_LAP, op.get_context().dialect.name))
