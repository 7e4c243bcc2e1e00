"""A plan as a fragment of a zone file (RFC 1035 §5), to be pasted or imported."""

from letterhead.core.answer import RecordType
from letterhead.core.plan import Plan
from letterhead.core.record import Record

MAX_STRING = 255
"""Octets of one character-string (RFC 1035 §3.3)."""


def zone_file(plan: Plan) -> str:
    """All records with full names; a TXT value over 255 octets stands in several strings."""
    lines = [f"; {plan.domain}: the records that {plan.site.name} asks for"]
    for record in plan.records:
        need = "required" if record.required else "recommended"
        lines.append(f"; {record.role.value}, {need}: {record.purpose}")
        lines.append(f"{record.host}. {record.ttl} IN {record.type} {_rdata(record)}")
    return "\n".join(lines) + "\n"


def strings(value: str) -> str:
    """A TXT value in quoted character-strings of at most 255 octets each."""
    pieces = [value[i : i + MAX_STRING] for i in range(0, len(value), MAX_STRING)] or [""]
    return " ".join('"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces)


def _rdata(record: Record) -> str:
    if record.type is RecordType.TXT:
        return strings(record.value)
    return f"{record.text}."
