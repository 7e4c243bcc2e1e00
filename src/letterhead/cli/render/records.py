"""Records: what to publish, how each of them stands, and what is wrong where something is."""

from collections.abc import Sequence

from letterhead.cli.answers import Record
from letterhead.cli.render.screen import Screen, aligned, moment

_INDENT = 4


def to_publish(screen: Screen, records: Sequence[Record]) -> None:
    """Every record with its value, ready to be copied. The value stands last: nothing pads it."""
    heads = ("STATE", "ROLE", "NEED", "TYPE", "HOST", "PRIORITY", "VALUE")
    screen.table(heads, [(screen.state(record.state), *_wanted(record)) for record in records])


def findings(screen: Screen, records: Sequence[Record]) -> None:
    """How each record stands; below one that is not right: why, what to do, what was found."""
    heads = aligned((screen.state(each.state), each.role, each.type, each.host) for each in records)
    for head, record in zip(heads, records, strict=True):
        screen.line(head)
        screen.rows(_explanation(record), indent=_INDENT)


def _wanted(record: Record) -> tuple[str, ...]:
    need = "required" if record.required else "recommended"
    priority = "" if record.priority is None else str(record.priority)
    return record.role, need, record.type, record.host, priority, record.value


def _explanation(record: Record) -> list[tuple[str, str]]:
    pairs = [("note", remark.text) for remark in record.remarks]
    if record.state in {"pass", "unchecked"}:
        return pairs
    pairs = [("cause", record.cause or ""), ("advice", record.advice), *pairs]
    pairs += [("found", value) for value in record.found]
    if record.state == "fail":
        pairs.append(("publish", record.suggestion or record.text))
    if record.visible_at:
        pairs.append(
            ("visible", f"from {moment(record.visible_at)} on, when resolvers forget that it was missing")
        )
    return pairs
