"""Public suffixes: the vectors of the list against ours."""

from pathlib import Path

import pytest

from tests.conformance import psl
from tests.conformance.files import dropped


@pytest.mark.parametrize("suite", dropped("test_psl.txt", "tests.txt"))
def test_N05_the_public_suite(suite: Path) -> None:
    assert list(psl.vectors(suite.read_text("utf-8")))
    assert psl.differences(suite) == []
