"""A domain as a row: which columns it has, and how each is kept."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from letterhead.core.domain import Domain, Mode, Status
from letterhead.core.hostname import Hostname
from letterhead.store.database import Params
from letterhead.store.instant import from_micros, to_micros

_KEPT: Final = """
id, team, hostname, profile, token, created_at, updated_at, due_at, selectors, dkim_key, mode, status, held,
ever_held, version, verified_at, lapsed_at, asked_at, rung, expires_at, transfer_to, approvals, outproven_at,
revoked_at, broken_since, broken_cycles, broken_told, region, provider
"""

# Seen by the store whenever it reads a row (core/domain.py): other rows of its name, and of names below.
_SEEN: Final = """
EXISTS (SELECT 1 FROM domain AS other WHERE other.hostname = domain.hostname
        AND other.team <> domain.team AND (other.status <> 'deleted' OR other.ever_held = 1)) AS contested,
EXISTS (SELECT 1 FROM domain AS other WHERE other.hostname = domain.hostname
        AND other.id <> domain.id AND other.held = 1) AS held_elsewhere,
EXISTS (SELECT 1 FROM domain AS other WHERE other.held = 1 AND other.team <> domain.team
        AND other.reversed_hostname > domain.reversed_hostname || '.'
        AND other.reversed_hostname < domain.reversed_hostname || '/') AS held_below,
EXISTS (SELECT 1 FROM team WHERE team.id = domain.team AND team.default_domain = domain.id) AS is_default
"""

COLUMNS: Final = f"{_KEPT.strip()},{_SEEN}"
"""What is selected from `domain`, in the order in which domain_of takes it."""


def backwards(hostname: str) -> str:
    """The labels in reverse: "mail.acme.com" is kept as "com.acme.mail" too, and all below are one range."""
    return ".".join(reversed(hostname.split(".")))


def values_of(domain: Domain) -> Params:
    """The values of a domain's columns, by their names."""
    return {
        "id": domain.id,
        "team": domain.team,
        "hostname": domain.hostname,
        "reversed_hostname": backwards(domain.hostname),
        "profile": domain.profile,
        "token": domain.token,
        "selectors": msgspec.json.encode(domain.selectors).decode(),
        "dkim_key": domain.dkim_key,
        "mode": domain.mode.value,
        "status": domain.status.value,
        "held": int(domain.held),
        "ever_held": int(domain.ever_held),
        "version": domain.version,
        "created_at": to_micros(domain.created_at),
        "updated_at": to_micros(domain.updated_at),
        "verified_at": to_micros(domain.verified_at),
        "lapsed_at": to_micros(domain.lapsed_at),
        "asked_at": to_micros(domain.asked_at),
        "rung": domain.rung,
        "due_at": to_micros(domain.due_at),
        "expires_at": to_micros(domain.expires_at),
        "transfer_to": domain.transfer_to,
        "approvals": msgspec.json.encode(domain.approvals).decode(),
        "outproven_at": to_micros(domain.outproven_at),
        "revoked_at": to_micros(domain.revoked_at),
        "broken_since": to_micros(domain.broken_since),
        "broken_cycles": domain.broken_cycles,
        "broken_told": int(domain.broken_told),
        "region": domain.region,
        "provider": domain.provider,
    }


_SELECTORS = msgspec.json.Decoder(tuple[str, ...])
_APPROVALS = msgspec.json.Decoder(dict[str, str])
_MODES = {mode.value: mode for mode in Mode}
_STATUSES = {status.value: status for status in Status}


def domain_of(row: Iterable[Any]) -> Domain:
    """The domain of a row of COLUMNS. By position: looking each up by its name would take longer."""
    (
        id_,
        team,
        hostname,
        profile,
        token,
        created_at,
        updated_at,
        due_at,
        selectors,
        dkim_key,
        mode,
        status,
        held,
        ever_held,
        version,
        verified_at,
        lapsed_at,
        asked_at,
        rung,
        expires_at,
        transfer_to,
        approvals,
        outproven_at,
        revoked_at,
        broken_since,
        broken_cycles,
        broken_told,
        region,
        provider,
        contested,
        held_elsewhere,
        held_below,
        is_default,
    ) = row
    return Domain(
        id=id_,
        team=team,
        hostname=Hostname(hostname),
        profile=profile,
        token=token,
        created_at=from_micros(created_at),
        updated_at=from_micros(updated_at),
        due_at=from_micros(due_at),
        selectors=_SELECTORS.decode(selectors),
        dkim_key=dkim_key,
        mode=_MODES[mode],
        status=_STATUSES[status],
        held=bool(held),
        ever_held=bool(ever_held),
        contested=bool(contested),
        held_elsewhere=bool(held_elsewhere),
        held_below=bool(held_below),
        version=version,
        verified_at=from_micros(verified_at),
        lapsed_at=from_micros(lapsed_at),
        asked_at=from_micros(asked_at),
        rung=rung,
        expires_at=from_micros(expires_at),
        transfer_to=transfer_to,
        approvals=_APPROVALS.decode(approvals),
        outproven_at=from_micros(outproven_at),
        revoked_at=from_micros(revoked_at),
        broken_since=from_micros(broken_since),
        broken_cycles=broken_cycles,
        broken_told=bool(broken_told),
        region=region,
        provider=provider,
        is_default=bool(is_default),
    )
