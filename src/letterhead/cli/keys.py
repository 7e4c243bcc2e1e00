"""`letterhead keys`: made at the server's machine, listed and revoked through the API."""

from pathlib import Path
from urllib.parse import quote

import click

from letterhead.cli.answers import Keys
from letterhead.cli.client import Server
from letterhead.cli.options import config, paged, served, yes
from letterhead.cli.pages import listed
from letterhead.cli.printing import printed
from letterhead.cli.render.escape import escaped
from letterhead.cli.render.keys import keys as show_keys
from letterhead.cli.render.screen import Screen
from letterhead.cli.starting import configured, starting


@click.group("keys")
def keys() -> None:
    """Make, list and revoke API keys."""


@keys.command()
@config
@click.option(
    "--team", required=True, metavar="TEAM", help="Whose it is; a team that is not there yet is made."
)
@click.option("--role", required=True, metavar="ROLE", help="What it may do: root:full or root:readonly.")
@click.option("--style", default="letterhead", show_default=True, metavar="STYLE", help="Its prefix.")
@click.option("--name", default="command line", show_default=True, metavar="NAME", help="To tell keys apart.")
def create(path: Path | None, team: str, role: str, style: str, name: str) -> None:
    """Make a key, without a server, straight in the store. The last line is the key; it is shown once."""
    with starting():
        in_force = configured(path)
        from letterhead import app  # noqa: PLC0415 - half a second of imports that no other command here needs

        secret, owner = app.create_key(in_force, team=team, role=role, style=style, name=name)
    click.echo(f"team {escaped(owner.slug)} ({owner.id})", err=True)
    click.echo(secret)


@keys.command("list")
@paged
@served
def list_(server: Server, as_json: bool, limit: int, everything: bool) -> None:
    """List the team's keys that are in force, without their secrets."""
    printed(listed(server, "/keys", limit=limit, everything=everything), as_json, Keys, show_keys)


@keys.command()
@click.argument("key_id", metavar="ID")
@yes
@served
def revoke(server: Server, as_json: bool, key_id: str, confirmed: bool) -> None:
    """Revoke the key ID: its next request is refused."""
    if not confirmed:
        click.confirm(f"Revoke {key_id} for good?", abort=True, err=True)
    server.delete(f"/keys/{quote(key_id, safe='')}")
    if not as_json:
        Screen().line(f"Revoked {key_id}.")
