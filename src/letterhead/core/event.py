"""Events: what happened to a domain or in a team, written in the same transaction as the change itself."""

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
    OUTPROVEN = "domain.outproven"  # somebody else proved the name that this one holds
    RELATED = "domain.related"  # somebody registered a name above or below
    APPROVED = "domain.approved"  # a name below, for another team
    REVOKED = "domain.revoked"  # what was approved, or was there first
    OFFERED = "domain.offered"  # to another team
    WITHDRAWN = "domain.withdrawn"  # the offer
    TRANSFERRED = "domain.transferred"
    DELETED = "domain.deleted"
    EXTENDED = "domain.extended"  # from sending alone to receiving as well
    UPDATED = "domain.updated"  # a setting of it
    BROKEN = "domain.broken"  # none of the zone's servers has answered for a day
    UNTOLD = "domain.untold"  # every owner's e-mail address is on it, or on another that has failed
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    MEMBER_ADDED = "member.added"
    MEMBER_CHANGED = "member.changed"  # the role
    MEMBER_REMOVED = "member.removed"  # and with them the keys that are theirs
    ADDRESS_TAKEN = "mailbox.address_taken"  # on the platform domain
    ADDRESS_RELEASED = "mailbox.address_released"  # from then on anybody may take it
    WEBHOOK_CREATED = "webhook.created"
    WEBHOOK_CHANGED = "webhook.changed"  # its URL, its kinds, its secret, or enabled again
    WEBHOOK_DISABLED = "webhook.disabled"  # by hand, or by us because nothing arrives there
    WEBHOOK_DELETED = "webhook.deleted"
    CHANGED = "domain.changed"  # the findings changed without changing the state


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    kind  an EventKind; a plain text where another version of ours wrote one that we do not know.
    domain, hostname  what it happened to; "" where it was no domain.
    id    set when it is saved; grows, so it is the cursor of the event list.
    data  a flat mapping for programs: "from", "to", "cause", "record", "actor" and the like.
    """

    kind: str
    team: str
    domain: str
    hostname: str
    at: datetime
    data: dict[str, str] = field(default_factory=dict)
    id: int = 0
