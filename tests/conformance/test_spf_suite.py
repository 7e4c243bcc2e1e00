"""The public test suite of RFC 7208 against our evaluator.

The suite is not ours and is not kept here: put `rfc7208-tests.yml`, which pyspf carries, into
tests/conformance/suites/ to run it. Every case has then to come out as written, explanations to the letter.
"""

from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import yaml

from letterhead.core.spf.check_host import check_host
from tests.core.spf.zone import Zone, drive, read_zone

_SUITE = Path(__file__).parent / "suites" / "rfc7208-tests.yml"
_TYPES = ("A", "AAAA", "CNAME", "MX", "PTR", "SPF", "TXT")


def _zone(data: dict[str, list[Any]]) -> Zone:
    """The suite's zone data: SPF entries stand for TXT where a name has none, TIMEOUT for all other types."""
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
        zone[name.lower().removesuffix(".")] = read_zone("\n".join(lines)).get("x", [])
    return zone


def _text(kind: str, value: Any) -> str:
    if kind == "MX":
        return f"{value[0]} {value[1] or '.'}"
    if kind != "TXT":
        return str(value).lower().removesuffix(".")
    octets = "".join(value).encode()
    return "".join(f"\\x{octet:02x}" for octet in octets) or "\\x20"


@pytest.mark.skipif(not _SUITE.exists(), reason=f"no {_SUITE.name} in {_SUITE.parent.name}/")
def test_the_public_suite() -> None:
    wrong, count = [], 0
    for scenario in yaml.safe_load_all(_SUITE.read_bytes()):
        zone = _zone(scenario["zonedata"])
        for name, case in scenario["tests"].items():
            sender = case["mailfrom"] or f"postmaster@{case['helo']}"
            domain = sender.rpartition("@")[2]
            verdict = drive(check_host(ip_address(case["host"]), domain, sender, case["helo"]), zone)
            results = case["result"] if isinstance(case["result"], list) else [case["result"]]
            words = case.get("explanation", verdict.explanation or "DEFAULT")
            if verdict.result not in results or (verdict.explanation or "DEFAULT") != words:
                wrong.append((name, results, verdict))
            count += 1
    assert (wrong, count) == ([], 203)
