"""What comes bundled and grows old: the public suffix list, the tables of IDNA, the root servers' addresses.

None of it is ever fetched: a newer package, or a newer version of Letterhead, brings it.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Final

import idna

from letterhead.config.root_hints import PUBLISHED

OLD: Final = timedelta(days=365)
"""Beyond this age it is time for an update; each of them changes at least once in a while."""

_LIST_VERSION = re.compile(rb"^// VERSION: (\d{4}-\d\d-\d\d)", re.MULTILINE)
_HEAD: Final = 4096
"""Octets at the beginning of the list among which its version stands."""


@dataclass(frozen=True, slots=True)
class Bundled:
    """Data of others that we carry with us: the day it was published, and what brings a newer one."""

    name: str
    published: date
    update: str

    def age(self, today: date) -> timedelta:
        """How old it is; never less than nothing, whatever the clock says."""
        return max(today - self.published, timedelta())

    def is_old(self, today: date) -> bool:
        """Whether it is time for an update."""
        return self.age(today) > OLD


def bundled() -> tuple[Bundled, ...]:
    """Everything that is bundled."""
    return (
        Bundled("public suffix list", _list_published(), "update the package publicsuffixlist"),
        Bundled(
            f"IDNA tables, Unicode {idna.unicode_version}", _unicode_published(), "update the package idna"
        ),
        Bundled("root hints", PUBLISHED, "update Letterhead, or set [dns] root_hints"),
    )


def _list_published() -> date:
    """The day in the list's own heading; the first of all days where it says none, so that somebody looks."""
    with files("publicsuffixlist").joinpath("public_suffix_list.dat").open("rb") as file:
        version = _LIST_VERSION.search(file.read(_HEAD))
    return date.fromisoformat(version[1].decode("ascii")) if version else date.min


def _unicode_published() -> date:
    """One version a year, in September, since 16.0 in 2024; the tables themselves name no day."""
    return date(2008 + int(idna.unicode_version.partition(".")[0]), 9, 1)
