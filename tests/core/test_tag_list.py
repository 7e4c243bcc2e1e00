"""Tag lists: what is a tag, what is not, and that no byte is lost."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.tag_list import Tag, legible, read


@pytest.mark.parametrize(
    ("data", "tags", "malformed"),
    [
        (b"", [], []),
        (b";", [], [""]),
        (b"v=1", [("v", "1")], []),
        (b"v=1;", [("v", "1")], []),
        (b" v = 1 ; p\t=\t2\r\n ;", [("v", "1"), ("p", "2")], []),
        (b"p=a b\tc", [("p", "a b\tc")], []),
        (b"p=", [("p", "")], []),
        (b"p=a=b==", [("p", "a=b==")], []),
        (b"v=1;;p=2", [("v", "1"), ("p", "2")], [""]),
        (b"v=1; junk; p=2", [("v", "1"), ("p", "2")], ["junk"]),
        (b"1v=1; _x=2; x_1=3; =4", [("x_1", "3")], ["1v=1", "_x=2", "=4"]),
        (b"n=\xff\x00;p=1", [("n", "\xff\x00"), ("p", "1")], []),
        (b"\xc2\xa0p=1", [], ["\xc2\xa0p=1"]),
    ],
)
def test_a_record_is_taken_apart(data: bytes, tags: list[tuple[str, str]], malformed: list[str]) -> None:
    found = read(data)
    assert [(tag.name, tag.value) for tag in found.tags] == tags
    assert list(found.malformed) == malformed


def test_a_repeated_tag_has_no_value() -> None:
    found = read(b"p=1; s=x; p=2; p=1")
    assert found.repeated == ("p",)
    assert found.get("p") is None
    assert found.values("p") == ("1", "2", "1")
    assert found.get("s") == "x"


def test_names_are_case_sensitive() -> None:
    found = read(b"P=1; p=2")
    assert found.get("p") == "2"
    assert found.repeated == ()


def test_thousands_of_tags_are_counted_in_no_time() -> None:
    found = read("; ".join(f"x{n}=y" for n in range(8000)).encode() + b"; x1=z")
    began = time.process_time()
    assert found.repeated == ("x1",)
    assert time.process_time() - began < 0.1


def test_long_and_odd_values_are_shown_legibly() -> None:
    assert legible("a\x00\xffb") == "a\\x00\\xffb"
    assert legible("x" * 81) == "x" * 80 + "…"


@given(st.binary(max_size=200))
def test_T04_any_bytes_are_read_and_none_are_lost(data: bytes) -> None:
    found = read(data)
    kept = "".join([str(tag) for tag in found.tags] + list(found.malformed))
    significant = data.decode("latin-1").translate(dict.fromkeys(map(ord, " \t\r\n;")))
    assert sorted(kept.translate(dict.fromkeys(map(ord, " \t\r\n")))) == sorted(significant)


_NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True)
_VALUES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=";"), max_size=20)


@given(st.lists(st.builds(Tag, _NAMES, _VALUES), max_size=8))
def test_what_is_written_is_read_back(tags: list[Tag]) -> None:
    assert read("; ".join(map(str, tags)).encode()).tags == tuple(tags)
