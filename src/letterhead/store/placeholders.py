"""The store's `:name` parameters in the form that psycopg takes: `%(name)s`."""

import re
from functools import lru_cache

# What is passed over whole: literals, quoted names, comments, and the two colons of a cast.
_PARTS = re.compile(
    r"""(?P<whole> '(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/ | :: )
      | :(?P<name> [A-Za-z_]\w* )
      | %""",
    re.VERBOSE | re.DOTALL,
)


@lru_cache(maxsize=1024)
def in_psycopg_form(sql: str) -> bytes:
    """The same statement for psycopg, in UTF-8; a `%` that belongs to the text is doubled.

    The SQL is the store's own: it has no literals with backslashes (`E'…'`) and none in dollar quotes.
    """
    return _PARTS.sub(_part, sql).encode()


def _part(match: re.Match[str]) -> str:
    name = match["name"]
    return f"%({name})s" if name else match[0].replace("%", "%%")
