"""The configuration: every section and key, from config/sections.py."""

from itertools import groupby

from letterhead.config import Setting, describe
from letterhead.config.sections import LATER, SECTIONS
from letterhead.config.source import PREFIX
from scripts.reference.table import table

LONG = 80
"""Characters of a default that a cell still holds."""


def described() -> str:
    """A table for each section, then the keys that are taken for later."""
    sections = (
        _section(name, list(keys)) for name, keys in groupby(describe(), lambda setting: setting.section)
    )
    return "\n\n".join([*sections, _later()])


def _section(name: str, settings: list[Setting]) -> str:
    rows = [
        (
            f"`{each.key}`",
            _default(each.default),
            _plain(each.meaning),
            f"`{variable(each.section, each.key)}`",
        )
        for each in settings
    ]
    title = f"## `[{name}]`\n\n{SECTIONS[name].__doc__}\n\n"
    return title + table(("key", "default", "meaning", "environment"), rows)


def variable(section: str, key: str) -> str:
    """The environment variable of a key."""
    return f"{PREFIX}{section}_{key}".upper()


def _default(written: str) -> str:
    if not written:
        return "unset"
    if len(written) > LONG:  # a list
        first, *others = written.split(",")
        return f"`{first}, …]` ({len(others) + 1} of them)"
    return f"`{written}`"


def _plain(meaning: str) -> str:
    """The meaning with what Markdown would take for a tag written as it is."""
    return meaning.replace("<", "\\<")


def _later() -> str:
    rows = [(f"`[{name}]`", ", ".join(f"`{key}`" for key in sorted(keys))) for name, keys in LATER.items()]
    told = "Their spelling is checked, they take no effect yet, and each that is given brings a warning."
    return f"## Keys of later versions\n\n{told}\n\n" + table(("section", "keys"), rows)
