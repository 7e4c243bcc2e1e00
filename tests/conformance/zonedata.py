"""Zone data as the test suite of RFC 7208 writes it: name to a list of `TYPE: data`, or TIMEOUT.

The suites of DMARC borrow it. A name with TIMEOUT does not answer for the types that it does not list; SPF
entries stand for TXT where a name has none, and `TXT: NONE` says that it really has none.
"""

from collections.abc import Mapping
from typing import Any

from tests.core.spf.zone import Zone, read_zone

_TYPES = ("A", "AAAA", "CNAME", "MX", "PTR", "SPF", "TXT")


def zone_of(data: Mapping[str, list[Any]]) -> Zone:
    """The zone, for `tests.core.spf.zone.drive`."""
    zone: dict[str, Any] = {}
    for name, entries in data.items():
        pairs = [pair for entry in entries if entry != "TIMEOUT" for pair in entry.items()]
        kinds = {kind for kind, _ in pairs}
        records = [(kind, value) for kind, value in pairs if kind != "SPF" and value != "NONE"]
        if "TXT" not in kinds:
            records += [("TXT", value) for kind, value in pairs if kind == "SPF"]
        silent = set(_TYPES) - {kind for kind, _ in records} if "TIMEOUT" in entries else set()
        lines = [f"x {kind} {_text(kind, value)}" for kind, value in records]
        lines += [f"x {kind} !timeout" for kind in silent]
        zone[str(name).lower().removesuffix(".")] = read_zone("\n".join(lines)).get("x", [])
    return zone


def joined(text: str | list[str]) -> bytes:
    """The octets of a TXT record, given as a text or as its strings."""
    return "".join(text).encode()


def _text(kind: str, value: Any) -> str:
    if kind == "MX":
        return f"{value[0]} {value[1] or '.'}"
    if kind != "TXT":
        return str(value).lower().removesuffix(".")
    return "".join(f"\\x{octet:02x}" for octet in joined(value)) or "\\x20"
