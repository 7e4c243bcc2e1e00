"""The starters: `serve`, `demo`, `migrate` and `check-config` need no server to ask."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from letterhead.cli.options import config
from letterhead.cli.render.bundled import ages, too_old
from letterhead.cli.render.escape import escaped
from letterhead.cli.render.settings import settings
from letterhead.cli.starting import configured, starting
from letterhead.config.bundled import bundled

ROLES: Final = ("api", "worker")
"""The roles of this version, in the order in which they are named."""
LATER: Final = ("mx", "submission", "imap")
"""Roles whose names are taken, and that this version can't play yet."""


def _roles(_context: click.Context, _option: click.Parameter, text: str) -> frozenset[str]:
    given = frozenset(word.strip() for word in text.split(","))
    if later := sorted(given & set(LATER)):
        raise click.BadParameter(f"{', '.join(later)}: not in this version; there are {', '.join(ROLES)}")
    if unknown := sorted(given - set(ROLES)):
        raise click.BadParameter(f"{', '.join(unknown) or 'none'}: there are {', '.join(ROLES)}")
    return given


@click.command()
@config
@click.option(
    "--role",
    "roles",
    default=",".join(ROLES),
    show_default=True,
    callback=_roles,
    metavar="ROLES",
    help="Which parts this process plays, with commas between them.",
)
def serve(path: Path | None, roles: frozenset[str]) -> None:
    """Serve the HTTP API and check domains, until SIGTERM or Ctrl-C."""
    with starting():
        in_force = configured(path)
        from letterhead import app  # noqa: PLC0415 - it knows everyone, and --help needs nobody

        app.run(in_force, roles)


@click.command()
@click.option("--once", is_flag=True, help="End when the tour is over instead of serving on.")
def demo(once: bool) -> None:
    """Tour the whole job on loopback: register, publish, verify. Then serve until Ctrl-C."""
    from letterhead.sandbox.demo import run  # noqa: PLC0415 - as in serve

    with starting():
        code = run(once)
    sys.exit(code)


@click.command()
@config
def migrate(path: Path | None) -> None:
    """Bring the database to the schema of this version."""
    with starting():
        in_force = configured(path)
        from letterhead import app  # noqa: PLC0415 - as in serve

        app.migrate(in_force)
    click.echo("The database is at the schema of this version.")


@click.command("check-config")
@config
def check_config(path: Path | None) -> None:
    """Print the configuration in force as TOML, and everything that is wrong, unwise or out of date."""
    in_force = configured(path)
    data, today = bundled(), datetime.now(UTC).date()
    for line in (*settings(in_force), *ages(data, today)):
        click.echo(line)
    for warning in (*in_force.warnings, *too_old(data, today)):
        click.echo(f"Warning: {escaped(warning)}", err=True)
