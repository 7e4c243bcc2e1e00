"""What the clocks of the machine showed last, where the database has none of its own."""

from alembic import op

from letterhead.store.dialect import in_dialect

revision = "0011"
down_revision = "0010"

_MARK = """
CREATE TABLE mark (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    boot       TEXT NOT NULL,
    monotonic  BIGINT NOT NULL,
    wall       BIGINT NOT NULL
)
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(in_dialect(_MARK, op.get_context().dialect.name))
