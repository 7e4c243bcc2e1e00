"""Whether a record authorises our site: the golden cases of cases/, and the traps of S01.

A case is a zone (see zone.py), a line "---", and what is expected of acme.com: fields of an Authorisation,
lists divided by ", ". A remark is its kind, with "!" when it stands ahead of ours. Lines with ";" say why.
"""

import time
from pathlib import Path

import pytest

from letterhead.core.answer import Question
from letterhead.core.refusal import Refusal
from letterhead.core.spf.authorisation import Authorisation, authorisation
from letterhead.core.spf.judgement import State
from letterhead.core.spf.limits import MAX_RECORD
from letterhead.core.spf.remark import RemarkKind
from letterhead.core.spf.wanted import Wanted
from tests.core.spf.zone import drive, read_zone

_OURS = Wanted((("include:spf.letterhead.example",),))
_CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))


def _judge(zone: str, wanted: Wanted = _OURS, asked: list[Question] | None = None) -> Authorisation:
    return drive(authorisation("acme.com", wanted), read_zone(zone), asked)


def _shown(found: Authorisation, field: str) -> str:
    match field:
        case "remarks":
            return ", ".join(f"{r.kind}{'!' if r.ahead_of_ours else ''}" for r in found.remarks)
        case "path":
            return " > ".join(found.path)
        case "counts":
            return ", ".join(f"{term}={count}" for term, count in found.counts)
        case "missing":
            return ", ".join(found.missing)
        case _:
            return str(getattr(found, field))


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.stem)
def test_golden_cases(case: Path) -> None:
    lines = [line for line in case.read_text(encoding="utf-8").splitlines() if not line.startswith(";")]
    zone, _, rest = "\n".join(["", *lines]).partition("\n---\n")
    expected = dict(
        line.split(": ", 1) if ": " in line else (line.rstrip(":"), "") for line in rest.splitlines()
    )
    groups = expected.pop("wanted", "include:spf.letterhead.example").split(", ")
    found = _judge(zone, Wanted(tuple(tuple(group.split(" or ")) for group in groups)))
    assert {field: _shown(found, field) for field in expected} == expected


def test_there_are_golden_cases() -> None:
    assert len(_CASES) >= 40
    assert [int(case.stem[:2]) for case in _CASES] == list(range(1, len(_CASES) + 1))


@pytest.mark.parametrize(
    "term",
    [
        # our name as the beginning of another one
        "include:spf.letterhead.example.evil.com",
        "include:spf.letterhead.example.evil.com/24",
        "include:spf.letterhead.example-evil.com",
        "include:spf.letterhead.examples",
        "include:spf.letterhead.example.%{d}",
        "include:spf.letterhead.example:25.evil.com",
        "include:spf.letterhead.example/.evil.com",
        "include:spf.letterhead.example?.evil.com",
        "include:spf.letterhead.example@evil.com",
        "include:spf.letterhead.example=evil.com",
        # as the end of one
        "include:evil.spf.letterhead.example",
        "include:evilspf.letterhead.example",
        "include:-spf.letterhead.example",
        "include:_spf.letterhead.example",
        "include:%{l}.spf.letterhead.example",
        "include:evil.com/spf.letterhead.example",
        # in part, or misspelt
        "include:letterhead.example",
        "include:spf.letterhead.exampl",
        "include:spf.letterhaed.example",
        "include:spf-letterhead.example",
        "include:spf.1etterhead.example",
        "include:spf..letterhead.example",
        "include:spf.letterhead.example..",
        # another term that names us
        "include=spf.letterhead.example",
        "x-include=spf.letterhead.example",
        "a:spf.letterhead.example",
        "mx:spf.letterhead.example",
        "exists:spf.letterhead.example",
        "ptr:spf.letterhead.example",
        "exp=spf.letterhead.example",
        "foo=include:spf.letterhead.example",
        # with a qualifier
        "-include:spf.letterhead.example",
        "~include:spf.letterhead.example",
        "?include:spf.letterhead.example",
        "~include:spf.letterhead.example include:spf.letterhead.example",
        "++include:spf.letterhead.example",
        # behind what decides
        "-all include:spf.letterhead.example",
        "?all include:spf.letterhead.example",
        "+all include:spf.letterhead.example",
        "-ip4:0.0.0.0/0 include:spf.letterhead.example",
        "~all redirect=spf.letterhead.example",
        # cut in two
        "include: spf.letterhead.example",
        "include spf.letterhead.example",
        "inc lude:spf.letterhead.example",
        "include:spf.letterhead.example,all",
        "include:spf.letterhead.example;",
        r"include:spf.letterhead.example\x00",
        r"include:spf.letterhead.ex\xc3\xa4mple",
        r"in\xe2\x80\x8bclude:spf.letterhead.example",
    ],
)
def test_S01_what_only_looks_like_our_mechanism_does_not_count(term: str) -> None:
    found = _judge(f"acme.com TXT v=spf1 {term} -all")
    assert found.state not in {State.AUTHORISED, State.UNKNOWN}
    assert found.suggestion is not None
    assert _judge(f"acme.com TXT {found.suggestion}").state is State.AUTHORISED


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 include:spf.letterhead.example -all",
        "v=spf1 +include:spf.letterhead.example ~all",
        "V=SPF1 INCLUDE:SPF.Letterhead.EXAMPLE -ALL",
        "v=spf1 include:spf.letterhead.example. ?all",
        "v=spf1   include:spf.letterhead.example   -all  ",
        "v=spf1 include:spf.letter | head.example -all",
        "v=spf1 include:spf.letterhead.example",
        "v=spf1 ip4:192.0.2.0/24 -ip4:192.0.2.7 include:spf.letterhead.example -all",
        "v=spf1 exp=why.acme.com foo=bar include:spf.letterhead.example -all",
        "v=spf1 include:spf.letterhead.example include:spf.letterhead.example -all",
        "v=spf1 redirect=spf.letterhead.example",
    ],
)
def test_S08_every_lawful_spelling_of_our_mechanism_counts(record: str) -> None:
    asked: list[Question] = []
    found = _judge(f"acme.com TXT {record}", asked=asked)
    assert (found.state, found.suggestion, found.missing) == (State.AUTHORISED, None, ())
    assert {q.name for q in asked} == {"acme.com"}  # ours is known and never looked up


def test_S02_a_near_miss_is_pointed_out() -> None:
    found = _judge("acme.com TXT v=spf1 include:spf.letterhaed.example -all")
    near = [r.place for r in found.remarks if r.kind is RemarkKind.NEAR_MISS]
    assert near == ["acme.com > include:spf.letterhaed.example"]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "terms",
    [
        "include:i{}.x.com",
        "a:i{}.x.com",
        "ip4:192.0.2.{}",
        "~include:spf.letterhead.example",
        "include:spf.letterhead.examp{}",
    ],
)
def test_S05_a_record_of_thousands_of_terms_costs_few_questions(terms: str) -> None:
    asked: list[Question] = []
    record = " ".join(terms.format(i % 250) for i in range(3000))
    _judge(f"acme.com TXT v=spf1 {record} -all", asked=asked)
    assert len(asked) <= 61


def test_S05_a_tree_that_doubles_on_every_level_ends() -> None:
    levels = "\n".join(
        f"l{i}.x.com TXT v=spf1 include:l{i + 1}.x.com include:l{i + 1}.x.com" for i in range(40)
    )
    asked: list[Question] = []
    found = _judge(
        f"acme.com TXT v=spf1 include:spf.letterhead.example include:l0.x.com\n{levels}", asked=asked
    )
    assert found.state is State.TOO_MANY_LOOKUPS
    assert len(asked) <= 31


def test_S05_long_records_in_every_include_cost_no_minutes() -> None:
    """Without a bound each of ours at the end is compared with each of those in the includes."""
    ours = "include:spf.letterhead.example "
    includes = " ".join(f"include:i{i}.x.com" for i in range(30))
    long = "\n".join(f"i{i}.x.com TXT v=spf1 {f'-{ours}' * 1000}-all" for i in range(30))
    began = time.process_time()
    found = _judge(f"acme.com TXT v=spf1 {includes} -ip4:0.0.0.0/0 {ours * 230}-all\n{long}")
    assert time.process_time() - began < 1
    assert found.state is State.TOO_MANY_LOOKUPS


def test_S05_what_we_did_not_read_for_its_length_might_hold_ours() -> None:
    long = "ip4:192.0.2.1 " * 2000
    found = _judge(f"acme.com TXT v=spf1 include:x.com -all\nx.com TXT v=spf1 {long}-all")
    assert found.state is State.UNKNOWN
    short = _judge(
        "acme.com TXT v=spf1 include:x.com include:y.com -all\ny.com TXT v=spf1 -all\n"
        f"x.com TXT v=spf1 {long}-all"
    )
    assert short.path == ("acme.com", "include:x.com"), "one that is too long keeps no other from being read"


@pytest.mark.parametrize("text", ["all", "-include:x.com", "redirect=x.com", "moo", "include:", ""])
def test_our_own_mechanisms_must_be_able_to_pass(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        Wanted(((text,),))
    assert caught.value.code == "spf_mechanism_invalid"


def _filled(term: str) -> str:
    """A record of this term, as often as a message over TCP can hold it."""
    return f"v=spf1 {' '.join([term] * (60_000 // (len(term) + 1)))}"


_HUGE = {
    "terms": [_filled("a")],
    "remarks": [_filled("ptr")],
    "near misses": [_filled("a:spf.lettexhead.exampl")],
    "slips": [_filled("ipv4:1.1.1.1")],
    "macros": ["v=spf1 a:" + "%{d}" * 15_000 + ".com"],
    "two records": [_filled("a:b.c")[:30_000], _filled("mx:d.e")[:30_000]],
    "records": ["v=spf1 a:b.c -all"] * 1_000,
    "fragments": ["v=spf1 -all", *["a:b.c mx:d.e ip4:192.0.2.1"] * 1_000],
    "a long fragment": ["v=spf1 -all", _filled("a:b.c").removeprefix("v=spf1 ")],
}


@pytest.mark.parametrize("texts", _HUGE.values(), ids=_HUGE)
def test_R18_what_a_stranger_publishes_costs_little_and_is_never_a_definite_fault_by_its_size(
    texts: list[str],
) -> None:
    zone = read_zone("\n".join(f"acme.com TXT {text}" for text in texts))
    began = time.process_time()
    found = drive(authorisation("acme.com", _OURS), zone)
    assert time.process_time() - began < 0.15
    assert len(found.suggestion or "") < 2 * MAX_RECORD
    if len(texts) == 1:
        assert (found.state, found.suggestion) == (State.UNKNOWN, None)
        assert f"we read {MAX_RECORD}" in found.problem


def test_a_record_of_a_size_that_people_do_publish_is_read() -> None:
    networks = " ".join(f"ip4:192.0.{i // 256}.{i % 256}" for i in range(400))
    found = _judge(f"acme.com TXT v=spf1 {networks} include:spf.letterhead.example -all")
    assert found.state is State.AUTHORISED
