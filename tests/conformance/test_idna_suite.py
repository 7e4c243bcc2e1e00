"""IDNA: Unicode's test file against our canonical form of names."""

from collections import Counter
from pathlib import Path

import pytest

from tests.conformance.files import dropped
from tests.conformance.idna import NEWLY_MAPPED, STRICTER, Line, lines, version


def excused(line: Line, unicode: int) -> bool:
    """Whether an older file calls wrong what Unicode has allowed since."""
    return unicode < NEWLY_MAPPED and line.status <= {"P1", "V6"}


@pytest.mark.parametrize("suite", dropped("IdnaTestV2.txt"))
def test_N01_N11_the_public_suite(suite: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = [(line, line.outcome) for line in lines(suite)]
    unicode = version(suite)
    counts = Counter(outcome for _, outcome in found)
    with capsys.disabled():
        print(f"\n{suite.name} (Unicode {unicode}): {len(found)} lines, {dict(counts)}")  # noqa: T201 - the count is the result
    assert found
    assert [line for line, outcome in found if outcome == "wrong"] == []
    assert [line for line, outcome in found if outcome == "lax" and not excused(line, unicode)] == []
    assert {outcome.removeprefix("stricter: ") for outcome in counts if ":" in outcome} <= STRICTER.keys()
