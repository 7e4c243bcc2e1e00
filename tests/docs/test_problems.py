"""docs/problems.md: a line for every code in the source, with its status, and no line without a code."""

import ast

import pytest

from scripts.house import ROOT
from scripts.reference.codes import Untraced, codes, codes_of
from tests.docs.markdown import rows

PAGE = ROOT / "docs" / "problems.md"
NEVER_BY_HTTP = (
    "app.py",
    "core/dkim.py",
    "core/dmarc/",
    "core/endpoint.py",
    "core/spf/",
    "resolver/",
    "sandbox/",
    "service/minting.py",
    "service/teams.py",
    "store/",
)
"""Where refusals arise that no request can cause: at the machine itself, or in the sandbox."""


def listed() -> dict[str, str]:
    return {row[0].strip("`"): row[1] for row in rows(PAGE)}


def test_every_code_has_its_line_and_every_line_its_code() -> None:
    assert sorted(row[0].strip("`") for row in rows(PAGE)) == sorted(codes())


def test_every_line_says_the_status_what_was_wrong_and_how_to_mend_it() -> None:
    for row in rows(PAGE):
        assert len(row) == 4, row
        assert all(row), row


@pytest.mark.parametrize("code", sorted(codes()))
def test_the_status_is_that_of_the_code(code: str) -> None:
    by_http = {str(status) for status, path in codes()[code] if not path.startswith(NEVER_BY_HTTP)}
    assert (by_http or {"none"}) == {listed()[code]}


def traced(source: str) -> set[tuple[str, int]]:
    return set(codes_of("core/x.py", ast.parse(source)))


def test_a_code_is_found_wherever_it_is_handed_on() -> None:
    source = """
from letterhead.core.refusal import Kind, Refusal, invalid
def plain(): raise invalid("a", "text")
def kind(): raise Refusal(Kind.QUOTA, "b", "text")
def handing_on(code, text): return invalid(code, text)
def twice(text, code): return handing_on(code, text)
def caller(): raise handing_on("c", "text")
def far(): raise twice("text", "d")
"""
    assert traced(source) == {("a", 422), ("b", 403), ("c", 422), ("d", 422)}


def test_functions_of_the_same_name_from_elsewhere_are_no_refusals() -> None:
    assert traced("from x import missing\ndef f(case): return missing(case, 'answer')") == set()


def test_a_code_that_can_not_be_told_is_an_error() -> None:
    with pytest.raises(Untraced):
        traced("from letterhead.core.refusal import invalid\ndef f(row): raise invalid(row.code, 'text')")
