"""Options that many commands share."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, Final, ParamSpec

import click

from letterhead.cli.client import Server, connected
from letterhead.cli.exits import Exit
from letterhead.cli.pages import DEFAULT, LONGEST
from letterhead.cli.trouble import Trouble

P = ParamSpec("P")

USUAL_URL = "http://127.0.0.1:8080"
"""Where a server listens that was not told otherwise."""

named: Final = click.argument("name", metavar="DOMAIN")
"""A domain by its name or its id."""
yes: Final = click.option("--yes", "confirmed", is_flag=True, help="Do not ask for confirmation.")
config: Final = click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The configuration.  [default: ./letterhead.toml, then the defaults]",
)

_URL = click.option(
    "--url",
    envvar="LETTERHEAD_URL",
    default=USUAL_URL,
    metavar="URL",
    show_default=True,
    show_envvar=True,
    help="The server to ask.",
)
_KEY = click.option(
    "--key",
    envvar="LETTERHEAD_KEY",
    metavar="KEY",
    show_envvar=True,
    help="The API key to ask with; on the command line others on this machine can read it.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the API's own JSON instead.")


def served(command: Callable[Concatenate[Server, bool, P], None]) -> Callable[..., None]:
    """A command that asks a running server: it is given the server and whether to print JSON.

    With `--json` a problem document goes to standard output like any other answer of the API.
    """

    @_URL
    @_KEY
    @_JSON
    @wraps(command)
    def run(url: str, key: str | None, as_json: bool, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with connected(url, key) as server:
                command(server, as_json, *args, **kwargs)
        except Trouble as trouble:
            if as_json and trouble.document:
                click.echo(trouble.document)
            raise
        except KeyboardInterrupt:
            sys.exit(Exit.INTERRUPTED)

    return run


def paged(command: Callable[P, None]) -> Callable[P, None]:
    """Options of a list: how much of it."""
    limit = click.option(
        "--limit",
        type=click.IntRange(1, LONGEST),
        default=DEFAULT,
        show_default=True,
        help="How many at most, newest first.",
    )
    everything = click.option("--all", "everything", is_flag=True, help="All of them.")
    return limit(everything(command))
