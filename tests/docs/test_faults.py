"""docs/faults.md: a row for every fault that this version answers for, and a test for each P0."""

import functools
import re

import pytest

from scripts.house import ROOT, sources
from scripts.reference.faults import ROW, Shown, shown, with_tests

PAGE = ROOT / "docs" / "faults.md"
COVERED = """
    N01-N16 O01-O18 R01-R27 T01-T04 T06-T08 S01-S08 D01-D09 D11-D13 K01-K06 K12 M01-M08
    L01-L20 A01-A04 A06-A20 W01-W06 X05-X12 X14 U03 U06 U09
"""
"""The faults of the catalogue that this version answers for: domains, teams, the watch and what it tells."""

UNTESTED = re.compile(r"^Not tested here: (.+?)$\n\n", re.MULTILINE | re.DOTALL)
"""A paragraph of a row that says why there is no test."""


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


@pytest.mark.parametrize("fault", rows())
def test_a_fault_has_a_test_or_says_why_not(fault: str) -> None:
    why = UNTESTED.search(rows()[fault][1])
    assert (fault in borne()) != (why is not None)
    assert why is None or len(why[1].split()) >= 5, "a reason is a sentence"


def test_nothing_follows_a_domain_connect_record() -> None:
    """Whoever builds it tests what is said where `_domainconnect` leads to, instead of this."""
    assert "Domain Connect" in rows()["W03"][1]
    assert [
        path for path, text in sources().items() if re.search("domain_?connect", text, re.IGNORECASE)
    ] == []


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
