"""The command `letterhead`: the table of its commands, each imported only when it is called."""

import io
import sys
from importlib import import_module
from typing import Final

import click

from letterhead import __version__
from letterhead.cli.exits import MEANINGS

COMMANDS: Final = {
    "serve": ("start:serve", "Serve the HTTP API and check domains."),
    "demo": ("start:demo", "Tour the whole job on loopback."),
    "check-config": ("start:check_config", "Print the configuration in force, and what is wrong with it."),
    "migrate": ("start:migrate", "Bring the database to the schema of this version."),
    "store": ("store:store", "Move everything that is kept to PostgreSQL."),
    "keys": ("keys:keys", "Make, list and revoke API keys."),
    "members": ("members:members", "List, add and remove the people of the team."),
    "domains": ("domains:domains", "Register domains, publish their records, verify and watch them."),
    "completion": ("completion:completion", "Print a script that completes commands in your shell."),
}
"""Each command: where it lives below this package, and its line in the help."""

_EPILOG = "\b\nExit codes:\n" + "\n".join(f"  {code:<4} {meaning}" for code, meaning in MEANINGS.items())


class Commands(click.Group):
    """A group that imports a command when it is called, and for its help nothing at all."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """The command, imported now; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(f"letterhead.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """The lines of the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=Commands, epilog=_EPILOG)
@click.version_option(__version__, prog_name="letterhead")
def main() -> None:
    """Your own domain on your agents' mail, on a server you run yourself."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows ASCII alone still gets all
