"""Events: what happened to a domain, written in the same transaction as the change itself."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """The kinds of events; the names are those that webhooks carry."""

    CREATED = "domain.created"
    VERIFIED = "domain.verified"
    LAPSED = "domain.lapsed"
    FAILED = "domain.failed"
    RECOVERED = "domain.recovered"
    SUSPENDED = "domain.suspended"
    RESUMED = "domain.resumed"
    EXPIRED = "domain.expired"
    RENEWED = "domain.renewed"
    SUPERSEDED = "domain.superseded"  # somebody else proved the name
    CONTESTED = "domain.contested"  # somebody else claims the name
    RELATED = "domain.related"  # somebody registered a name above or below
    OFFERED = "domain.offered"  # to another team
    TRANSFERRED = "domain.transferred"
    DELETED = "domain.deleted"
    CHANGED = "domain.changed"  # the findings changed without changing the state


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    id    set when it is saved; grows, so it is the cursor of the event list.
    data  a flat mapping for programs: "from", "to", "cause", "record", "actor" and the like.
    """

    kind: EventKind
    team: str
    domain: str
    hostname: str
    at: datetime
    data: dict[str, str] = field(default_factory=dict)
    id: int = 0
