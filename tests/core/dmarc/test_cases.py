"""Golden cases of DMARC, in the format that public suites can be dropped in: tests/conformance/README.md."""

from pathlib import Path

import pytest

from tests.conformance.dmarc import Case, cases, differences
from tests.conformance.zonedata import zone_of
from tests.core.spf.zone import Zone

FILES = sorted((Path(__file__).parent / "cases").glob("*.yml"))
CASES = [(f"{path.stem}: {name}", case, zone) for path in FILES for name, case, zone in cases(path)]


@pytest.mark.parametrize(("case", "zone"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_D03_D05_D08_D09_golden_case(case: Case, zone: Zone) -> None:
    assert differences(case, zone) == {}


def test_D05_there_are_as_many_as_there_must_be() -> None:
    assert len(CASES) >= 90
    assert len({name for name, _, _ in CASES}) == len(CASES)


@pytest.mark.parametrize(
    "expected",
    [
        {"policy": "none"},
        {"policy": ["none", "absent"]},
        {"found_at": "com"},
        {"by": "sp"},
        {"organizational_domain": "com"},
        {"queries": []},
        {"tags": {"psd": "n"}},
    ],
)
def test_an_expectation_that_is_not_met_is_seen(expected: Case) -> None:
    zone = zone_of({"_dmarc.acme.com": [{"TXT": "v=DMARC1; p=reject"}]})
    said = {"policy": "reject", "found_at": "acme.com", "by": "p", "organizational_domain": "acme.com"}
    met = {"domain": "acme.com", **said, "queries": ["_dmarc.acme.com"], "tags": {"psd": "u"}}
    assert differences(met, zone) == {}
    assert list(differences({**met, **expected}, zone)) == list(expected)
