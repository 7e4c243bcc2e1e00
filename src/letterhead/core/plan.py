"""The plan: all records of one domain, its profile's templates filled in with its own values."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from letterhead.core import dkim
from letterhead.core.domain import Domain, Mode
from letterhead.core.profile import Ownership, Profile, Want
from letterhead.core.record import Record, Role
from letterhead.core.site import Site


@dataclass(frozen=True, slots=True)
class Plan:
    """The records of a domain, in the order in which they are shown, and what they were made from.

    dkim_key  the public key behind the DKIM record, SubjectPublicKeyInfo in base64; "" where none.
    """

    domain: str
    profile: Profile
    records: tuple[Record, ...]
    site: Site
    dkim_key: str = ""

    @property
    def fingerprint(self) -> str:
        """Says in 16 hex digits which plan a report was made against."""
        text = "\n".join(f"{r.type} {r.host} {r.text} {r.required}" for r in self.records)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def public_key(self) -> bytes:
        """The key behind the DKIM record in DER; b"" where none."""
        return base64.b64decode(self.dkim_key)

    def of(self, role: Role) -> tuple[Record, ...]:
        """The records of one role; empty where the profile does not ask for it."""
        return tuple(record for record in self.records if record.role is role)


def plan(domain: Domain, profile: Profile, site: Site) -> Plan:
    """Fill in a profile's templates for a domain.

    The ownership record is part of it where the profile always asks for it, or where the name is contested
    and nothing else proves it (docs/flows.md).
    """
    names = template_names(domain, site, "")
    records = tuple(record for want in profile.wants for record in _records(want, domain, profile, names))
    return Plan(domain.hostname, profile, records, site, domain.dkim_key)


def _records(want: Want, domain: Domain, profile: Profile, names: dict[str, str]) -> Iterator[Record]:
    if want.role is Role.OWNERSHIP and not _asks_for_proof(domain, profile):
        return
    required = want.required and not _excused(want, domain, profile)
    selectors = domain.selectors if want.role is Role.DKIM else ("",)
    for selector in selectors:
        own = {**names, "selector": selector}
        yield Record(
            want.role,
            want.type,
            want.host.format_map(own),
            want.value.format_map(own),
            required,
            want.purpose,
            want.priority,
        )


def _asks_for_proof(domain: Domain, profile: Profile) -> bool:
    if profile.ownership is Ownership.CONTESTED:
        return domain.contested
    return profile.ownership is Ownership.ALWAYS


def _excused(want: Want, domain: Domain, profile: Profile) -> bool:
    """A domain that only sends needs no MX; a holder is asked to prove, and must only where a rival does."""
    if want.role is Role.MX:
        return domain.mode is Mode.SEND_ONLY
    is_asked = want.role is Role.OWNERSHIP and profile.ownership is Ownership.CONTESTED
    return is_asked and domain.held and not domain.outproven


def template_names(domain: Domain, site: Site, selector: str) -> dict[str, str]:
    """What may stand in braces in a profile's templates, and what it stands for."""
    return {
        "domain": domain.hostname,
        "token": domain.token,
        "selector": selector,
        "dkim_record": dkim.key_record_text(base64.b64decode(domain.dkim_key)) if domain.dkim_key else "",
        "mx_host": site.in_region(site.mx_host, domain.region),
        "spf_include": site.spf_include,
        "dkim_zone": site.dkim_zone,
        "mail_from": site.in_region(site.mail_from, domain.region),
        "proof_label": site.proof_label,
        "region": domain.region or site.region,
        "dmarc_policy": site.dmarc_policy,
        "dmarc_rua": site.dmarc_rua,
    }
