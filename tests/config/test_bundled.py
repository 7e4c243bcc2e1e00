"""U07: how old the bundled data are, and that they say so themselves."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from letterhead.config import bundled as module
from letterhead.config.bundled import OLD, Bundled, bundled

DAY = timedelta(days=1)


def test_U07_everything_that_is_bundled_has_a_day_and_a_way_to_update_it() -> None:
    data = bundled()
    assert [each.name.partition(",")[0] for each in data] == [
        "public suffix list",
        "IDNA tables",
        "root hints",
    ]
    assert all(each.published > date(2020, 1, 1) and "update" in each.update for each in data)


def test_U07_a_year_is_the_limit_and_a_clock_that_is_slow_makes_nothing_old() -> None:
    published = date(2026, 1, 1)
    one = Bundled("list", published, "update it")
    assert (one.age(published + OLD), one.is_old(published + OLD)) == (OLD, False)
    assert one.is_old(published + OLD + DAY)
    assert one.age(published - DAY) == timedelta()


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("// a line\n// VERSION: 2026-10-22_08-36-41_UTC\ncom\n", date(2026, 10, 22)),
        ("// no version\ncom\n", date.min),
        ("com\n" * 2000 + "// VERSION: 2026-10-22\n", date.min),
    ],
)
def test_U07_the_lists_own_heading_counts(
    text: str, published: date, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "public_suffix_list.dat").write_text(text)
    monkeypatch.setattr(module, "files", lambda _: tmp_path)
    assert bundled()[0].published == published


@pytest.mark.parametrize(("unicode", "year"), [("16.0.0", 2024), ("17.0.0", 2025), ("18.0.0", 2026)])
def test_U07_unicode_publishes_once_a_year(unicode: str, year: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idna.unicode_version", unicode)
    assert bundled()[1].published == date(year, 9, 1)
    assert unicode in bundled()[1].name
