"""Who may have what below a name, and what became of names."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing yet."""
