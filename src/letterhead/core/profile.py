"""Profiles: which records a dialect asks for, which of them are required, and who judges DKIM.

A profile is data. It is fixed when a domain is registered and alone decides what is asked for and what
suffices (docs/dialects/README.md). Hosts and values are templates; plan.py fills them in.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from letterhead.core.answer import RecordType
from letterhead.core.record import Role


class DkimStyle(StrEnum):
    """How DKIM keys reach the customer's zone."""

    NONE = "none"
    KEY = "key"  # one TXT record with the public key
    ALIASES = "aliases"  # three CNAMEs into a zone where we keep the keys


class DkimJudge(StrEnum):
    """Whose word on DKIM counts."""

    NOBODY = "nobody"
    DNS = "dns"
    PROVIDER = "provider"
    BOTH = "both"


class Ownership(StrEnum):
    """When the ownership record is asked for and required."""

    ALWAYS = "always"
    CONTESTED = "contested"  # only once somebody else claims the name or it has a history
    TOKENS = "tokens"  # our own DKIM tokens are random per registration and prove it already


@dataclass(frozen=True, slots=True)
class Want:
    """One record that a profile asks for: host and value are templates over the names of plan.py."""

    role: Role
    type: RecordType
    host: str
    value: str
    purpose: str
    required: bool = False
    priority: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A dialect's view of what a domain needs.

    wants         in the order in which they are shown.
    spf_accepts   for an SPF mechanism of ours the others that do as well.
    """

    name: str
    wants: tuple[Want, ...]
    dkim: DkimStyle
    dkim_judge: DkimJudge
    ownership: Ownership
    spf_accepts: dict[str, tuple[str, ...]] = field(default_factory=dict)


def _mx(*, required: bool = True) -> Want:
    return Want(
        Role.MX, RecordType.MX, "{domain}", "{mx_host}", "Routes inbound mail to us.", required, priority=10
    )


def _ownership(host: str, value: str) -> Want:
    return Want(
        Role.OWNERSHIP,
        RecordType.TXT,
        host,
        value,
        "Proves that the domain is yours. Unique to this registration.",
        required=True,
    )


def _spf(*, required: bool = False) -> Want:
    return Want(
        Role.SPF,
        RecordType.TXT,
        "{domain}",
        "v=spf1 include:{spf_include} ~all",
        "Authorises our servers to send mail for the domain.",
        required,
    )


def _dmarc(value: str, *, required: bool = False) -> Want:
    return Want(
        Role.DMARC,
        RecordType.TXT,
        "_dmarc.{domain}",
        value,
        "Tells receivers what to do with mail that fails SPF and DKIM.",
        required,
    )


def _dkim_key(*, required: bool = False) -> Want:
    return Want(
        Role.DKIM,
        RecordType.TXT,
        "{selector}._domainkey.{domain}",
        "{dkim_record}",
        "The public key with which receivers check our signatures.",
        required,
    )


def _dkim_alias() -> Want:
    return Want(
        Role.DKIM,
        RecordType.CNAME,
        "{selector}._domainkey.{domain}",
        "{selector}.{dkim_zone}",
        "Leads receivers to the key with which we sign; we rotate it for you.",
        required=True,
    )


_PROOF = _ownership("_{proof_label}.{domain}", "{proof_label}-verify={token}")

MAILS = Profile(
    "mails",
    (
        _mx(),
        _spf(required=True),
        _dmarc("v=DMARC1; p=quarantine; rua=mailto:{dmarc_rua}"),
        _PROOF,
    ),
    DkimStyle.NONE,
    DkimJudge.NOBODY,
    Ownership.CONTESTED,
    {"include:amazonses.com": ("include:_spf.resend.com",)},
)

AGENTMAIL_PRO = Profile(
    "agentmail_pro",
    (
        _mx(),
        _ownership("_amazonses.{domain}", "{token}"),
        _spf(),
        _dkim_key(),
        _dmarc("v=DMARC1; p=quarantine; rua=mailto:dmarc@{domain}"),
    ),
    DkimStyle.KEY,
    DkimJudge.DNS,
    Ownership.ALWAYS,
)

SENDMUX = Profile(
    "sendmux",
    (
        _mx(),
        _ownership("_sendmux.{domain}", "sendmux-verify={token}"),
        _spf(required=True),
        _dmarc("v=DMARC1; p=quarantine", required=True),
        _dkim_alias(),
        Want(
            Role.MAIL_FROM_MX,
            RecordType.MX,
            "bounce.{domain}",
            "{mail_from}",
            "Brings bounces of your mail back to us.",
            priority=10,
        ),
        Want(
            Role.MAIL_FROM_SPF,
            RecordType.TXT,
            "bounce.{domain}",
            "v=spf1 include:{spf_include} ~all",
            "Authorises our servers for the return path.",
        ),
    ),
    DkimStyle.ALIASES,
    DkimJudge.PROVIDER,
    Ownership.ALWAYS,
)

INBOXLAYER = Profile(
    "inboxlayer",
    (_mx(), _dkim_alias(), _spf(), _dmarc("v=DMARC1; p=none;"), _PROOF),
    DkimStyle.ALIASES,
    DkimJudge.DNS,
    Ownership.CONTESTED,
)

ANYREACH = Profile(
    "anyreach",
    (
        _dkim_alias(),
        _spf(required=True),
        _dmarc("v=DMARC1; p={dmarc_policy}; rua=mailto:{dmarc_rua}", required=True),
        _mx(),
        _PROOF,
    ),
    DkimStyle.ALIASES,
    DkimJudge.BOTH,
    Ownership.TOKENS,
)

LETTERHEAD = Profile(
    "letterhead",
    (
        _mx(),
        _PROOF,
        _spf(required=True),
        _dkim_key(required=True),
        _dmarc("v=DMARC1; p={dmarc_policy}; rua=mailto:{dmarc_rua}"),
    ),
    DkimStyle.KEY,
    DkimJudge.BOTH,
    Ownership.ALWAYS,
)

PROFILES: dict[str, Profile] = {
    profile.name: profile for profile in (LETTERHEAD, MAILS, AGENTMAIL_PRO, SENDMUX, INBOXLAYER, ANYREACH)
}
