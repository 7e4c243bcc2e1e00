"""A domain as a row: which columns it has, and how each is kept."""

from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

import msgspec

from letterhead.core.domain import Domain, Mode, Status
from letterhead.core.hostname import Hostname
from letterhead.store.database import Params
from letterhead.store.instant import from_micros, to_micros

_READ: Final = ("hostname", "mode", "status", "selectors", "approvals")
_PLAIN: Final = (
    *("id", "team", "profile", "token", "dkim_key", "version", "rung", "transfer_to", "broken_cycles"),
    *("region", "provider"),
)
_MOMENTS: Final = (
    *("created_at", "updated_at", "due_at", "verified_at", "lapsed_at", "asked_at", "expires_at"),
    *("outproven_at", "revoked_at", "broken_since", "watched_until"),
)
_FLAGS: Final = ("held", "ever_held", "broken_told")
_FLAGS_AND_SEEN: Final = (*_FLAGS, "contested", "held_elsewhere", "held_below", "is_default")

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

COLUMNS: Final = ", ".join((*_READ, *_PLAIN, *_MOMENTS, *_FLAGS, _SEEN))
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
        "watched_until": to_micros(domain.watched_until),
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
    values = iter(row)
    hostname, mode, status, selectors, approvals = islice(values, len(_READ))
    fields: dict[str, Any] = dict(
        zip(_PLAIN, values, strict=False)
    )  # zip takes no more than it has names for
    fields.update(zip(_MOMENTS, map(from_micros, values), strict=False))
    fields.update(zip(_FLAGS_AND_SEEN, map(bool, values), strict=False))
    return Domain(
        **fields,
        hostname=Hostname(hostname),
        mode=_MODES[mode],
        status=_STATUSES[status],
        selectors=_SELECTORS.decode(selectors),
        approvals=_APPROVALS.decode(approvals),
    )
