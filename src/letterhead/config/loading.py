"""A Config made of everything that was given, or one error that names every problem."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, get_origin
from urllib.parse import quote

import msgspec

from letterhead.config.combination import contradictions, warnings
from letterhead.config.sections import (
    KEYS,
    OVERRIDES,
    Api,
    Dns,
    Key,
    Lifecycle,
    Notices,
    Server,
    Store,
    attribute,
)
from letterhead.config.source import Given, from_environment, from_file, resolved
from letterhead.config.value import bracketed
from letterhead.core.override import Override, overridden, reworded
from letterhead.core.profile import PROFILES, Profile
from letterhead.core.schedule import Cadence
from letterhead.core.site import Site

USUAL_FILE = Path("letterhead.toml")
"""What is read where no file is named, if it is there."""

_WORDS = {
    "array": "a list",
    "bool": "true or false",
    "float": "a fraction",
    "int": "a whole number",
    "object": "a table",
    "str": "a text",
}

Place = tuple[str, str]
"""A section and a key."""


class ConfigError(Exception):
    """The configuration can't be used. `problems`: a line each, with source, section and key."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that an operator decides; sections.py explains each key.

    overrides  the site's own words in the profiles, each right by itself.
    warnings   what is legal but unwise, or given and not used by this version: a line each.
    """

    server: Server
    store: Store
    site: Site
    dns: Dns
    lifecycle: Lifecycle
    api: Api
    notices: Notices = field(default_factory=Notices)
    overrides: tuple[Override, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def profiles(self) -> dict[str, Profile]:
        """Which records each dialect asks for, in the site's own words."""
        return overridden(PROFILES, self.overrides)

    @property
    def cadence(self) -> Cadence:
        """How often domains are examined."""
        return Cadence(
            cycle=timedelta(seconds=self.lifecycle.cycle_seconds),
            ladder=tuple(timedelta(seconds=rung) for rung in self.lifecycle.pending_ladder),
            claim=timedelta(days=self.lifecycle.claim_days),
            grace=timedelta(seconds=self.lifecycle.grace_seconds or self.lifecycle.cycle_seconds),
            careful=timedelta(seconds=self.lifecycle.careful_seconds or 4 * self.lifecycle.cycle_seconds),
        )


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """Read the file, then the environment, which wins; what neither gives has its default.

    path  None: ./letterhead.toml if there is one. Relative paths start at the working directory.
    Raises ConfigError: for all that is wrong with single values, or, where each is right by itself,
    for all that can't stand together.
    """
    problems: list[str] = []
    notes: list[str] = []
    given: dict[Place, Given] = {}
    for source in (_in_file(path), from_environment(environ)):
        given |= _read(source, problems, notes)
    if problems:
        raise ConfigError(*problems)
    config = _config({place: one.value for place, one in given.items()})
    if contradicting := list(_contradictions(config, given)):
        raise ConfigError(*contradicting)
    return replace(config, warnings=(*warnings(config.server, config.site, config.dns), *notes))


def _in_file(path: Path | None) -> list[Given]:
    """The values of the file; none where no file is named and the usual one is not there."""
    if path is None and not USUAL_FILE.exists():
        return []
    path = path or USUAL_FILE
    try:
        return list(from_file(path))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is no UTF-8 text") from error
    except ValueError as error:
        raise ConfigError(f"{path}: is no TOML: {error}") from error


def _read(source: Iterable[Given], problems: list[str], notes: list[str]) -> dict[Place, Given]:
    """What one source gives, converted and checked.

    Adds to `problems` what can't be, to `notes` what this version does not use.
    """
    read: dict[Place, Given] = {}
    for given in source:
        try:
            own = resolved(given)
            if own is None:
                notes.append(f"{given.place}: this version does not use it yet")
                continue
            place = (own.section, own.key)
            if place in read:
                problems.append(f"{given.place}: is given twice, once as a file")
            if own.section in OVERRIDES:
                read[place] = replace(own, value=tuple(_overrides(own, problems)))
                continue
            read[place] = replace(own, value=_converted(own, KEYS[place]))
        except ValueError as error:
            problems.append(f"{given.place}: {error}")
    return read


def _converted(given: Given, key: Key) -> Any:
    """The value in its key's type and canonical form. Raises ValueError."""
    value = given.value
    if isinstance(value, str) and not value.isprintable():
        raise ValueError("holds a character that can't be printed")
    if given.is_text and get_origin(key.type.__origin__) is tuple:
        value = [member.strip() for member in value.split(",") if member.strip()]
    try:
        value = msgspec.convert(value, key.type, strict=not given.is_text, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise ValueError(_worded(error, is_text=given.is_text)) from error
    for check in key.checks:
        value = check(value)
    return value


def _overrides(given: Given, problems: list[str]) -> Iterator[Override]:
    """A profile's own words that one table gives. Adds to `problems`; raises ValueError where it is none."""
    try:
        texts = msgspec.convert(given.value, dict[str, str])
    except msgspec.ValidationError as error:
        raise ValueError(_worded(error, is_text=False)) from error
    profile = given.section.removeprefix("profiles.")
    for role, text in texts.items():
        override = Override(profile, given.key, role, text)
        try:
            reworded(PROFILES[profile], override)
        except ValueError as error:
            problems.append(f"{given.place}.{role}: {error}")
        yield override


def _worded(error: msgspec.ValidationError, *, is_text: bool) -> str:
    """What msgspec found, in words for people who don't know Python's."""
    text = re.sub(r"`(\w+)(?: \| null)?`", lambda kind: _WORDS.get(kind[1], kind[1]), str(error))
    text = text.replace("Expected", "expected").replace("`", "")
    return text.removesuffix(", got " + _WORDS["str"]) if is_text else text


def _path(kind: type, value: Any) -> Any:
    """Make what msgspec has no notion of: a path."""
    if kind is Path and isinstance(value, str) and value:
        return Path(value)
    raise ValueError("expected the path of a file or a directory")


def _config(given: Mapping[Place, Any]) -> Config:
    """The whole of it: every value that was given, and defaults for the rest."""
    values = {place: given.get(place, key.default) for place, key in KEYS.items()}
    words = {name: value for (_, name), value in values.items()}
    words["host"] = bracketed(words["host"])
    words["data_dir"] = quote(str(words["data_dir"]))
    for place in values.keys() - given.keys():
        if isinstance(values[place], str):
            values[place] = values[place].format_map(words)

    def of(section: str) -> dict[str, Any]:
        return {attribute(name): value for (owner, name), value in values.items() if owner == section}

    return Config(
        server=Server(**of("server")),
        store=Store(**of("store")),
        site=Site(**of("site")),
        dns=Dns(**of("dns")),
        lifecycle=Lifecycle(**of("lifecycle")),
        api=Api(**of("api")),
        notices=Notices(**of("notices")),
        overrides=tuple(
            each for (section, _), given_ones in given.items() if section in OVERRIDES for each in given_ones
        ),
    )


def _contradictions(config: Config, given: Mapping[Place, Given]) -> Iterator[str]:
    """Each setting that can't stand beside the others, with the source that it came from."""
    for section, key, text in contradictions(config.server, config.dns, config.lifecycle):
        source = given[section, key].source if (section, key) in given else "default"
        yield f"{source}: [{section}] {key}: {text}"
