"""Where the store is: the `[store] url` of the configuration, read."""

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

from letterhead.core.refusal import invalid
from letterhead.ports import StoreError

_SCHEME = "sqlite:///"


def is_postgres(url: str) -> bool:
    """Whether a URL names a PostgreSQL database; what else it says is for libpq to understand."""
    return url.startswith("postgresql://")


def require_psycopg() -> None:
    """Raise StoreError unless what talks to PostgreSQL is installed."""
    if find_spec("psycopg") is None or find_spec("psycopg_pool") is None:
        raise StoreError(
            'PostgreSQL needs psycopg, which is not installed: pip install "psycopg[binary,pool]"'
        )


def sqlite_path(url: str) -> Path:
    """The file that "sqlite:///relative/path.db" or "sqlite:////absolute/path.db" names.

    Raises Refusal (store_url) for anything else.
    """
    path = unquote(url.removeprefix(_SCHEME))
    unfit = not path or path.startswith(":") or "\0" in path
    if not url.startswith(_SCHEME) or unfit or {"?", "#"} & set(url):
        raise invalid(
            "store_url",
            "The store's URL names neither an SQLite file nor a PostgreSQL database.",
            mend='Write "sqlite:///letterhead.db", "sqlite:////var/lib/letterhead/letterhead.db" or'
            ' "postgresql://letterhead@localhost/letterhead".',
            param="store.url",
        )
    return Path(path)
