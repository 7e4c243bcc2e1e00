"""Selecting and parsing records: RFC 7208 §3.1, §3.3, §4.5, §4.6."""

import pytest

from letterhead.core.answer import RecordType, ResourceRecord
from letterhead.core.spf.record import RecordError, parse, select
from tests.core.spf.zone import txt


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("v=spf1", True),
        ("v=spf1 ", True),
        ("v=spf1 -all", True),
        ("V=SpF1 -all", True),
        ("v=spf1   a   -all  ", True),
        (r"v=spf1 \xff", True),  # selected, and then a permerror
        ("v=spf10", False),
        ("v=spf1-all", False),
        ("v=spf1\\t-all", False),
        (" v=spf1 -all", False),
        ('"v=spf1 -all"', False),
        ("v=spf2.0/pra -all", False),
        ("spf1 -all", False),
        ("v= spf1 -all", False),
        ("", False),
        (r"\xff\xfe", False),
    ],
)
def test_S08_records_are_selected_by_their_version(text: str, selected: bool) -> None:
    record = ResourceRecord("acme.com", RecordType.TXT, 300, txt(text))
    assert bool(select([record])) is selected


def test_strings_are_joined_without_a_blank() -> None:
    # §3.3: so "v=spf1" and "mx" make "v=spf1mx", which is no record.
    joined = ResourceRecord("acme.com", RecordType.TXT, 300, txt("v=spf1", "mx"))
    assert select([joined]) == ()
    assert parse(txt("v=spf1 inc", "lude:x.com")).mechanisms[0].domain == "x.com"


@pytest.mark.parametrize(
    ("text", "position", "term"),
    [
        ("v=spf1 a  mx moo -all", 3, "moo"),
        ("v=spf1 -all ip6", 2, "ip6"),
        (r"v=spf1 a:x\xef.com", 1, r"a:x\xef.com"),
        (r"v=spf1 a\x0dmx -all", 1, r"a\x0dmx"),
        ("v=spf1\\x20a:x.com\\x00", 1, r"a:x.com\x00"),
        ("v=spf1 redirect=x.com redirect=y.com", 2, "redirect=y.com"),
        ("v=spf1 exp=x.com -all EXP=x.com", 3, "EXP=x.com"),
    ],
)
def test_errors_anywhere_are_named_with_their_term(text: str, position: int, term: str) -> None:
    with pytest.raises(RecordError) as caught:
        parse(txt(text))
    assert (caught.value.position, caught.value.term) == (position, term)


def test_what_stands_behind_all_is_not_live() -> None:
    record = parse(txt("v=spf1 a -all mx redirect=x.com"))
    assert [m.text for m in record.live] == ["a", "-all"]
    assert [m.text for m in record.mechanisms] == ["a", "-all", "mx"]
    assert record.redirect
    assert record.redirect.value == "x.com"


def test_unknown_modifiers_may_repeat() -> None:
    assert len(parse(txt("v=spf1 foo=a foo=b -all")).terms) == 3
