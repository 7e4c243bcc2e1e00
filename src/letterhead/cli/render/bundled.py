"""What comes bundled, and how old it is."""

from collections.abc import Iterable, Iterator
from datetime import date

from letterhead.config.bundled import Bundled


def ages(data: Iterable[Bundled], today: date) -> Iterator[str]:
    """A comment of TOML for each, so that what stands around it remains a configuration."""
    for each in data:
        yield f"# Bundled: {each.name} of {each.published}, {each.age(today).days} days old"


def too_old(data: Iterable[Bundled], today: date) -> Iterator[str]:
    """A warning for each that it is time to update."""
    for each in data:
        if each.is_old(today):
            yield f"{each.name} of {each.published}: more than a year old; {each.update}"
