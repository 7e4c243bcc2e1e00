"""A domain: what a team registered, what it was given to prove, and how it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from letterhead.core.hostname import Hostname


class Status(StrEnum):
    """How a domain stands. Deleted rows stay behind as tombstones: a name has a history."""

    PENDING = "pending"
    VERIFIED = "verified"
    LAPSED = "lapsed"
    FAILED = "failed"
    SUSPENDED = "suspended"
    DELETED = "deleted"


class Mode(StrEnum):
    """Whether mail is to be received on the domain, or only sent."""

    SEND_RECEIVE = "send_receive"
    SEND_ONLY = "send_only"


@dataclass(frozen=True, slots=True)
class Domain:
    """One registration of a hostname by a team. Data belongs to (team, id), never to the hostname.

    token       the ownership token: random per registration, published by the customer, so no secret.
    selectors   DKIM selectors: one where the customer publishes our key, three where they publish CNAMEs.
    dkim_key    the public key behind the first selector, SubjectPublicKeyInfo in base64; "" where none.
    held        the name is theirs: proven, and not lost since. Unique for each hostname.
    ever_held   it was held at some time; so later registrations by others must prove ownership.
    contested   another team claims or holds the name, or held it once: a claim must then prove ownership.
                The services see it likewise below and above names that other teams hold.
    held_elsewhere  another registration holds the name.
    held_below  another team holds a name below. All three are seen by the store whenever it reads the row,
                never written.
    held_above  the nearest name above that is held, if another team holds it, else ""; seen by the services.
    approved    that team lets this one have the name; seen likewise.
    outproven   it is held, and another team's claim proves the name: now the holder must, too; seen likewise.
    approvals   names below that other teams may have, each with the id of that team.
    outproven_at  when its holder was told that it is outproven; None unless it is.
    revoked_at  when the team that holds the name above revoked it; None unless it is held.
    version     grows by one with each change; compare-and-set is on it.
    verified_at when it became what it is if it is verified or lapsed; None otherwise.
    lapsed_at   when the first definite failure was seen; None unless lapsed.
    asked_at    when the questions of the newest evidence were asked; older evidence is never taken.
    due_at      when it is to be examined again; None while it never is by itself.
    rung        how many times in a row it was examined without a change; the rung of the pending ladder.
    watched_until  somebody looks at it until then, and it is examined every few seconds (schedule.due).
    expires_at  when a claim that is never proven ends; None once held.
    transfer_to the team it is offered to, or None.
    broken_since   when it was first seen that nobody answers for its zone; None since somebody does.
    broken_cycles  for how many cycles on end that has been so (core/broken.py); broken_told: its owners know,
                   and have not been told yet that it is over.
    region      one of the site's regions, chosen when it was registered; "" for the site's own.
    provider    who was asked for to send its mail, as it was named; "" for the site's own.
    is_default  it is used where a mailbox is made without naming a domain; one of a team at most. Seen by
                the store whenever it reads the row.
    """

    id: str
    team: str
    hostname: Hostname
    profile: str
    token: str
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None
    selectors: tuple[str, ...] = ()
    dkim_key: str = ""
    mode: Mode = Mode.SEND_RECEIVE
    status: Status = Status.PENDING
    held: bool = False
    ever_held: bool = False
    contested: bool = False
    held_elsewhere: bool = False
    held_below: bool = False
    held_above: str = ""
    approved: bool = False
    outproven: bool = False
    approvals: Mapping[str, str] = field(default_factory=dict)
    outproven_at: datetime | None = None
    revoked_at: datetime | None = None
    version: int = 1
    verified_at: datetime | None = None
    lapsed_at: datetime | None = None
    asked_at: datetime | None = None
    rung: int = 0
    watched_until: datetime | None = None
    expires_at: datetime | None = None
    transfer_to: str | None = None
    broken_since: datetime | None = None
    broken_cycles: int = 0
    broken_told: bool = False
    region: str = ""
    provider: str = ""
    is_default: bool = False

    def is_watched(self, now: datetime) -> bool:
        """Whether somebody looks at it now."""
        return self.watched_until is not None and self.watched_until > now

    @property
    def is_pressed(self) -> bool:
        """Whether its holder will lose the name unless it answers."""
        return self.outproven_at is not None or self.revoked_at is not None

    @property
    def may_send(self) -> bool:
        """Whether mail may leave from it: while lapsed, mail keeps flowing."""
        return self.status in {Status.VERIFIED, Status.LAPSED}

    @property
    def may_receive(self) -> bool:
        """Whether mail to it is taken in."""
        return self.may_send
