"""Parking: the name servers of services that keep expired and unused domains, by their suffixes."""

from collections.abc import Collection

_SERVICES = (
    "above.com",
    "afternic.com",
    "bodis.com",
    "cashparking.com",
    "dan.com",
    "dsredirection.com",
    "fabulous.com",
    "parked.com",
    "parkingcrew.net",
    "parklogic.com",
    "pendingrenewaldeletion.com",
    "renewyourname.net",
    "sedoparking.com",
    "smartname.com",
    "undeveloped.com",
    "uniregistrymarket.link",
    "voodoo.com",
    "ztomy.com",
)


def is_parked(servers: Collection[str]) -> bool:
    """Whether a zone is served by a parking service: every one of its name servers belongs to one."""
    return bool(servers) and all(_parks(server) for server in servers)


def _parks(server: str) -> bool:
    return any(server.endswith(f".{service}") for service in _SERVICES)
