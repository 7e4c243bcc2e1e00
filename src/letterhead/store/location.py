"""Where the store is: the `[store] url` of the configuration, read."""

from pathlib import Path
from urllib.parse import unquote

from letterhead.core.refusal import invalid

_SCHEME = "sqlite:///"


def sqlite_path(url: str) -> Path:
    """The file that "sqlite:///relative/path.db" or "sqlite:////absolute/path.db" names.

    Raises Refusal (store_url) for anything else.
    """
    path = unquote(url.removeprefix(_SCHEME))
    if not url.startswith(_SCHEME) or not path or path.startswith(":") or {"?", "#", "\0"} & set(path):
        raise invalid(
            "store_url",
            "The store's URL names nothing that can be opened; only SQLite files are supported for now.",
            mend='Write "sqlite:///letterhead.db", or "sqlite:////var/lib/letterhead/letterhead.db".',
            param="store.url",
        )
    return Path(path)
