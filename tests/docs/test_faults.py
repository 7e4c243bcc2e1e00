"""docs/faults.md: a row for every fault that this version answers for, and a test for each P0."""

import functools
import re

import pytest

from scripts.house import ROOT
from scripts.reference.faults import ROW, Shown, shown, with_tests

PAGE = ROOT / "docs" / "faults.md"
COVERED = """
    N01-N16 O01-O14 O16 O18 R02-R07 R11 R12 R15 R16 R18-R21 R24 R26 R27 T01-T04 T06-T08 S01-S08
    D01-D09 D11-D13 K01-K06 K12 M01-M08 L01-L05 L07 L08 L13 L14 L19 A01 A02 A04 A07-A10 A13-A15 A17 A18
"""
"""The faults of the catalogue that the first version answers for."""

UNTESTED = "Not tested here:"
"""How the words of a row begin where they say why there is no test."""


def ids(text: str) -> list[str]:
    """N01-N03 as N01, N02, N03."""
    return [
        f"{each[0]}{number:02}"
        for each in text.split()
        for number in range(int(each[1:3]), int(each[-2:]) + 1)
    ]


@functools.cache
def page() -> str:
    return PAGE.read_text("utf-8")


@functools.cache
def rows() -> dict[str, tuple[str, str]]:
    """The priority and the words of each row."""
    matches = list(ROW.finditer(page()))
    ends = [*(match.start() for match in matches[1:]), None]
    return {
        match["id"]: (match["priority"], page()[match.end() : end])
        for match, end in zip(matches, ends, strict=True)
    }


@functools.cache
def borne() -> set[str]:
    return {each for one in shown() for each in one.ids}


@pytest.mark.parametrize("fault", ids(COVERED))
def test_a_fault_has_its_row_and_says_what_we_do(fault: str) -> None:
    assert fault in rows(), "docs/faults.md has no row for it"
    words = re.sub(r"^(- \[|#).*$", "", rows()[fault][1], flags=re.MULTILINE)
    assert len(words.split()) >= 1


def test_no_fault_has_two_rows() -> None:
    listed = [match["id"] for match in ROW.finditer(page())]
    assert len(listed) == len(set(listed))


def test_every_id_that_a_test_bears_has_a_row() -> None:
    assert sorted(borne() - rows().keys()) == [], "docs/faults.md has no row for it"


@pytest.mark.parametrize("fault", [each for each, (priority, _) in rows().items() if priority == "P0"])
def test_a_fault_that_must_not_happen_has_a_test(fault: str) -> None:
    assert fault in borne(), "no test bears its id"


@pytest.mark.parametrize("fault", rows())
def test_a_fault_has_a_test_or_says_why_not(fault: str) -> None:
    assert (fault in borne()) != (UNTESTED in rows()[fault][1])


def test_every_link_to_a_test_leads_to_a_file_that_has_it() -> None:
    named = re.findall(r"^- \[`(\w+)`\]\(\.\./(.+)\)$", page(), re.MULTILINE)
    assert len(named) > 100
    for name, file in named:
        assert re.search(rf"def {name}\(", (ROOT / file).read_text("utf-8")), name


def test_ids_are_read_from_names_titles_and_first_lines() -> None:
    found = {(one.file, one.name): one.ids for one in shown()}
    assert found["tests/core/test_spelling.py", "test_N04_A08_naughty_strings_are_refused_and_never_repeated"]
    assert ("N04", "A08") in found.values()
    assert found["tests/core/verdict/cases/spf.cases", "two records, and one that says both"] == ("S03",)
    assert found["tests/core/spf/cases/13-softfail-qualifier.txt", "softfail qualifier"] == ("S02",)


def test_lists_of_tests_are_written_anew_and_nothing_else_is() -> None:
    text = "# Faults\n\n### N01 · P0 · A fault\n\nWhat we do.\n\n- [`gone`](../tests/gone.py)\n"
    written = with_tests(text)
    assert "gone" not in written
    assert "\nWhat we do.\n" in written
    assert Shown("tests/core/test_spelling.py", "test_N01_the_canonical_form", ("N01",)) in shown()
    assert "- [`test_N01_the_canonical_form`](../tests/core/test_spelling.py)" in written
    assert with_tests(written) == written
