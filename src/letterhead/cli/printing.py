"""An answer printed: exactly as it came for programs, on the screen for people."""

from collections.abc import Callable
from typing import TypeVar

import click

from letterhead.cli.client import Answer
from letterhead.cli.render.screen import Screen

T = TypeVar("T")


def printed(answer: Answer, as_json: bool, shape: type[T], show: Callable[[Screen, T], None]) -> None:
    """Print the answer's own text, or let `show` put it on the screen."""
    if as_json:
        click.echo(answer.text)
    else:
        show(Screen(), answer.read(shape))
