"""The causes: every one with its advice, in the groups in which core/cause.py lists them."""

import inspect
import re

from letterhead.core.cause import ADVICE, Cause
from scripts.reference.table import table

_LINE = re.compile(r'    (?:# (?P<title>.+)\.|[A-Z_]+ = "(?P<value>\w+)")')


def described() -> str:
    """A table for each group."""
    parts = []
    for title, causes in groups().items():
        rows = [(f"`{cause}`", ADVICE[cause]) for cause in causes]
        parts.append(f"## {title}\n\n" + table(("cause", "what we say"), rows))
    return "\n\n".join(parts)


def groups() -> dict[str, list[Cause]]:
    """The causes below the comment that opens their group; `ok`, which stands before all groups, is none."""
    found: dict[str, list[Cause]] = {}
    for line in inspect.getsource(Cause).splitlines():
        match = _LINE.fullmatch(line)
        if match and match["title"]:
            found[match["title"]] = []
        elif match and found:
            list(found.values())[-1].append(Cause(match["value"]))
    return found
