"""The lean reading of answers is dnspython's, or is left to it; and what of an answer a digest stands on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.answer import Question, RecordType
from letterhead.resolver import wire
from letterhead.resolver.bulk.material import material, materials, skimmed
from letterhead.resolver.bulk.questions import MAX_QUESTIONS, opened, prepared
from letterhead.resolver.bulk.reading import in_full, lean, oracle, read
from tests.resolver.replies import ANSWERS, SOA, mutants, reply, section

LABEL = st.text("abcxyz019-_", min_size=1, max_size=63)


def agree(count: int) -> int:
    """Hold both readings of so many mutants against each other; how many the lean one took on."""
    taken = 0
    for asked, mutant in mutants(count):
        usual = lean(asked, mutant)
        if usual is not None:
            taken += 1
            assert in_full(asked, usual) == oracle(asked, mutant), (asked, mutant)
    return taken


def test_R18_mutated_answers_are_read_as_dnspython_reads_them_or_left_to_it() -> None:
    assert agree(5_000) > 300


@pytest.mark.soak
def test_R18_a_hundred_thousand_mutated_answers_are_read_as_dnspython_reads_them() -> None:
    assert agree(100_000) > 6_000


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: f"{a[0]} {a[3]} {len(a[1])}")
def test_answers_are_read_as_dnspython_reads_them(answer: tuple[str, list[str], list[str], int]) -> None:
    asked, whole = section(answer[0]), reply(*answer)
    assert read(asked, whole) == oracle(asked, whole)


@pytest.mark.parametrize("answer", ANSWERS[:7] + ANSWERS[8:10], ids=lambda a: f"{a[0]} {a[3]} {len(a[1])}")
def test_usual_answers_need_no_dnspython(answer: tuple[str, list[str], list[str], int]) -> None:
    assert lean(section(answer[0]), reply(*answer)) is not None


@given(st.binary(max_size=300))
def test_junk_is_no_answer_and_raises_nothing(junk: bytes) -> None:
    assert lean(section("acme.com TXT"), junk) is None
    assert read(section("acme.com TXT"), junk) is None


@given(st.lists(LABEL, min_size=1, max_size=4), st.sampled_from(list(RecordType)))
def test_questions_are_the_bytes_that_dnspython_would_send(labels: list[str], rtype: RecordType) -> None:
    question = Question(".".join(labels)[:200].strip("."), rtype)
    try:
        theirs = wire.query(question, recursive=True, edns=True)
    except ValueError:
        with pytest.raises(ValueError, match="no name"):
            prepared([question])
        return
    _, ours, _ = opened(prepared([question]))
    header = len(ours[2:]).to_bytes(2, "big") + bytes(2) + theirs.wire[2:12]
    assert ours == header + theirs.asked + b"\0\0\x29\x04\xd0" + bytes(6)  # and no EDNS option


def test_odd_names_are_prepared_too_and_too_many_questions_are_a_value_error() -> None:
    odd = Question("a\\.b.acme.com", RecordType.TXT)
    assert opened(prepared([odd, odd]))[1][14:].startswith(b"\x03a.b\x04acme")
    for count in (0, MAX_QUESTIONS + 1):
        with pytest.raises(ValueError, match=f"{count} questions"):
            prepared(Question(f"n{number}.acme.com", RecordType.TXT) for number in range(count))


TWO = ('acme.com. {} IN TXT "one"', 'acme.com. {} IN TXT "two"')


@pytest.mark.parametrize(
    ("question", "before", "after"),
    [
        ("acme.com TXT", ([TWO[0].format(300)], [], 0), ([TWO[0].format(7)], [], 0)),
        ("acme.com TXT", ([r.format(9) for r in TWO], [], 0), ([r.format(3) for r in TWO[::-1]], [], 0)),
        ("no.acme.com TXT", ([], [SOA.format(1)], 3), ([], [SOA.format(2)], 3)),
    ],
    ids=["TTL", "order", "serial"],
)
def test_what_changes_by_itself_is_not_in_the_digest(question: str, before: tuple, after: tuple) -> None:
    asked = section(question)
    assert material(asked, reply(question, *before)) == material(asked, reply(question, *after)) is not None


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: f"{a[0]} {a[3]} {len(a[1])}")
def test_every_other_answer_has_another_digest(answer: tuple[str, list[str], list[str], int]) -> None:
    asked, mine = section(answer[0]), material(section(answer[0]), reply(*answer))
    for other in ANSWERS:
        if other != answer and other[0] == answer[0]:
            theirs = material(asked, reply(*other))
            assert mine != theirs or mine is theirs is None


SINGLE = [ANSWERS[0], ANSWERS[3], ANSWERS[4]]


def test_skimming_makes_of_single_records_what_reading_them_makes() -> None:
    asked, replies = [section(a[0]) for a in SINGLE], [reply(*a) for a in SINGLE]
    assert skimmed(asked, replies) == materials(asked, replies)


def test_skimming_leaves_ids_and_ttls_out() -> None:
    asked = [section("acme.com TXT")]
    before, after = (
        skimmed(asked, [number + reply("acme.com TXT", [TWO[0].format(ttl)], [])[2:]])
        for number, ttl in ((b"\0\1", 300), (b"\xff\xfe", 7))
    )
    assert before == after != b""


def trusted(count: int) -> int:
    """Skim so many mutants beside what their originals were read to be; how many are the same.

    What passes on trust must pass the checks as well.
    """
    read_before = {(section(a[0]), materials([section(a[0])], [reply(*a)])) for a in ANSWERS}
    same = 0
    for asked, mutant in mutants(count):
        found = skimmed([asked], [mutant])
        if (asked, found) in read_before:
            same += 1
            assert materials([asked], [mutant]) == found, (asked, mutant)
    return same


def test_R18_mutated_answers_pass_on_trust_only_if_they_pass_the_checks() -> None:
    assert 0 < trusted(5_000) < 1_000


@pytest.mark.soak
def test_R18_a_hundred_thousand_mutated_answers_pass_on_trust_only_if_they_pass_the_checks() -> None:
    assert 0 < trusted(100_000) < 20_000


@given(st.lists(st.binary(max_size=80), min_size=2, max_size=2))
def test_junk_is_skimmed_without_raising_and_is_never_trusted(junk: list[bytes]) -> None:
    asked, replies = [section(a[0]) for a in SINGLE[:2]], [reply(*a) for a in SINGLE[:2]]
    assert skimmed(asked, junk) != materials(asked, replies)


@pytest.mark.parametrize("ede", [3, 15, None], ids=["stale", "blocked", "clean"])
def test_R08_what_a_resolver_does_not_vouch_for_is_no_answer(ede: int | None) -> None:
    asked = section("acme.com TXT")
    said = material(asked, reply("acme.com TXT", ['acme.com. 300 IN TXT "x"'], [], ede=ede))
    assert (said is None) is (ede is not None)


@pytest.mark.parametrize("rcode", [1, 2, 4, 5, 9])
def test_R02_errors_and_cut_off_answers_are_no_answer(rcode: int) -> None:
    asked = section("acme.com TXT")
    assert material(asked, reply("acme.com TXT", [], [SOA.format(1)], rcode)) is None
    whole = bytearray(reply("acme.com TXT", ['acme.com. 300 IN TXT "x"'], []))
    whole[2] |= 0x02
    assert material(asked, bytes(whole)) is None
