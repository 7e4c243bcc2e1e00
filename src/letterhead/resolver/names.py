"""Names as core writes them: in lower case, without the final dot; the root is "".

A dot inside a label is written with a backslash before it (RFC 1035 §5.1). Nobody's mail needs such names,
but whoever runs a name server can send them.
"""

import re
from functools import lru_cache

import dns.name

_PLAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\Z")
_LABEL = re.compile(r"(?:[^.\\]|\\.)+")


def is_plain(name: str) -> bool:
    """Whether the name is what it looks like: labels of letters, digits, hyphens and underscores."""
    return _PLAIN.match(name) is not None


@lru_cache(maxsize=4096)  # each name is asked of several servers
def canonical(name: str) -> str:
    """The one form of a name, however it was written. Raises DNSException when the DNS can't hold it."""
    return name if is_plain(name) else name_text(dns.name.from_text(name))


def name_text(name: dns.name.Name) -> str:
    """Dnspython's name as core writes it."""
    return "" if name == dns.name.root else name.to_text(omit_final_dot=True).lower()


def zone_text(zone: str) -> str:
    """The name of a zone for people and evidence; the root is "."."""
    return zone or "."


def labels(name: str) -> list[str]:
    """The labels of a name, the root's left out."""
    if "\\" in name or not name:
        return _LABEL.findall(name)
    return name.split(".")


def parent(name: str) -> str:
    """The name without its first label."""
    return ".".join(labels(name)[1:])


def is_below(name: str, zone: str) -> bool:
    """Whether the name is the zone's own or lies below it."""
    if "\\" in name:
        below, above = labels(name), labels(zone)
        return below[len(below) - len(above) :] == above if len(above) <= len(below) else False
    return not zone or name == zone or name.endswith(f".{zone}")
