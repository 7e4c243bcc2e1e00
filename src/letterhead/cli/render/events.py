"""Events: what happened to a domain, newest first."""

from letterhead.cli.answers import Event, Events
from letterhead.cli.render.screen import Screen, moment


def events(screen: Screen, happened: Events) -> None:
    """A line for each event."""
    rows = [(moment(event.at), event.kind, _told(event)) for event in happened.data]
    if not rows:
        screen.line("Nothing happened yet.")
        return
    screen.table(("AT", "EVENT", "DETAILS"), rows)
    if happened.next_cursor is not None:
        screen.line("There are more: --all shows them.")


def _told(event: Event) -> str:
    """An event's data as a phrase: what turned into what, then the rest by name.

    The advice is left out: it speaks of then, and `show` has that of now.
    """
    data = {name: value for name, value in event.data.items() if value and name != "advice"}
    turn = f"{data.pop('from', 'unchecked')} → {data.pop('to')}" if "to" in data else ""
    record = data.pop("record", "")
    seen = data.pop("seen_on", "").replace("_", " ")
    phrases = [record, turn, *(f"{name} {value}" for name, value in data.items())]
    return ", ".join(filter(None, [*phrases, seen and f"seen on {seen}"]))
