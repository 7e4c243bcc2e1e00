"""The commands: every one as its own --help words it."""

from collections.abc import Iterator

import click

from letterhead.cli.exits import MEANINGS
from letterhead.cli.main import main
from scripts.reference.table import table

WIDTH = 100
"""Columns of the help texts."""

PROGRAM = "letterhead"


def described() -> str:
    """The help of every command, in the order of the program's own table."""
    parts = (
        f"## {name}\n\n```text\n{command.get_help(context).strip()}\n```"
        for name, command, context in every(main, PROGRAM, None)
    )
    return "\n\n".join(parts)


def exit_codes() -> str:
    """What every command tells the shell."""
    return table(("code", "meaning"), [(f"`{code}`", meaning) for code, meaning in MEANINGS.items()])


def every(
    command: click.Command, name: str, above: click.Context | None
) -> Iterator[tuple[str, click.Command, click.Context]]:
    """A command and all below it: the words that call it, the command, its context."""
    context = click.Context(
        command, parent=above, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH
    )
    yield context.command_path, command, context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None, below
            yield from every(found, below, context)
