"""Records: the DNS records that we ask a customer to publish."""

from enum import StrEnum
from typing import NamedTuple

from letterhead.core.answer import RecordType

RECOMMENDED_TTL = 300
"""Seconds; short while a domain is being set up."""


class Role(StrEnum):
    """What a record is for."""

    MX = "mx"
    OWNERSHIP = "ownership"
    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    MAIL_FROM_MX = "mail_from_mx"
    MAIL_FROM_SPF = "mail_from_spf"


class Record(NamedTuple):
    """One record to publish. A plan is made with nearly every request, so its records are cheap to make.

    host      the full owner name, without a final dot.
    value     what stands behind the type in a zone file, unquoted; of an MX only the exchange.
    priority  the preference of an MX, None otherwise.
    required  whether the domain can be verified without it.
    purpose   one line for people.
    """

    role: Role
    type: RecordType
    host: str
    value: str
    required: bool
    purpose: str
    priority: int | None = None
    ttl: int = RECOMMENDED_TTL

    @property
    def text(self) -> str:
        """The value as it stands in a zone file, an MX with its preference."""
        return self.value if self.priority is None else f"{self.priority} {self.value}"
