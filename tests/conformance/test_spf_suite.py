"""SPF: the public test suite of RFC 7208 against our evaluator.

Every case has to come out as written, explanations to the letter.
"""

from ipaddress import ip_address
from pathlib import Path

import pytest
import yaml

from letterhead.core.spf.check_host import check_host
from tests.conformance.files import dropped
from tests.conformance.zonedata import zone_of
from tests.core.spf.zone import drive


@pytest.mark.parametrize("suite", dropped("rfc7208-tests.yml"))
def test_the_public_suite(suite: Path) -> None:
    wrong, count = [], 0
    for scenario in yaml.safe_load_all(suite.read_bytes()):
        zone = zone_of(scenario["zonedata"])
        for name, case in scenario["tests"].items():
            sender = case["mailfrom"] or f"postmaster@{case['helo']}"
            domain = sender.rpartition("@")[2]
            verdict = drive(check_host(ip_address(case["host"]), domain, sender, case["helo"]), zone)
            results = case["result"] if isinstance(case["result"], list) else [case["result"]]
            words = case.get("explanation", verdict.explanation or "DEFAULT")
            if verdict.result not in results or (verdict.explanation or "DEFAULT") != words:
                wrong.append((name, results, verdict))
            count += 1
    assert wrong == []
    assert count >= 203
