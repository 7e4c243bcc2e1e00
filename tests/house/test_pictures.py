"""The pictures of the documents are the code's own: drawn anew, they come out the same."""

import pytest

from scripts.draw import PICTURES
from scripts.house import ROOT


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_what_the_code_draws(name: str) -> None:
    drawn = (ROOT / "docs" / name).read_text("utf-8")
    assert drawn == PICTURES[name](), "draw it anew: python -m scripts.draw"
