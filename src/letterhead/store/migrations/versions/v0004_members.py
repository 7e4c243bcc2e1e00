"""Members of teams, and what dialects keep of a domain."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Nothing yet."""
