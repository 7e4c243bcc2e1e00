"""Members: who they are, and what they may do at most."""

from letterhead.cli.answers import Member, Members
from letterhead.cli.render.screen import Screen, moment


def listing(screen: Screen, shown: Members) -> None:
    """A line for each member."""
    if not shown.data:
        screen.line("The team has no members: its keys belong to the team as a whole.")
        return
    rows = [(member.id, member.email, member.role, moment(member.created_at)) for member in shown.data]
    screen.table(("ID", "EMAIL", "ROLE", "ADDED"), rows)
    if shown.next_cursor is not None:
        screen.line("There are more: --all shows them.")


def added(screen: Screen, member: Member) -> None:
    """Who was added, and under which id."""
    screen.line(f"Added {member.email} as {member.role} ({member.id}).")


def changed(screen: Screen, member: Member) -> None:
    """Which role somebody has from now on."""
    screen.line(f"{member.email} is {member.role} from now on.")
