"""`letterhead store`: what is done to the store itself, at the server's machine."""

from pathlib import Path

import click

from letterhead.cli.options import config
from letterhead.cli.starting import configured, starting


@click.group("store")
def store() -> None:
    """Move everything that is kept."""


@store.command()
@config
@click.option(
    "--from", "source", required=True, metavar="URL", help="An SQLite store: sqlite:///letterhead.db."
)
@click.option(
    "--to", "target", metavar="URL", help="An empty PostgreSQL; by default the configured [store] url."
)
def copy(path: Path | None, source: str, target: str | None) -> None:
    """Copy everything from SQLite into PostgreSQL, verified, all or nothing. Stop the server first."""
    with starting():
        in_force = configured(path)
        from letterhead import app  # noqa: PLC0415 - it knows everyone, and --help needs nobody

        app.copy_store(
            in_force,
            source,
            target,
            lambda copied: click.echo(f"{copied.table}: {copied.rows} rows, sha256 {copied.digest}"),
        )
    click.echo("Everything has been copied and verified. Set [store] url to the new place.")
