"""Where values come from: a TOML file, LETTERHEAD_* variables, and files that hold what is secret.

Any key may be given as `<key>_file`: the value is then that file's content, blanks around it removed.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from letterhead.config.sections import KEYS, LATER, OVERRIDES, SECTIONS

PREFIX = "LETTERHEAD_"
FILE = "_file"

_FOREIGN = re.compile(
    r"LETTERHEAD_(?:URL|KEY)=.*"  # the command line's own: which server, which key
    # What Kubernetes sets in every container beside a service called "letterhead" or "letterhead-…".
    r"|LETTERHEAD_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT\w*|PORT_\d+_\w+)=.*"
    r"|LETTERHEAD_(?:\w+_)?PORT=(?:tcp|udp)://.*",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Given:
    """A value that somebody gave.

    source   the file or the variable it stands in.
    is_text  whether it is text that may stand for a number, a boolean or a list.
    """

    source: str
    section: str
    key: str
    value: Any
    is_text: bool = False

    @property
    def place(self) -> str:
        """Source, section and key for people: "letterhead.toml: [dns] quorum"."""
        return f"{self.source}: [{self.section}] {self.key}" if self.section else f"{self.source}: {self.key}"


def from_file(path: Path) -> Iterator[Given]:
    """Every value of a TOML file. Raises OSError, ValueError (no UTF-8, no TOML)."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    for section, table in _flat(document).items():
        if not isinstance(table, dict):
            yield Given(str(path), "", section, table)
            continue
        for key, value in table.items():
            yield Given(str(path), section, key, value)


def _flat(document: dict[str, Any]) -> dict[str, Any]:
    """The document with each `[profiles.<name>]` as a section of its own."""
    profiles = document.get("profiles")
    if not isinstance(profiles, dict):
        return document
    others = {section: table for section, table in document.items() if section != "profiles"}
    return others | {f"profiles.{name}": table for name, table in profiles.items()}


def from_environment(environ: Mapping[str, str]) -> Iterator[Given]:
    """Every value of the environment, by the variables' names: LETTERHEAD_<SECTION>_<KEY>."""
    for name, text in sorted(environ.items()):
        if name.startswith(PREFIX) and not _FOREIGN.fullmatch(f"{name}={text}"):
            section, _, key = name.removeprefix(PREFIX).lower().partition("_")
            yield Given(name, section, key, text, is_text=True)


def resolved(given: Given) -> Given | None:
    """The value under its key's own name, read from its file where one is named; None for a LATER key.

    Raises ValueError for a section or key that there is not, and for a file that can't be read.
    """
    known = _known(given)
    if given.key in known:
        return None if given.section in LATER else given
    key = given.key.removesuffix(FILE)
    if key == given.key or key not in known or given.section in OVERRIDES:
        raise ValueError("there is no such key; " + _hint(key, known))
    if given.section not in SECTIONS:
        return None
    return replace(given, key=key, value=_content(given.value), is_text=True)


def _known(given: Given) -> frozenset[str]:
    """The names of the keys of a section. Raises ValueError where there is no such section."""
    if given.key in SECTIONS and not given.section:
        raise ValueError(f"is a section, to be written as [{given.key}] with its keys below")
    if not given.section:
        sections = ", ".join(f"[{section}]" for section in SECTIONS)
        raise ValueError(f"stands outside of every section; the sections are {sections}")
    if given.section in LATER or given.section in OVERRIDES:
        return LATER.get(given.section) or OVERRIDES[given.section]
    if given.section in SECTIONS:
        return frozenset(name for section, name in KEYS if section == given.section)
    raise ValueError(
        "there is no such section; "
        + _hint(given.section, frozenset(SECTIONS) | LATER.keys() | OVERRIDES.keys())
    )


def _hint(word: str, known: frozenset[str]) -> str:
    """What may have been meant, or everything that can be."""
    close = get_close_matches(word, sorted(known), n=1)
    return f"did you mean {close[0]}?" if close else "there are " + ", ".join(sorted(known))


def _content(path: Any) -> str:
    if not isinstance(path, str) or not path:
        raise ValueError("expected the path of a file")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"cannot read {path}: it is no UTF-8 text") from error
