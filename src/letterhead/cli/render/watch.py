"""Watching: a view on a terminal, a line for each change elsewhere, JSON lines for programs."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import click
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from letterhead.cli.answers import Record
from letterhead.cli.render import domains
from letterhead.cli.render.escape import escaped
from letterhead.cli.render.screen import Screen, moment
from letterhead.cli.watch import Sight

_REFRESHES = 2
"""How often a second the view is drawn, so that the time until the next check runs down."""


def as_json(sights: Iterable[Sight]) -> Sight:
    """Each answer that differs from the one before it, on a line of its own. Returns the last sight."""
    before = None
    for sight in sights:
        if before is None or before.answer != sight.answer:
            click.echo(sight.answer.text)
        before = sight
    return _last(before)


def as_lines(screen: Screen, sights: Iterable[Sight]) -> Sight:
    """A line for each change. Returns the last sight."""
    before = None
    for sight in sights:
        for change in changes(before, sight):
            screen.line(change)
        before = sight
    return _last(before)


def as_view(screen: Screen, sights: Iterable[Sight]) -> Sight:
    """A view that stays until the domain is proven; what it showed last stands there afterwards."""
    last: Sight | None = None

    def drawn() -> Group:
        return view(screen, last, datetime.now(UTC)) if last else Group()

    with Live(console=screen.console, get_renderable=drawn, refresh_per_second=_REFRESHES) as live:
        for last in sights:  # noqa: B007 - drawn by the view, in a thread of its own
            live.refresh()
    return _last(last)


def view(screen: Screen, sight: Sight, now: datetime) -> Group:
    """The view at one moment: a mark for each record, what to do, when it was and will be checked."""
    domain = sight.domain
    table = Table.grid(padding=(0, 2))
    for record in domain.records:
        names = (Text(escaped(name)) for name in (record.role, record.type, record.host))
        table.add_row(screen.state(record.state), *names)
        if record.state not in {"pass", "unchecked"}:
            table.add_row("", "", "", Text(escaped(record.advice), "dim"))
    times = moment(domain.checked_at) or "not yet", _until(domain.next_check_at, now)
    footer = "last check {}; next check {}".format(*times)
    return Group(
        Text(escaped(domains.verdict(domain)), "bold"),
        table,
        Text(escaped(_unseen(sight) or footer), "yellow" if sight.trouble else "dim"),
    )


def changes(before: Sight | None, sight: Sight) -> Iterator[str]:
    """What differs from the sight before, in lines; at first all of it."""
    domain, at = sight.domain, moment(sight.domain.checked_at) or "not checked yet"
    if sight.trouble and not (before and before.trouble):
        yield _unseen(sight)
    known = {record.key: record for record in before.domain.records} if before else {}
    for record in domain.records:
        was = known.get(record.key)
        if was is None or (was.state, was.cause) != (record.state, record.cause):
            yield f"{at}  {_change(was, record)}"
    if before is None or domains.verdict(before.domain) != domains.verdict(domain):
        yield f"{at}  {domains.verdict(domain)}"


def _change(was: Record | None, record: Record) -> str:
    head = f"{record.role} {record.type} {record.host}: "
    head += f"{_stand(was)} -> {_stand(record)}" if was else _stand(record)
    return f"{head}. {record.advice}" if record.state not in {"pass", "unchecked"} else head


def _stand(record: Record) -> str:
    return record.state if record.cause in {None, "ok"} else f"{record.state} ({record.cause})"


def _unseen(sight: Sight) -> str:
    return f"{sight.trouble.message} Trying on." if sight.trouble else ""


def _until(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "never by itself"
    seconds = int((at - now).total_seconds())
    if seconds >= 3600:
        return f"at {moment(at)}"
    if seconds >= 60:
        return f"in {seconds // 60} min"
    return f"in {seconds} s" if seconds > 0 else "now"


def _last(sight: Sight | None) -> Sight:
    assert sight is not None, "sights yields at least one"
    return sight
