"""Inquiries: aliases followed across zones, and several inquiries asking in common rounds."""

import pytest
from msgspec.structs import replace

from letterhead.core.answer import (
    Absence,
    Absent,
    Fault,
    Found,
    Probe,
    Question,
    RecordType,
    Sighting,
    Txt,
    Unreachable,
)
from letterhead.core.inquiry import MAX_ALIASES, Inquiry, ask, sighted, together
from tests.core.dns import Paper

TXT = RecordType.TXT


def text(answer: object) -> list[str]:
    assert isinstance(answer, Found)
    return [r.data.text for r in answer.records if isinstance(r.data, Txt)]


def test_a_chain_is_followed_and_all_its_hops_are_told() -> None:
    paper = Paper(["a.com CNAME b.net", "b.net CNAME c.org", "c.org TXT hello"])
    answer = paper.drive(ask("a.com", TXT))
    assert text(answer) == ["hello"]
    assert isinstance(answer, Found)
    assert [str(a.data) for a in answer.aliases] == ["b.net", "c.org"]
    assert answer.question == Question("a.com", TXT)
    assert [o.question.name for o in answer.observations] == ["a.com", "b.net", "c.org"]


def test_a_probe_is_asked_as_such_and_what_it_is_an_alias_of_is_not() -> None:
    paper = Paper(["*.a.com CNAME b.net", "b.net TXT hello"])
    answer = paper.drive(ask("random.a.com", TXT, Probe))
    assert paper.asked == [Probe("random.a.com", TXT), Question("b.net", TXT)]
    assert answer.question == paper.asked[0]


def test_a_chain_that_ends_in_nothing_is_absent_and_one_that_breaks_off_unreachable() -> None:
    absent = Paper(["a.com CNAME b.net"]).drive(ask("a.com", TXT))
    assert isinstance(absent, Absent)
    assert absent.reason is Absence.NXDOMAIN
    assert [str(a.data) for a in absent.aliases] == ["b.net"]
    lost = Paper(["a.com CNAME b.net", "b.net TXT servfail"]).drive(ask("a.com", TXT))
    assert isinstance(lost, Unreachable)
    assert lost.fault is Fault.SERVFAIL
    assert lost.question.name == "a.com"


def test_a_chain_is_as_unseen_as_any_of_its_hops() -> None:
    paper = Paper(["a.com CNAME b.net", "b.net TXT hello"])
    answer = paper.drive(ask("a.com", TXT))
    assert isinstance(answer, Found)
    assert answer.unseen is None, "nobody was asked yet"
    hidden = Unreachable(Question("b.net", TXT), Fault.NOT_VISIBLE)
    second = paper.answer(Question("b.net", TXT))
    assert isinstance(second, Found)
    for last in (replace(second, unseen=hidden), hidden):
        looking = sighted(answer)
        hops = next(looking)
        assert hops == (Sighting("a.com", TXT), Sighting("b.net", TXT))
        with pytest.raises(StopIteration) as done:
            looking.send({hops[0]: paper.answer(hops[0]), hops[1]: last})
        assert done.value.value.unseen == hidden
        assert text(done.value.value) == ["hello"]


def test_what_is_not_found_is_shown_to_no_resolver() -> None:
    paper = Paper(["b.net TXT timeout"])
    for name in ("a.com", "b.net"):
        answer = paper.drive(ask(name, TXT))
        assert paper.drive(sighted(answer)) is answer
    assert not any(isinstance(question, Sighting) for question in paper.asked)


@pytest.mark.parametrize("length", [1, 2, 5])
def test_R19_a_loop_is_found_whatever_its_length(length: int) -> None:
    lines = [f"h{n}.com CNAME h{(n + 1) % length}.com" for n in range(length)]
    answer = Paper(lines).drive(ask("h0.com", TXT))
    assert isinstance(answer, Absent)
    assert answer.reason is Absence.ALIAS_LOOP


@pytest.mark.parametrize(("hops", "fine"), [(MAX_ALIASES, True), (MAX_ALIASES + 1, False), (40, False)])
def test_R18_a_chain_is_followed_for_eight_hops_and_no_further(hops: int, fine: bool) -> None:
    lines = [f"h{n}.com CNAME h{n + 1}.com" for n in range(hops)] + [f"h{hops}.com TXT end"]
    paper = Paper(lines)
    answer = paper.drive(ask("h0.com", TXT))
    assert isinstance(answer, Found) == fine
    assert len(paper.asked) <= MAX_ALIASES + 1
    if isinstance(answer, Absent):
        assert answer.reason is Absence.ALIAS_TOO_LONG


def test_a_cname_asked_for_by_name_is_not_followed() -> None:
    paper = Paper(["a.com CNAME b.net"])
    answer = paper.drive(ask("a.com", RecordType.CNAME))
    assert isinstance(answer, Found)
    assert [str(r.data) for r in answer.records] == ["b.net"]
    assert len(paper.asked) == 1


def counted(names: str) -> Inquiry[list[str]]:
    """Asks for one name after another."""
    found = []
    for name in names:
        found += text((yield from ask(f"{name}.com", TXT)))
    return found


def test_inquiries_together_ask_in_common_rounds_and_nothing_twice_in_one() -> None:
    paper = Paper([f"{name}.com TXT {name}" for name in "abc"])
    rounds: list[str] = []

    def noted() -> Inquiry[list[list[str]]]:
        inquiry = together([counted("ab"), counted("a"), counted(""), counted("abc")])
        questions = next(inquiry)
        while True:
            rounds.append("".join(q.name[0] for q in questions))
            answers = yield questions
            try:
                questions = inquiry.send(answers)
            except StopIteration as done:
                return done.value

    assert paper.drive(noted()) == [["a", "b"], ["a"], [], ["a", "b", "c"]]
    assert rounds == ["a", "b", "c"]


def test_nothing_to_ask_needs_no_round() -> None:
    assert Paper([]).drive(together([])) == []
