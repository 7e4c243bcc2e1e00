"""DKIM: suites of key records against our judgement of them."""

from pathlib import Path

import pytest

from tests.conformance import dkim
from tests.conformance.files import dropped


@pytest.mark.parametrize("suite", dropped("dkim-*.yml"))
def test_the_public_suite(suite: Path) -> None:
    found = {name: dkim.differences(case) for name, case in dkim.cases(suite)}
    assert found
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
