"""Events: what happened to a domain, newest first."""

from letterhead.cli.answers import Events
from letterhead.cli.render.screen import Screen, moment


def events(screen: Screen, happened: Events) -> None:
    """A line for each event, in the words of the server."""
    rows = [(moment(event.at), event.kind, event.text) for event in happened.data]
    if not rows:
        screen.line("Nothing happened yet.")
        return
    screen.table(("AT", "EVENT", "DETAILS"), rows)
    if happened.next_cursor is not None:
        screen.line("There are more: --all shows them.")
