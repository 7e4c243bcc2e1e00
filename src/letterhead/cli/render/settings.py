"""Settings: the configuration in force, as TOML that can be used as it is. Secrets are not shown."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from letterhead.config import Config, describe
from letterhead.config.sections import attribute, in_toml

_PASSWORD: Final = re.compile(r"(://[^/@:\s]*:)[^/@\s]+@")


def settings(config: Config) -> Iterator[str]:
    """Every key that takes effect, line by line; one that is unset stands in a comment."""
    for section, keys in groupby(describe(), lambda setting: setting.section):
        yield f"[{section}]"
        for setting in keys:
            value = in_toml(getattr(getattr(config, section), attribute(setting.key)))
            shown = _PASSWORD.sub(r"\1***@", value)
            yield f"{setting.key} = {shown}" if value else f"# {setting.key} is unset"
        yield ""
