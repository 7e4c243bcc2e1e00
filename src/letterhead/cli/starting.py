"""What every starter needs: the configuration, and trouble in place of what goes wrong at the machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from letterhead.cli.render.escape import escaped
from letterhead.cli.trouble import Trouble
from letterhead.config import Config, ConfigError, load
from letterhead.core.refusal import Refusal
from letterhead.ports import StoreError


def configured(path: Path | None) -> Config:
    """The configuration in force. Raises Trouble after naming every problem on standard error."""
    try:
        return load(path, os.environ)
    except ConfigError as error:
        for problem in error.problems:
            click.echo(escaped(problem), err=True)
        count = "1 problem" if len(error.problems) == 1 else f"{len(error.problems)} problems"
        raise Trouble(
            f"The configuration can't be used: {count}.",
            "Mend what is named above; 'letterhead check-config' checks it without starting anything.",
        ) from error


@contextmanager
def starting() -> Iterator[None]:
    """Turns refusals, and what store and system say no to, into Trouble."""
    try:
        yield
    except Refusal as refusal:
        raise Trouble(refusal.text, refusal.mend) from refusal
    except StoreError as error:
        raise Trouble(str(error)) from error
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)
        raise Trouble(what, "Look at [server] host, port and data_dir of the configuration.") from error
