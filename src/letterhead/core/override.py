"""A site's own words in a profile: hosts, labels, values and purposes, record by record.

Each word is checked against a domain made up for it, so that what a template would put into a customer's
zone is known to be right before the first customer comes.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from string import Formatter
from typing import Final

from letterhead.core import spelling
from letterhead.core.answer import RecordType
from letterhead.core.dmarc import record as dmarc
from letterhead.core.domain import Domain
from letterhead.core.hostname import Hostname
from letterhead.core.plan import plan, template_names
from letterhead.core.profile import DkimStyle, Ownership, Profile, Want
from letterhead.core.record import Record, Role
from letterhead.core.refusal import Refusal
from letterhead.core.site import Site
from letterhead.core.spf.wanted import Wanted

WORDS: Final = ("hosts", "labels", "values", "purposes")
"""What of a record a site may word itself. A label is the host without the domain behind it."""


@dataclass(frozen=True, slots=True)
class Override:
    """One word of a site's own: which of WORDS, of which profile's record, and how it reads."""

    profile: str
    word: str
    role: str
    text: str


def overridden(profiles: Mapping[str, Profile], overrides: Iterable[Override]) -> dict[str, Profile]:
    """The profiles with a site's own words in them. Raises ValueError as `reworded` does."""
    changed = dict(profiles)
    for each in overrides:
        changed[each.profile] = reworded(changed[each.profile], each)
    return changed


def reworded(profile: Profile, override: Override) -> Profile:
    """The profile with one word changed.

    Raises ValueError, worded to follow the place where the override was given, where the profile asks for
    no such record or its record could not be published or proven.
    """
    roles = {want.role.value for want in profile.wants}
    if override.role not in roles:
        raise ValueError(f"the profile asks for no such record; there are {', '.join(sorted(roles))}")
    wants = tuple(_reworded(want, override) if want.role == override.role else want for want in profile.wants)
    changed = replace(profile, wants=wants)
    for want in wants:
        if want.role == override.role:
            _check(want, changed)
    return changed


def _reworded(want: Want, override: Override) -> Want:
    text = override.text
    if not text or not text.isprintable():
        raise ValueError("expected a text of one line")
    match override.word:
        case "purposes":
            return replace(want, purpose=text)
        case "values":
            return replace(want, value=_template(text))
        case "labels":
            return replace(want, host=f"{_template(text)}.{{domain}}")
        case _:
            return replace(want, host=_template(text))


def _template(text: str) -> str:
    """A template whose braces hold nothing but names that we know."""
    known = template_names(_SAMPLE, _SITE, "")
    try:
        pieces = list(Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"{text!r} is no template: {error}") from error
    for _, name, specification, conversion in pieces:
        if name is not None and (name not in known or specification or conversion):
            raise ValueError(f"{{{name}}} stands for nothing; there are {', '.join(sorted(known))}")
    return text


_SITE = Site(
    name="site.example",
    mx_host="mx.site.example",
    spf_include="spf.site.example",
    platform_domain="agents.site.example",
    dkim_zone="dkim.site.example",
    mail_from="bounces.site.example",
    dmarc_rua="dmarc@site.example",
)
_THEN = datetime(2026, 1, 1, tzinfo=UTC)
_SAMPLE = Domain(
    id="dom_sample",
    team="team_sample",
    hostname=Hostname("acme.com"),
    profile="",
    token="a" * 32,
    created_at=_THEN,
    updated_at=_THEN,
    due_at=None,
    selectors=("selector",),
    dkim_key="MCowBQYDK2VwAyEAO2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik=",
    contested=True,
)

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?")
"""A label of an owner name; those of records may begin with an underscore (RFC 8552 §1.1)."""
_CHARACTERS = re.compile(r"[ !#-\[\]-~]+")
"""What every DNS panel keeps as it is: printable ASCII without quotation mark and backslash."""


def _check(want: Want, profile: Profile) -> None:
    """Raise ValueError unless the record can stand in a customer's zone and be judged there."""
    if want.host != "{domain}" and not want.host.endswith(".{domain}"):
        raise ValueError("the host must end with {domain}: the record stands in the customer's zone")
    if want.role is Role.DKIM and "{selector}" not in want.host:
        raise ValueError("the host must hold {selector}")
    if (needed := _needed(want, profile)) not in want.value:
        raise ValueError(f"the value must hold {needed}")
    always = replace(profile, wants=(want,), ownership=Ownership.ALWAYS)
    for record in plan(_SAMPLE, always, _SITE).records:
        _check_record(record)


def _needed(want: Want, profile: Profile) -> str:
    """What a value proves nothing without; "" where there is no such thing."""
    if want.role is Role.OWNERSHIP:
        return "{token}"
    if want.role is Role.DKIM:
        return "{dkim_record}" if profile.dkim is DkimStyle.KEY else "{selector}"
    return ""


def _check_record(record: Record) -> None:
    if not all(_LABEL.fullmatch(label) for label in record.host.split(".")):
        raise ValueError(f"{record.host} is no name of a record")
    if not _CHARACTERS.fullmatch(record.value):
        raise ValueError("the value must be ASCII without quotation marks and backslashes")
    try:
        _check_value(record)
    except Refusal as refusal:
        raise ValueError(refusal.text) from refusal


def _check_value(record: Record) -> None:
    match record.role:
        case Role.SPF | Role.MAIL_FROM_SPF:
            version, *terms = record.value.split(" ")
            ours = [term for term in terms if term.lstrip("+-~?") != "all"]
            if version != "v=spf1" or not ours:
                raise ValueError("expected a value such as v=spf1 include:spf.acme.com ~all")
            Wanted(tuple((term,) for term in ours))
        case Role.DMARC:
            read = dmarc.parse(record.value.encode())
            if isinstance(read, dmarc.NotDmarc) or read.p is None:
                raise ValueError("expected a value such as v=DMARC1; p=none")
        case Role.OWNERSHIP:
            pass
        case _ if record.type is not RecordType.TXT and spelling.a_label_form(record.value) != record.value:
            raise ValueError(f"{record.value} must be a hostname in lower case without a final dot")
