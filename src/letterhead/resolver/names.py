"""Names in core's words."""

import dns.name


def name_text(name: dns.name.Name) -> str:
    """A name as core writes it: lower case, no final dot; the root is ""."""
    return "" if name == dns.name.root else name.to_text(omit_final_dot=True).lower()


def zone_text(zone: dns.name.Name) -> str:
    """The name of a zone; the root is "."."""
    return name_text(zone) or "."
