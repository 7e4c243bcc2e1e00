"""`letterhead completion`: the script that teaches a shell to complete commands and options."""

from typing import Final

import click
from click.shell_completion import get_completion_class

PROGRAM: Final = "letterhead"
VARIABLE: Final = "_LETTERHEAD_COMPLETE"
"""By this variable the script asks the program what can follow; click looks for exactly this name."""

FILES: Final = {
    "bash": "~/.local/share/bash-completion/completions/letterhead",
    "zsh": '"${fpath[1]}/_letterhead"',
    "fish": "~/.config/fish/completions/letterhead.fish",
}
"""Where each shell looks for scripts by itself."""


@click.command(
    epilog="\b\nTo install:\n"
    + "\n".join(f"  letterhead completion {shell} > {file}" for shell, file in FILES.items())
)
@click.argument("shell", type=click.Choice(tuple(FILES)))
def completion(shell: str) -> None:
    """Print the script for SHELL, which completes commands and options."""
    made_by = get_completion_class(shell)
    assert made_by is not None, "click knows these shells"
    script = made_by(click.get_current_context().find_root().command, {}, PROGRAM, VARIABLE).source()
    # zsh reads the first line of its script, so what is for people stands at the end.
    click.echo(f"{script.strip()}\n\n# To install: letterhead completion {shell} > {FILES[shell]}")
