"""One DMARC record as receivers read it, with remarks on what they ignore (RFC 9989 §4.7, §4.8, §4.10.1)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from letterhead.core import tag_list
from letterhead.core.dmarc.policy import Policy, policy_named
from letterhead.core.tag_list import FOLDING, Tag, TagList, legible

KNOWN_TAGS = ("v", "p", "sp", "np", "t", "psd", "adkim", "aspf", "rua", "ruf", "fo")
REMOVED_TAGS = ("pct", "rf", "ri")
"""Tags of RFC 7489 that RFC 9989 §9.3 made historic: unknown to new readers, obeyed by old ones."""

_URI = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?#\[\]@$&'()*+=]|%[0-9A-Fa-f]{2})+"
)  # RFC 3986
_MAILBOX = re.compile(r"mailto:[^@?]+@[^@?]+(?:\?.*)?", re.IGNORECASE)  # RFC 6068 §2, and one address
_SIZE = re.compile(r"![0-9]+[kmgt]?\Z", re.IGNORECASE)  # RFC 9989 §4.8 obs-dmarc-report-size
_PARTIAL = re.compile(r"[0-9]{1,2}")  # RFC 7489 §6.3 pct, under 100
_PRINTABLE = bytes((*range(0x20, 0x7F), 0x09))  # RFC 9989 §4.8 dmarc-value, *WSP


class Psd(StrEnum):
    """What a record says about its own name (RFC 9989 §4.7 psd)."""

    YES = "y"  # a public suffix
    NO = "n"  # an organizational domain
    UNSAID = "u"


class Alignment(StrEnum):
    """How closely a signature's or envelope's domain must match (RFC 9989 §4.7 adkim, aspf)."""

    RELAXED = "r"
    STRICT = "s"


class Mistake(StrEnum):
    """What is odd in a DMARC record that is still one."""

    POLICY_MISSING = "policy_missing"  # no p=
    POLICY_INVALID = "policy_invalid"  # a p=, sp= or np= that names no policy
    READ_AS_NONE = "read_as_none"  # so the whole record means p=none (RFC 9989 §4.10.1)
    VOID = "void"  # so receivers apply no DMARC (RFC 9989 §4.10.1)
    TESTING = "testing"  # t=y: every policy counts one step less
    UNKNOWN_TAG = "unknown_tag"
    TAG_CASE = "tag_case"  # a known name in upper case, which is an unknown one (RFC 6376 §3.2)
    REMOVED_TAG = "removed_tag"
    PARTIAL = "partial"  # pct under 100: old readers apply the policy to a share of the mail only
    REPEATED_TAG = "repeated_tag"  # has no value that readers agree on, so it is discarded
    MALFORMED_TAG = "malformed_tag"
    VALUE_INVALID = "value_invalid"  # discarded in favour of the default (RFC 9989 §4.7)
    ADDRESS_INVALID = "address_invalid"  # an address for reports that is no URI
    SIZE_OBSOLETE = "size_obsolete"  # `!10m` behind an address
    NOT_PRINTABLE = "not_printable"  # line breaks, typographic quotes, bytes that no record may hold
    POLICY_NOT_SECOND = "policy_not_second"  # fine today; readers of RFC 7489 want p= right behind v=


@dataclass(frozen=True, slots=True)
class Remark:
    """One mistake, with the piece of the record that it is about, legible."""

    mistake: Mistake
    detail: str = ""


class Reason(StrEnum):
    """Why a TXT record is no DMARC record."""

    UNRELATED = "unrelated"  # nothing in it speaks of DMARC
    QUOTED = "quoted"  # begins with a quotation mark that a panel kept
    ESCAPED = "escaped"  # a backslash before the semicolon that a panel kept
    LEADING_BLANK = "leading_blank"
    VERSION_CASE = "version_case"  # `v=dmarc1`, `V=DMARC1`
    VERSION_OTHER = "version_other"  # `v=DMARC2`, `v=DMARC1x`, or no semicolon behind it
    VERSION_NOT_FIRST = "version_not_first"


_VERSION = re.compile(rb"v[ \t\r\n]*=[ \t\r\n]*DMARC1[ \t\r\n]*(?:;|\Z)")
_FAILED_VERSIONS = (  # the first that fits names the reason
    (Reason.QUOTED, re.compile(rb'\A\s*(?:"|\xe2\x80[\x9c\x9d])\s*v\s*=\s*DMARC1', re.IGNORECASE)),
    (Reason.ESCAPED, re.compile(rb"\A\s*v\s*=\s*DMARC1\s*\\;", re.IGNORECASE)),
    (Reason.LEADING_BLANK, re.compile(rb"\A\s+v\s*=\s*DMARC1\s*(?:;|\Z)")),
    (Reason.VERSION_CASE, re.compile(rb"\A\s*v\s*=\s*DMARC1\s*(?:;|\Z)", re.IGNORECASE)),
    (Reason.VERSION_OTHER, re.compile(rb"\A\s*v\s*=\s*DMARC", re.IGNORECASE)),
    (Reason.VERSION_NOT_FIRST, re.compile(rb";\s*v\s*=\s*DMARC1", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True)
class NotDmarc:
    """A TXT record that receivers discard as no DMARC record (RFC 9989 §4.10 step 2)."""

    reason: Reason
    data: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """A DMARC record as receivers understand it.

    p        the policy asked for this name; None when receivers apply no DMARC because of this record.
    sp, np   the policies for subdomains that exist, and that do not; None where `subdomain` falls back.
    testing  `t=y`.
    rua, ruf the addresses for reports that are valid URIs, without an obsolete size.
    tags     everything as written.
    """

    data: bytes
    tags: TagList
    p: Policy | None
    sp: Policy | None
    np: Policy | None
    testing: bool
    psd: Psd
    adkim: Alignment
    aspf: Alignment
    rua: tuple[str, ...]
    ruf: tuple[str, ...]
    fo: str
    remarks: tuple[Remark, ...]

    @property
    def effective(self) -> Policy | None:
        """The policy for the name itself, after `t`."""
        return self.applied(self.p)

    def applied(self, policy: Policy | None) -> Policy | None:
        """What receivers apply where this record asks for a policy (RFC 9989 §4.7 t)."""
        return policy.tested if policy is not None and self.testing else policy

    def subdomain(self, *, exists: bool) -> tuple[str, Policy | None]:
        """The tag that speaks for a subdomain, and what it asks for, before `t` (RFC 9989 §4.7 sp, np)."""
        if self.np is not None and not exists:
            return "np", self.np
        return ("sp", self.sp) if self.sp is not None else ("p", self.p)


def parse(record: bytes | str) -> Record | NotDmarc:
    """Read the joined bytes of one TXT record, or a text of our own. Total: nothing is ever raised."""
    data = record if isinstance(record, bytes) else record.encode("utf-8", "backslashreplace")
    return _remembered(data) if len(data) <= _REMEMBERED else _parsed(data)


def _parsed(data: bytes) -> Record | NotDmarc:
    reason = _disqualified(data)
    if reason:
        return NotDmarc(reason, data)
    tags = tag_list.read(data)
    remarks: list[Remark] = []
    rua = _addresses(tags, "rua", remarks)
    p, sp, np = _policies(tags, remarks, reports=bool(rua))
    testing = _choice(tags, "t", ("n", "y"), remarks) == "y"
    if testing:
        remarks.append(Remark(Mistake.TESTING))
    return Record(
        data=data,
        tags=tags,
        p=p,
        sp=sp,
        np=np,
        testing=testing,
        psd=Psd(_choice(tags, "psd", ("u", "y", "n"), remarks)),
        adkim=Alignment(_choice(tags, "adkim", ("r", "s"), remarks)),
        aspf=Alignment(_choice(tags, "aspf", ("r", "s"), remarks)),
        rua=rua,
        ruf=_addresses(tags, "ruf", remarks),
        fo=_failure_options(tags, remarks),
        remarks=(*remarks, *_oddities(data, tags)),
    )


# Most of a site's customers publish what it asks for, word by word; of the long ones hardly two are alike.
_REMEMBERED = 512
_remembered = lru_cache(maxsize=128)(_parsed)


def _disqualified(data: bytes) -> Reason | None:
    """v= must be there, first and exactly DMARC1 (RFC 9989 §4.7 v, §4.8 dmarc-version); None when it is."""
    if _VERSION.match(data):
        return None
    return next((reason for reason, pattern in _FAILED_VERSIONS if pattern.search(data)), Reason.UNRELATED)


def _policies(
    tags: TagList, remarks: list[Remark], *, reports: bool
) -> tuple[Policy | None, Policy | None, Policy | None]:
    """What p, sp and np ask for.

    RFC 9989 §4.10.1: without a valid p, or with an invalid sp or np, the record means p=none where it asks
    for reports, and nothing at all otherwise.
    """
    asked = {name: policy_named(tags.get(name) or "") for name in ("p", "sp", "np")}
    broken = [name for name in asked if asked[name] is None and (name == "p" or tags.values(name))]
    if not broken:
        return asked["p"], asked["sp"], asked["np"]
    for name in broken:
        values = tags.values(name)
        if values:
            remarks.append(Remark(Mistake.POLICY_INVALID, f"{name}={legible(values[0])}"))
        else:
            remarks.append(Remark(Mistake.POLICY_MISSING))
    remarks.append(Remark(Mistake.READ_AS_NONE if reports else Mistake.VOID))
    return Policy.NONE if reports else None, None, None


def _choice(tags: TagList, name: str, allowed: tuple[str, ...], remarks: list[Remark]) -> str:
    """The value of a tag in lower case, or its default, which comes first, where it is absent or invalid."""
    value = (tags.get(name) or "").lower()
    if value in allowed:
        return value
    if tags.values(name):
        remarks.append(Remark(Mistake.VALUE_INVALID, f"{name}={legible(value)}"))
    return allowed[0]


def _addresses(tags: TagList, name: str, remarks: list[Remark]) -> tuple[str, ...]:
    """The valid URIs of rua or ruf (RFC 9989 §4.6), for a mailto: with an address in it."""
    valid = []
    for piece in (tags.get(name) or "").split(",") if tags.values(name) else ():
        written = piece.strip(FOLDING)
        address = _SIZE.sub("", written)
        if address != written:
            remarks.append(Remark(Mistake.SIZE_OBSOLETE, legible(written)))
        if _URI.fullmatch(address) and (
            _MAILBOX.fullmatch(address) or not address.lower().startswith("mailto:")
        ):
            valid.append(address)
        else:
            remarks.append(Remark(Mistake.ADDRESS_INVALID, f"{name}={legible(written)}"))
    return tuple(valid)


def _failure_options(tags: TagList, remarks: list[Remark]) -> str:
    """fo: 0 or 1, d and s, each once, by colons (RFC 9989 §4.8 dmarc-fo); "0" where absent or invalid."""
    value = (tags.get("fo") or "0").lower()
    options = value.split(":")
    if set(options) <= set("01ds") and len(set(options)) == len(options) and not {"0", "1"} <= set(options):
        return value
    remarks.append(Remark(Mistake.VALUE_INVALID, f"fo={legible(value)}"))
    return "0"


def _oddities(data: bytes, tags: TagList) -> Iterator[Remark]:
    """What receivers pass over without a word."""
    for tag in tags.tags:
        mistake = _ignored(tag)
        if mistake:
            yield Remark(mistake, legible(str(tag)))
    for name in tags.repeated:
        yield Remark(Mistake.REPEATED_TAG, name)
    for piece in tags.malformed:
        yield Remark(Mistake.MALFORMED_TAG, legible(piece))
    if data.translate(None, _PRINTABLE):
        yield Remark(Mistake.NOT_PRINTABLE)
    if tags.values("p") and tags.tags[1].name != "p":  # RFC 7489 §6.4
        yield Remark(Mistake.POLICY_NOT_SECOND)


def _ignored(tag: Tag) -> Mistake | None:
    """Why a tag does not count; unknown ones must be ignored (RFC 9989 §4.7)."""
    if tag.name in KNOWN_TAGS:
        return None
    if tag.name.lower() in KNOWN_TAGS:
        return Mistake.TAG_CASE
    if tag.name == "pct" and _PARTIAL.fullmatch(tag.value):
        return Mistake.PARTIAL
    return Mistake.REMOVED_TAG if tag.name in REMOVED_TAGS else Mistake.UNKNOWN_TAG
