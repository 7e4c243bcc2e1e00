"""The pictures of the documents are the code's own: drawn anew, they come out the same."""

import pytest

from scripts.draw import PICTURES, ROOMS
from scripts.house import ROOT, room_of, sources


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_what_the_code_draws(name: str) -> None:
    drawn = (ROOT / "docs" / name).read_text("utf-8")
    assert drawn == PICTURES[name](), "draw it anew: python -m scripts.draw"


def test_every_room_is_in_the_picture() -> None:
    assert {room_of(path) for path in sources()} - {"__main__", "__init__"} == set(ROOMS)
