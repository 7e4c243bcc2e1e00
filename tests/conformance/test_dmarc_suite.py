"""DMARC: suites of RFC 9989 against our reading of records and our walk."""

from pathlib import Path

import pytest

from tests.conformance import dmarc
from tests.conformance.files import dropped


@pytest.mark.parametrize("suite", dropped("rfc9989-tests.yml", "dmarc-*.yml"))
def test_the_public_suite(suite: Path) -> None:
    cases = list(dmarc.cases(suite))
    found = {name: dmarc.differences(case, zone) for name, case, zone in cases}
    assert cases
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
