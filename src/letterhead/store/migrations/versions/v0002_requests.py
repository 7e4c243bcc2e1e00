"""Requests that were answered already, so that a repeated one is answered the same way."""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Nothing yet."""
