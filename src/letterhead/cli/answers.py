"""What the server answers, as far as it is shown to people. `--json` never passes through here.

Members that this version does not know are passed over; words such as a status or a state stay text, so
that a newer server's are shown and not refused.
"""

from datetime import datetime

import msgspec


class Remark(msgspec.Struct):
    """Something worth knowing about a record."""

    code: str
    text: str


class Record(msgspec.Struct):
    """One record to publish, and how it stands."""

    role: str
    type: str
    host: str
    value: str
    required: bool
    state: str
    priority: int | None = None
    cause: str | None = None
    advice: str = ""
    found: list[str] = []
    suggestion: str | None = None
    visible_at: datetime | None = None
    remarks: list[Remark] = []

    @property
    def key(self) -> tuple[str, str, str, int | None]:
        """What makes it the same record in two answers."""
        return self.type, self.host, self.value, self.priority

    @property
    def text(self) -> str:
        """The value as it stands in a zone file, an MX with its preference."""
        return self.value if self.priority is None else f"{self.priority} {self.value}"


class Records(msgspec.Struct):
    """All records of a domain."""

    data: list[Record]


class Domain(msgspec.Struct):
    """A domain; in a list it comes without its records."""

    id: str
    domain: str
    domain_unicode: str
    profile: str
    mode: str
    status: str
    may_send: bool
    may_receive: bool
    contested: bool
    held_elsewhere: bool
    flags: list[str]
    created_at: datetime
    verified_at: datetime | None
    lapsed_at: datetime | None
    checked_at: datetime | None
    next_check_at: datetime | None
    expires_at: datetime | None
    transfer_to: str | None
    outcome: str | None
    records: list[Record] = []

    @property
    def proven(self) -> bool:
        """Whether it is verified, and the newest examination says so too."""
        return self.status == "verified" and self.outcome == "pass"


class Domains(msgspec.Struct):
    """Some of the team's domains."""

    data: list[Domain]
    next_cursor: str | None


class Witness(msgspec.Struct):
    """What one server said to one question."""

    question: str
    source: str
    server: str
    name: str
    asked_at: datetime
    elapsed_ms: float
    rcode: str
    authoritative: bool
    authenticated: bool
    answers: list[str]
    fault: str
    detail: str


class Finding(msgspec.Struct):
    """One record judged, and who was asked about it."""

    role: str
    type: str
    host: str
    outcome: str
    cause: str
    advice: str
    witnesses: list[Witness]


class Evidence(msgspec.Struct):
    """The newest report; `asked_at` is None before the first one."""

    domain: str
    asked_at: datetime | None
    outcome: str | None
    zone: str
    findings: list[Finding]


class Event(msgspec.Struct):
    """One thing that happened."""

    kind: str
    domain: str | None
    at: datetime
    text: str


class Events(msgspec.Struct):
    """Some of what happened, newest first."""

    data: list[Event]
    next_cursor: str | None


class Key(msgspec.Struct):
    """An API key without its secret."""

    id: str
    name: str
    hint: str
    permissions: list[str]
    domains: list[str] | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class Keys(msgspec.Struct):
    """Some of the team's keys."""

    data: list[Key]
    next_cursor: str | None


class Member(msgspec.Struct):
    """A person of the team."""

    id: str
    email: str
    role: str
    created_at: datetime


class Members(msgspec.Struct):
    """Some of the team's members."""

    data: list[Member]
    next_cursor: str | None


class Problem(msgspec.Struct):
    """A problem document (RFC 9457 §3) with the members that all of ours have."""

    code: str
    detail: str
    mend: str = ""
    request_id: str = ""
    suggestion: str = ""
