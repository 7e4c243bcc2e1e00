"""The pages of docs/dialects/ hold: every answer they show is one that was replayed, every route, too."""

import re
from pathlib import Path

import pytest

from scripts.house import ROOT
from tests.docs.markdown import blocks, named
from tests.wire.placeholder import Bindings
from tests.wire.replay import compact
from tests.wire.transcript import Exchange, read

PAGES = sorted((ROOT / "docs" / "dialects").glob("*.md"))
DIALECTS = [page for page in PAGES if page.stem != "README"]
_ROUTE = re.compile(r"^\| `((?:GET|POST|PUT|PATCH|DELETE) /[^` ]+)`", re.MULTILINE)
_ID = re.compile(r"m?dom_\{\{id\d*\}\}")


def exchanges(dialect: str) -> list[Exchange]:
    """Every exchange of a dialect's transcripts."""
    files = sorted((Path(__file__).parent / dialect).glob("*.http"))
    return [part for file in files for part in read(file) if isinstance(part, Exchange)]


def routes(page: Path) -> list[str]:
    """The routes of a page's table, as `GET /v1/domains/{id}`."""
    return _ROUTE.findall(page.read_text("utf-8"))


def test_every_dialect_that_is_replayed_has_its_page() -> None:
    replayed = {path.parent.name for path in Path(__file__).parent.glob("*/01-seed.http")}
    assert {page.stem for page in DIALECTS} == replayed
    assert len(replayed) == 5


@pytest.mark.parametrize("page", DIALECTS, ids=lambda page: page.stem)
def test_every_route_of_a_page_is_replayed_and_no_other_is(page: Path) -> None:
    asked = [each for each in exchanges(page.stem) if not each.path.startswith("/api/v2/")]
    replayed = {
        f"{each.method} {_ID.sub('{id}', each.path.partition('?')[0])}" for each in asked if each.status < 300
    }
    assert {route for route in replayed if not route.startswith("OPTIONS")} == set(routes(page))


@pytest.mark.parametrize("page", DIALECTS, ids=lambda page: page.stem)
def test_every_answer_on_a_page_is_one_that_was_replayed(page: Path) -> None:
    shown = [block for block in blocks("http") if block.document == named(page)]
    assert len(shown) >= 3
    for block in shown:
        assert any(_shows(block.text, each) for each in exchanges(page.stem)), f"{block}\n{block.text}"


def _shows(text: str, exchange: Exchange) -> bool:
    """Whether a block is the answer of an exchange: its first line, and its body in the same order."""
    head, _, body = text.strip("\n").partition("\n\n")
    answer = exchange.answer
    if head.splitlines()[0] != answer.start or not answer.body.startswith(("{", "[")):
        return False
    return Bindings({}).match(compact(answer.body), compact(body))


@pytest.mark.parametrize("page", DIALECTS, ids=lambda page: page.stem)
def test_a_page_says_where_it_leaves_its_seed_and_why(page: Path) -> None:
    _, _, divergences = page.read_text("utf-8").partition("\n## Divergences\n")
    rows = [row.split("|")[1:-1] for row in divergences.splitlines() if row.startswith("| ")][2:]
    assert len(rows) >= 3
    for seed, here, why in rows:
        assert seed.strip(), rows
        assert here.strip(), rows
        assert why.strip(), rows
