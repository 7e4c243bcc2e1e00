"""Golden key records, in the format that public suites can be dropped in: tests/conformance/README.md."""

from pathlib import Path

import pytest

from tests.conformance.dkim import Case, cases, differences

CASES = list(cases(Path(__file__).parent / "cases" / "keys.yml"))


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_K02_K03_golden_case(case: Case) -> None:
    assert differences(case) == {}


def test_K02_there_are_as_many_as_there_must_be() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize(
    "expected",
    [
        {"result": "invalid"},
        {"result": "revoked"},
        {"result": "absent"},
        {"bits": 2048},
        {"key_type": "rsa"},
        {"flags": ["y"]},
        {"reasons": ["key_weak"]},
    ],
)
def test_an_expectation_that_is_not_met_is_seen(expected: Case) -> None:
    met = {"record": f"k=ed25519; p={'A' * 43}=", "result": "valid", "bits": 256, "key_type": "ed25519"}
    assert differences({**met, "flags": [], "reasons": []}) == {}
    assert list(differences({**met, **expected})) == list(expected)
