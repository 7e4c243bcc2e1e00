"""Looking again and again: what `watch`, `add --watch` and `verify --wait` have in common.

Who looks says so, and the server checks the domain every few seconds for as long.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import click

from letterhead.cli.answers import Domain
from letterhead.cli.client import Answer, Server, at
from letterhead.cli.exits import Exit, of_examination
from letterhead.cli.trouble import NotKnown, Trouble

SAYING_EVERY: Final = 20.0
"""Seconds after which the server is told anew that somebody looks; it believes so for a minute."""


@dataclass(frozen=True, slots=True)
class Sight:
    """How a domain stood when it was last seen.

    answer   the server's own words for it.
    trouble  why it could not be seen again since, or None.
    """

    answer: Answer
    domain: Domain
    trouble: NotKnown | None = None

    @property
    def exit(self) -> Exit:
        """What a command that ends now tells the shell."""
        return of_examination(proven=self.domain.proven, outcome=self.domain.outcome)


def watched(server: Server, domain_id: str) -> Callable[[], Answer]:
    """A look at a domain, which first tells the server, where that is due, that somebody looks."""
    said_at = -math.inf

    def look() -> Answer:
        nonlocal said_at
        if time.monotonic() - said_at >= SAYING_EVERY:
            said_at = time.monotonic()
            _say(server, domain_id)
        return server.get(at(domain_id))

    return look


def _say(server: Server, domain_id: str) -> None:
    """Tell the server; where it refuses, as when others watch as many as may be, looking is allowed still."""
    try:
        server.post(at(domain_id, "watch"))
    except NotKnown:
        raise
    except Trouble as trouble:
        click.echo(f"Not watched, only looked at: {trouble.message}", err=True)


def sights(look: Callable[[], Answer], *, interval: float, timeout: float | None) -> Iterator[Sight]:
    """Look at once, then every `interval` seconds, until the domain is proven or `timeout` seconds are over.

    timeout  0 looks once; None never gives up.
    A server that can't be reached for a while is waited for; at the first look it raises NotKnown. All other
    Trouble is raised at any time.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    sight = _seen(look())
    while True:
        yield sight
        left = interval if deadline is None else deadline - time.monotonic()
        if sight.domain.proven or left <= 0:
            return
        time.sleep(min(interval, left))
        try:
            sight = _seen(look())
        except NotKnown as trouble:
            sight = Sight(sight.answer, sight.domain, trouble)


def _seen(answer: Answer) -> Sight:
    return Sight(answer, answer.read(Domain))
