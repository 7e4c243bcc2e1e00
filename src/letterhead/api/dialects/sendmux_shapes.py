"""The shapes of the sendmux dialect, field by field in the order in which they are sent.

They stand apart from sendmux.py, which says how they are filled: the published SDKs refuse the document's own
shapes and ask for this superset, which alone is as long as another dialect.
"""

from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from letterhead.api.dialects.standing import Word
from letterhead.core.domain import Mode

SesWord = Literal["pending", "success", "failed", "temporary_failure", "not_started"]
Data = TypeVar("Data")


class NewDomain(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The domain to register; without `mode` it also receives."""

    domain: Annotated[str, Meta(max_length=1024, examples=["mail.acme.com"])]
    mode: Mode | None = None


class DomainChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The one change there is: a domain that only sends is made to receive, too."""

    mode: Literal["send_receive"]


class Exchange(msgspec.Struct):
    """An MX at the domain itself."""

    priority: int
    target: str


class NamedExchange(msgspec.Struct):
    """An MX at a name of its own."""

    name: str
    priority: int
    target: str


class NameValue(msgspec.Struct):
    """A TXT record, or a CNAME, by its name and value."""

    name: str
    value: str


class MailFrom(msgspec.Struct):
    """The records of the return path; they never block."""

    mx: NamedExchange
    spf: NameValue


class DnsRecords(msgspec.Struct, kw_only=True):
    """Every record to place; `dkim` is empty where no CNAMEs were asked for."""

    mx: list[Exchange]
    spf: NameValue
    dmarc: NameValue
    dkim: list[NameValue]
    verification: NameValue
    mail_from: MailFrom


class Domain(msgspec.Struct, kw_only=True):
    """A domain with its records."""

    id: str
    domain: str
    mode: Mode
    verification_status: Word
    ses_dkim_status: SesWord
    ses_identity_verification_status: SesWord
    ses_verified_for_sending: bool
    ses_dkim_signing_enabled: bool
    ses_identity_checked_at: datetime | None
    ses_mail_from_status: SesWord
    verified_at: datetime | None
    created_at: datetime
    mailbox_count: int
    dns_records: DnsRecords


class Checks(msgspec.Struct, kw_only=True):
    """Which records were there; `mx` is true for a domain that only sends."""

    mx: bool
    verification_txt: bool
    spf: bool
    dmarc: bool
    mail_from_mx: bool
    mail_from_spf: bool


class Verification(msgspec.Struct, kw_only=True):
    """What a verification came to."""

    status: Word
    ses_dkim_status: SesWord
    checks: Checks
    ses_identity_verification_status: SesWord
    ses_verified_for_sending: bool
    ses_dkim_signing_enabled: bool
    ses_identity_checked_at: datetime
    ses_mail_from_status: SesWord


class Removed(msgspec.Struct, kw_only=True):
    """The domain is gone."""

    deleted: bool
    id: str


class RequestMeta(msgspec.Struct):
    """The request's id, as in X-Request-Id."""

    request_id: str


class Answered(msgspec.Struct, Generic[Data], kw_only=True):
    """Every success."""

    ok: bool
    data: Data
    meta: RequestMeta


class Pagination(msgspec.Struct, kw_only=True):
    """Whether there is more, and where it begins."""

    has_more: bool
    next_cursor: str | UnsetType = UNSET


class DomainPage(msgspec.Struct, kw_only=True):
    """Domains, newest first."""

    ok: bool
    data: list[Domain]
    pagination: Pagination
    meta: RequestMeta


class FieldError(msgspec.Struct, kw_only=True):
    """One field and what is wrong with it."""

    field: str
    code: str
    message: str


class ErrorDetail(msgspec.Struct, kw_only=True):
    """What was wrong; `retryable` says whether the very same request may pass later."""

    code: str
    message: str
    param: str | UnsetType = UNSET
    retryable: bool
    errors: list[FieldError] | UnsetType = UNSET


class Error(msgspec.Struct, kw_only=True):
    """Every failure."""

    ok: bool
    error: ErrorDetail
    meta: RequestMeta
