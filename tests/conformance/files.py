"""Where the files of public suites are looked for. They are not ours and are not kept here."""

from pathlib import Path

import pytest

SUITES = Path(__file__).parent / "suites"


def dropped(*patterns: str) -> list[object]:
    """The files there whose names fit, as parameters of a test; a skip that says what is not there."""
    found = sorted({path for pattern in patterns for path in SUITES.glob(pattern)})
    if found:
        return [pytest.param(path, id=path.name) for path in found]
    skip = pytest.mark.skip(reason=f"no {' or '.join(patterns)} in tests/conformance/suites/")
    return [pytest.param(SUITES / patterns[0], id=patterns[0], marks=skip)]
