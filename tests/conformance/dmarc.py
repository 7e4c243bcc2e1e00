"""DMARC cases: a zone, a domain, and which policy rules it. README.md describes the files.

This is also how an outside suite calls core: `parse` for a record, `discover` for the policy in force, `walk`
and `organizational_domain` for the boundary.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from letterhead.core.answer import Question, RecordType, Unreachable
from letterhead.core.dmarc.discovery import Ruling, discover, organizational_domain, walk
from letterhead.core.dmarc.record import Record, parse
from tests.conformance.zonedata import joined, zone_of
from tests.core.spf.zone import Zone, drive

DOMAIN = "example.com"
"""Whose record a case is about that gives a record and no zone."""

_CHOICES = ("psd", "adkim", "aspf", "fo")
"""Tags whose value is one of a few, with a default."""

_EXPECTATIONS = ("policy", "found_at", "by", "organizational_domain", "queries", "tags")

Case = Mapping[str, Any]


def cases(path: Path) -> Iterator[tuple[str, Case, Zone]]:
    """Every case of a file by its name, with the zone it is asked in."""
    for scenario in yaml.safe_load_all(path.read_bytes()):
        shared = scenario.get("zonedata") or {}
        for name, case in scenario["tests"].items():
            own = {f"_dmarc.{DOMAIN}": [{"TXT": case["record"]}]} if "record" in case else {}
            yield str(name), case, zone_of({**shared, **(case.get("zonedata") or {}), **own})


def differences(case: Case, zone: Zone) -> dict[str, tuple[Any, Any]]:
    """What was expected and what was found, for each expectation that was not met."""
    said = {key: case[key] for key in _EXPECTATIONS if key in case}
    assert said, "a case that expects nothing can't fail"
    found = _found(case, zone)
    return {key: (value, found[key]) for key, value in said.items() if not _fits(value, found[key])}


def _fits(expected: Any, found: Any) -> bool:
    if isinstance(expected, dict):
        return {key: found.get(key) for key in expected} == expected
    if isinstance(expected, list) and isinstance(found, str):
        return found in expected
    return bool(expected == found)


def _found(case: Case, zone: Zone) -> dict[str, Any]:
    domain = str(case.get("domain", DOMAIN)).lower().removesuffix(".")
    asked: list[Question] = []
    outcome = drive(discover(domain), zone, asked).outcome
    ruling = outcome if isinstance(outcome, Ruling) else None
    lacking = "temperror" if isinstance(outcome, Unreachable) else "absent"
    return {
        "policy": str(ruling.policy) if ruling else lacking,
        "found_at": ruling.domain if ruling else None,
        "by": ruling.tag if ruling else None,
        "organizational_domain": _boundary(domain, zone),
        "queries": [question.name for question in asked if question.type is RecordType.TXT],
        "tags": _tags(ruling.record if ruling else parse(joined(case.get("record", "")))),
    }


def _boundary(domain: str, zone: Zone) -> str:
    steps = drive(walk(domain), zone)
    if isinstance(steps[-1].answer, Unreachable):
        return "temperror"
    return organizational_domain(domain, steps)


def _tags(record: object) -> dict[str, Any]:
    """What the record says, tag by tag, as receivers understand it."""
    if not isinstance(record, Record):
        return {}
    policies = {name: getattr(record, name) for name in ("p", "sp", "np")}
    return {
        "v": "DMARC1",
        **{name: str(policy) if policy else None for name, policy in policies.items()},
        **{name: str(getattr(record, name)) for name in _CHOICES},
        "t": "y" if record.testing else "n",
        "rua": list(record.rua),
        "ruf": list(record.ruf),
    }
