"""What canaries say about whoever gave the answers: illness by illness."""

import pytest

from letterhead.core import quorum
from letterhead.core.answer import Answer, Fault, Question, RecordType, ResourceRecord, Source
from letterhead.core.canary import Canaries, Symptom
from tests.core.dns import observed, rdata

NAMES = Canaries("good.test", "absent.test", "bogus.test")
GOOD, ABSENT, STRAY, BOGUS_A, BOGUS_TXT = NAMES.questions("lh-1", validating=True)
EXPECTED = {GOOD: "yes", ABSENT: "no", STRAY: "no", BOGUS_A: "bogus", BOGUS_TXT: "bogus"}


def answer(question: Question, said: str) -> Answer:
    """One resolver's word: yes, no, nodata, or the name of a fault."""
    records = ()
    if said == "yes":
        data = rdata(question.type, "192.0.2.1" if question.type is RecordType.A else "there")
        records = (ResourceRecord(question.name, question.type, 300, data),)
    fault = Fault(said) if said in set(Fault) else None
    rcode = "NXDOMAIN" if said == "no" else "NOERROR"
    observation = observed(question, *records, source=Source.RECURSIVE, rcode=rcode, fault=fault)
    return quorum.visible(question, (observation,), 1)


def symptom(**said: str) -> Symptom | None:
    """What follows when some answers are other than expected."""
    named = {"good": GOOD, "absent": ABSENT, "stray": STRAY, "bogus_a": BOGUS_A, "bogus_txt": BOGUS_TXT}
    answers = EXPECTED | {named[name]: words for name, words in said.items()}
    illness = NAMES.illness({question: answer(question, words) for question, words in answers.items()})
    return illness.symptom if illness else None


def test_names_and_types_that_are_asked_for() -> None:
    assert Question("good.test", RecordType.TXT) == GOOD
    assert (ABSENT.name, STRAY.name, BOGUS_A.name) == ("absent.test", "lh-1.test", "bogus.test")
    assert {q.type for q in (ABSENT, STRAY)} == {RecordType.A}, "search pages answer for addresses alone"
    own = NAMES.questions("lh-1", validating=False)
    assert own == (GOOD, ABSENT, STRAY), "a zone's own servers validate nothing"
    assert Canaries().questions("lh-1", validating=True) == ()
    assert not Canaries()
    assert Canaries(bogus="bogus.test")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, None),
        ({"good": "no"}, Symptom.BLIND),
        ({"good": "nodata"}, Symptom.BLIND),
        ({"good": "timeout"}, Symptom.UNREACHABLE),
        ({"good": "servfail"}, Symptom.UNREACHABLE),
        ({"good": "bogus"}, Symptom.CLOCK),
        ({"absent": "yes"}, Symptom.REWRITES),
        ({"stray": "yes"}, Symptom.REWRITES),
        ({"stray": "nodata"}, None),
        ({"stray": "no_soa"}, Symptom.UNREACHABLE),
        ({"absent": "timeout"}, Symptom.UNREACHABLE),
        ({"bogus_a": "yes", "bogus_txt": "yes"}, Symptom.NOT_VALIDATING),
        ({"bogus_a": "nodata", "bogus_txt": "yes"}, Symptom.NOT_VALIDATING),
        ({"bogus_a": "nodata"}, None),
        ({"bogus_a": "servfail", "bogus_txt": "servfail"}, None),
        ({"bogus_a": "timeout", "bogus_txt": "yes"}, None),
        ({"good": "no", "absent": "yes"}, Symptom.BLIND),
    ],
)
def test_R14_R09_R10_each_illness_has_its_name(said: dict[str, str], expected: Symptom | None) -> None:
    assert symptom(**said) is expected


def test_what_was_not_asked_says_nothing() -> None:
    assert NAMES.illness({}) is None
    assert NAMES.illness({GOOD: answer(GOOD, "yes")}) is None


def test_an_illness_says_what_was_seen() -> None:
    illness = NAMES.illness({STRAY: answer(STRAY, "yes")})
    assert str(illness) == "rewrites: lh-1.test does not exist, and yet is found at 192.0.2.1"
