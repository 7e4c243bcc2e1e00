"""A domain: what a team registered, what it was given to prove, and how it stands."""

from dataclasses import dataclass
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
    held        the name is theirs: proven, and not lost since (DESIGN §5). Unique for each hostname.
    ever_held   it was held at some time; so later registrations by others must prove ownership.
    contested   another team claims or holds the name, or held it once: a claim must then prove ownership.
    held_elsewhere  another registration holds the name. Both are seen by the store whenever it reads the
                row, never written.
    held_above  a name above this one that another team holds, "" where there is none; seen by the services.
    outproven   it is held, and another team's claim proves the name: now the holder must, too; seen likewise.
    version     grows by one with each change; compare-and-set is on it.
    verified_at when it became what it is if it is verified or lapsed; None otherwise.
    lapsed_at   when the first definite failure was seen; None unless lapsed.
    asked_at    when the questions of the newest evidence were asked; older evidence is never taken.
    due_at      when it is to be examined again; None while it never is by itself.
    rung        how many times in a row it was examined without a change; the rung of the pending ladder.
    expires_at  when a claim that is never proven ends; None once held.
    transfer_to the team it is offered to, or None.
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
    held_above: str = ""
    outproven: bool = False
    version: int = 1
    verified_at: datetime | None = None
    lapsed_at: datetime | None = None
    asked_at: datetime | None = None
    rung: int = 0
    expires_at: datetime | None = None
    transfer_to: str | None = None

    @property
    def may_send(self) -> bool:
        """Whether mail may leave from it: while lapsed, mail keeps flowing."""
        return self.status in {Status.VERIFIED, Status.LAPSED}

    @property
    def may_receive(self) -> bool:
        """Whether mail to it is taken in."""
        return self.may_send
