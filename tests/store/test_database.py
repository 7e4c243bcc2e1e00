"""Lists of values become parameters, never text."""

import pytest

from letterhead.store.database import one_of


@pytest.mark.parametrize(
    ("values", "names", "params"),
    [
        (["a"], "(:x_0)", {"x_0": "a"}),
        (["a", "'); DROP"], "(:x_0, :x_1)", {"x_0": "a", "x_1": "'); DROP"}),
        ([], "(NULL)", {}),  # equal to nothing; "()" is no SQL for PostgreSQL
    ],
)
def test_one_parameter_for_each_value(values: list[str], names: str, params: dict[str, str]) -> None:
    assert one_of("x", values) == (names, params)
