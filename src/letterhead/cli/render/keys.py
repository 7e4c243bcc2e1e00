"""Keys: which are in force, never what they are."""

from letterhead.cli.answers import Key, Keys
from letterhead.cli.render.screen import Screen, moment


def keys(screen: Screen, shown: Keys) -> None:
    """A line for each key."""
    heads = ("ID", "NAME", "HINT", "PERMISSIONS", "DOMAINS", "CREATED", "LAST USED", "EXPIRES")
    screen.table(heads, [_row(key) for key in shown.data])
    if shown.next_cursor is not None:
        screen.line("There are more: --all shows them.")


def _row(key: Key) -> tuple[str, ...]:
    return (
        key.id,
        key.name,
        key.hint,
        " ".join(key.permissions),
        "all" if key.domains is None else " ".join(key.domains),
        moment(key.created_at),
        moment(key.last_used_at) or "never",
        moment(key.expires_at) or "never",
    )
