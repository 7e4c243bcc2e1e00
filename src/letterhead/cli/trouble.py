"""Trouble: why a command can't go on, in one line, and in a second one how to mend it.

Each class has its exit code; click shows the trouble and ends the program.
"""

from typing import IO, Any, ClassVar

import click

from letterhead.cli.exits import Exit
from letterhead.cli.render.escape import escaped


class Trouble(click.ClickException):
    """What was asked for is refused.

    text, mend  one sentence each; mend may be empty.
    document    the problem document as the server sent it, or "".
    """

    exit_code: ClassVar[int] = Exit.NO

    def __init__(self, text: str, mend: str = "", *, document: str = "") -> None:
        super().__init__(text)
        self.mend = mend
        self.document = document

    def show(self, file: IO[Any] | None = None) -> None:
        """Write both lines to standard error."""
        click.echo(f"Error: {escaped(self.message)}", file=file, err=True)
        if self.mend:
            click.echo(f"  {escaped(self.mend)}", file=file, err=True)


class NotKnown(Trouble):
    """We could not find out, which is no answer: no server, or one that can't do it now."""

    exit_code: ClassVar[int] = Exit.UNKNOWN


class NotAllowed(Trouble):
    """The server does not know who asks, or knows and says that they may not."""

    exit_code: ClassVar[int] = Exit.NOT_ALLOWED
