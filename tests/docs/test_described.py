"""The reference pages are what the code says: written anew, they come out the same."""

import pytest

from scripts.describe import DOCS, PAGES, PASSAGES, SHIPPED, page, passages


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_the_code_says(name: str) -> None:
    stands = (DOCS / name).read_text("utf-8")
    assert stands == page(name), "write it anew: python -m scripts.describe"


def test_the_server_shows_the_problems_that_the_documentation_lists() -> None:
    stands = SHIPPED.read_text("utf-8")
    assert stands == (DOCS / "problems.md").read_text("utf-8"), "copy it anew: python -m scripts.describe"


def test_every_passage_has_its_place() -> None:
    placed = [name for each in PAGES for name in passages((DOCS / each).read_text("utf-8"))]
    assert sorted(placed) == sorted(PASSAGES)
