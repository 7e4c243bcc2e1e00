"""The events: every kind with the sentence that it reads as, and what the members of its data mean."""

from letterhead.core.event import EventKind
from letterhead.core.wording import MEMBERS, WORDINGS
from scripts.reference.table import table


def described() -> str:
    """A row for each kind, in the order in which they are declared."""
    rows = [
        (
            f"`{kind}`",
            f"{WORDINGS[kind].text}.",
            ", ".join(f"`{member}`" for member in WORDINGS[kind].data),
        )
        for kind in EventKind
    ]
    return table(("kind", "in words", "data"), rows)


def members() -> str:
    """A row for each member that an event's data can have."""
    return table(("member", "meaning"), [(f"`{name}`", meaning) for name, meaning in MEMBERS.items()])
