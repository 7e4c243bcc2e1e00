"""docs/configuration.md names each key as it can really be given."""

import pytest

from letterhead.config import Setting, describe
from letterhead.config.source import from_environment, resolved
from scripts.describe import DOCS
from scripts.reference.settings import variable
from tests.docs.markdown import rows


@pytest.mark.parametrize("setting", describe(), ids=lambda each: f"{each.section}.{each.key}")
def test_the_variable_of_a_key_sets_that_key(setting: Setting) -> None:
    (given,) = from_environment({variable(setting.section, setting.key): "x"})
    read = resolved(given)
    assert read is not None
    assert (read.section, read.key, read.value) == (setting.section, setting.key, "x")


def test_every_key_has_its_row_with_its_default_and_variable() -> None:
    listed = {row[3].strip("`"): row for row in rows(DOCS / "configuration.md") if len(row) == 4}
    assert sorted(listed) == sorted(variable(each.section, each.key) for each in describe())
    for each in describe():
        row = listed[variable(each.section, each.key)]
        assert row[0] == f"`{each.key}`"
        assert each.default.partition(",")[0] in row[1] or row[1] == "unset"
