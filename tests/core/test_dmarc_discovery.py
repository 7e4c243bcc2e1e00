"""Discovery: which names a walk asks for, where it stops, which record rules (RFC 9989 §4.10).

A world is a dictionary from a domain to the TXT records at its `_dmarc` name; "?" stands for a name that
can't be found out. Whatever is not in it is absent.
"""

from collections.abc import Generator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.answer import (
    Absence,
    Absent,
    Answer,
    Fault,
    Found,
    Question,
    RecordType,
    ResourceRecord,
    Target,
    Txt,
    Unreachable,
)
from letterhead.core.dmarc.discovery import (
    Discovery,
    Lack,
    NoPolicy,
    Ruling,
    discover,
    organizational_domain,
    walk,
    walk_targets,
)
from letterhead.core.dmarc.policy import Policy
from letterhead.core.dmarc.record import Reason

NONE, QUARANTINE, REJECT = Policy
World = Mapping[str, tuple[str, ...] | str]


def txt(question: Question, *strings: tuple[bytes, ...]) -> Found:
    return Found(
        question, tuple(ResourceRecord(question.name, question.type, 300, Txt(each)) for each in strings)
    )


def answered(world: World, question: Question) -> Answer:
    """What the world says; a name outside `_dmarc` is asked for its MX, under the key "MX"."""
    held = world.get("MX" if question.type is RecordType.MX else question.name.removeprefix("_dmarc."), ())
    if held == "?":
        return Unreachable(question, Fault.SERVFAIL)
    if held == "nodata":
        return Absent(question, Absence.NODATA)
    if isinstance(held, str):
        return txt(question, (held.encode(),))
    if not held:
        return Absent(question, Absence.NXDOMAIN)
    return txt(question, *((text.encode(),) for text in held))


def drive(inquiry: Generator[Any, Any, Any], world: World) -> tuple[Any, list[str]]:
    """Run an inquiry against a world; returns its result and the names asked for, in order."""
    asked: list[str] = []
    try:
        questions = next(inquiry)
        while True:
            asked += [question.name for question in questions]
            questions = inquiry.send({question: answered(world, question) for question in questions})
    except StopIteration as done:
        return done.value, asked


def found(domain: str, world: World) -> Discovery:
    result, _ = drive(discover(domain), world)
    assert isinstance(result, Discovery)
    return result


LABELS = [*"abcdefghij", "example", "com"]

SEQUENCES = {
    1: ["com"],
    2: ["example.com", "com"],
    3: ["j.example.com", "example.com", "com"],
    4: ["i.j.example.com", "j.example.com", "example.com", "com"],
    5: ["h.i.j.example.com", "i.j.example.com", "j.example.com", "example.com", "com"],
    6: [
        "g.h.i.j.example.com",
        "h.i.j.example.com",
        "i.j.example.com",
        "j.example.com",
        "example.com",
        "com",
    ],
    7: [
        "f.g.h.i.j.example.com",
        "g.h.i.j.example.com",
        "h.i.j.example.com",
        "i.j.example.com",
        "j.example.com",
        "example.com",
        "com",
    ],
}
SEVEN = SEQUENCES[7]
SEQUENCES |= {count: [".".join(LABELS[-count:]), *SEVEN] for count in range(8, 13)}


@pytest.mark.parametrize(("count", "names"), SEQUENCES.items())
def test_D08_a_walk_asks_for_exactly_these_names_in_this_order(count: int, names: list[str]) -> None:
    domain = ".".join(LABELS[-count:])
    assert walk_targets(domain) == tuple(names)
    for inquiry in (walk(domain), discover(domain)):
        _, asked = drive(inquiry, {})
        assert asked == [f"_dmarc.{name}" for name in names]
        assert len(asked) <= 8


def test_D08_the_example_of_the_standard() -> None:
    _, asked = drive(discover("a.b.c.d.e.f.g.h.i.j.mail.example.com"), {})
    assert asked == [
        "_dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com",
        "_dmarc.g.h.i.j.mail.example.com",
        "_dmarc.h.i.j.mail.example.com",
        "_dmarc.i.j.mail.example.com",
        "_dmarc.j.mail.example.com",
        "_dmarc.mail.example.com",
        "_dmarc.example.com",
        "_dmarc.com",
    ]


def test_an_own_record_rules_without_further_questions() -> None:
    result, asked = drive(discover("acme.com"), {"acme.com": "v=DMARC1; p=reject; sp=none", "com": "?"})
    assert asked == ["_dmarc.acme.com"]
    assert isinstance(result.outcome, Ruling)
    assert (result.outcome.domain, result.outcome.tag, result.policy) == ("acme.com", "p", REJECT)


def test_a_name_too_long_to_be_prefixed_is_not_asked_for() -> None:
    long = ".".join(["x" * 61] * 4)
    assert len(long) == 247
    _, asked = drive(discover(long), {})
    assert asked[0] == "_dmarc." + ".".join(["x" * 61] * 3)


# domain, world, the organizational domain (RFC 9989 §4.10.2).
BOUNDARIES: list[tuple[str, World, str]] = [
    ("a.mail.example.com", {}, "a.mail.example.com"),
    (
        "a.mail.example.com",
        {"mail.example.com": "v=DMARC1; p=none", "example.com": "v=DMARC1; p=none"},
        "example.com",
    ),
    (
        "a.mail.example.com",
        {"mail.example.com": "v=DMARC1; p=none; psd=n", "example.com": "v=DMARC1; p=none"},
        "mail.example.com",
    ),
    ("a.mail.example.com", {"com": "v=DMARC1; p=reject; psd=y"}, "example.com"),
    ("mail.example.com", {"example.com": "v=DMARC1; p=reject; psd=y"}, "mail.example.com"),
    ("gov.example", {"gov.example": "v=DMARC1; p=reject; psd=y"}, "gov.example"),
    ("example.com", {"example.com": "v=DMARC1; p=none; psd=n", "com": "v=DMARC1; psd=y"}, "example.com"),
    ("a.example.com", {"a.example.com": "v=DMARC1; p=none", "com": "v=DMARC1; p=none; psd=u"}, "com"),
    ("a.example.com", {"example.com": ("v=DMARC1; p=none", "v=DMARC1; p=none")}, "a.example.com"),
    ("a.example.com", {"example.com": "v=dmarc1; psd=n"}, "a.example.com"),
    (".".join(LABELS), {SEVEN[0]: "v=DMARC1; p=none; psd=y"}, ".".join(LABELS[-8:])),
]


@pytest.mark.parametrize(("domain", "world", "expected"), BOUNDARIES)
def test_D09_the_organizational_domain(domain: str, world: World, expected: str) -> None:
    steps, _ = drive(walk(domain), world)
    assert organizational_domain(domain, steps) == expected


@pytest.mark.parametrize("psd", ["y", "n"])
def test_D09_a_walk_stops_at_a_declared_boundary(psd: str) -> None:
    world = {"mail.example.com": f"v=DMARC1; p=none; psd={psd}", "example.com": "?"}
    _, asked = drive(discover("a.mail.example.com"), world)
    assert asked == ["_dmarc.a.mail.example.com", "_dmarc.mail.example.com"]


# domain, world, then who rules, by which tag, and the policy in force.
RULINGS: list[tuple[str, World, str, str, Policy]] = [
    ("a.acme.com", {"acme.com": "v=DMARC1; p=reject"}, "acme.com", "p", REJECT),
    ("a.acme.com", {"acme.com": "v=DMARC1; p=reject; sp=none"}, "acme.com", "sp", NONE),
    ("a.acme.com", {"acme.com": "v=DMARC1; p=none; sp=reject"}, "acme.com", "sp", REJECT),
    ("a.acme.com", {"acme.com": "v=DMARC1; p=reject; sp=quarantine; t=y"}, "acme.com", "sp", NONE),
    ("a.acme.com", {"acme.com": "v=DMARC1; p=none; np=reject"}, "acme.com", "np", REJECT),
    ("a.acme.com", {"acme.com": "v=DMARC1; p=none; np=reject", "MX": "nodata"}, "acme.com", "p", NONE),
    ("a.acme.com", {"acme.com": "v=DMARC1; p=reject; sp=none; np=reject"}, "acme.com", "np", REJECT),
    (
        "a.acme.com",
        {"acme.com": "v=DMARC1; p=reject; sp=none; np=reject", "MX": "nodata"},
        "acme.com",
        "sp",
        NONE,
    ),
    ("a.acme.com", {"acme.com": "v=DMARC1; p=reject; np=reject; t=y"}, "acme.com", "p", QUARANTINE),
    # An own record hides the parent's, stricter or not; its sp and np are not for the name itself.
    (
        "a.acme.com",
        {"a.acme.com": "v=DMARC1; p=none; sp=reject; np=reject", "acme.com": "v=DMARC1; p=reject"},
        "a.acme.com",
        "p",
        NONE,
    ),
    # Between the domain and its organizational domain nothing rules.
    (
        "a.b.acme.com",
        {"b.acme.com": "v=DMARC1; p=none", "acme.com": "v=DMARC1; p=reject"},
        "acme.com",
        "p",
        REJECT,
    ),
    ("a.b.acme.com", {"b.acme.com": "v=DMARC1; p=none; psd=n"}, "b.acme.com", "p", NONE),
    # A public suffix rules where the organizational domain says nothing.
    ("acme.bank", {"bank": "v=DMARC1; p=none; sp=reject; psd=y"}, "bank", "sp", REJECT),
    ("a.acme.bank", {"bank": "v=DMARC1; p=none; sp=reject; psd=y"}, "bank", "sp", REJECT),
    (
        "a.acme.bank",
        {"acme.bank": "v=DMARC1; p=none", "bank": "v=DMARC1; p=reject; psd=y"},
        "acme.bank",
        "p",
        NONE,
    ),
    (
        "a.b.acme.bank",
        {"b.acme.bank": "v=DMARC1; p=none", "bank": "v=DMARC1; p=reject; psd=y"},
        "bank",
        "p",
        REJECT,
    ),
    # Two records at the domain are none, so the parent's rules (RFC 9989 §4.10.1).
    (
        "a.acme.com",
        {"a.acme.com": ("v=DMARC1; p=none", "v=DMARC1; p=none; x=y"), "acme.com": "v=DMARC1; p=reject"},
        "acme.com",
        "p",
        REJECT,
    ),
    # Other TXT records, as a wildcard plants them, count for nothing.
    ("acme.com", {"acme.com": ("v=spf1 -all", "v=DMARC1; p=reject")}, "acme.com", "p", REJECT),
]


@pytest.mark.parametrize(("domain", "world", "ruler", "tag", "policy"), RULINGS)
def test_D03_which_record_rules_and_by_which_tag(
    domain: str, world: World, ruler: str, tag: str, policy: Policy
) -> None:
    outcome = found(domain, world).outcome
    assert isinstance(outcome, Ruling)
    assert (outcome.domain, outcome.tag, outcome.policy) == (ruler, tag, policy)


def test_D03_whether_the_name_exists_is_asked_only_where_it_matters() -> None:
    for record, expected in (("np=none", ["a.acme.com"]), ("np=reject", []), ("sp=none", [])):
        _, asked = drive(discover("a.acme.com"), {"acme.com": f"v=DMARC1; p=reject; {record}"})
        assert asked[3:] == expected


def test_D03_a_dangling_alias_is_a_name_that_exists() -> None:
    inquiry = discover("a.acme.com")
    (question,) = next(inquiry)
    world = {"acme.com": "v=DMARC1; p=none; np=reject"}
    while question.type is RecordType.TXT:
        (question,) = inquiry.send({question: answered(world, question)})
    alias = ResourceRecord("a.acme.com", RecordType.CNAME, 300, Target("gone.example"))
    with pytest.raises(StopIteration) as done:
        inquiry.send({question: Absent(question, Absence.NXDOMAIN, aliases=(alias,))})
    assert done.value.value.policy is NONE


@pytest.mark.parametrize(
    ("world", "outcome"),
    [
        ({}, NoPolicy(Lack.NO_RECORD)),
        ({"a.acme.com": "v=spf1 -all"}, NoPolicy(Lack.NO_RECORD)),
        ({"acme.com": ("v=DMARC1; p=none", "v=DMARC1; p=reject")}, NoPolicy(Lack.NO_RECORD)),
        (
            {"a.acme.com": ("v=DMARC1; p=reject", "v=DMARC1; p=none")},
            NoPolicy(Lack.SEVERAL_RECORDS, "a.acme.com"),
        ),
        (
            {"a.acme.com": ("v=DMARC1; p=reject", "v=DMARC1")},
            NoPolicy(Lack.SEVERAL_RECORDS, "a.acme.com"),
        ),
        ({"a.acme.com": "v=DMARC1; p=bogus"}, NoPolicy(Lack.VOID, "a.acme.com")),
        # A void record of the domain's own still hides the parent's (RFC 9989 §4.10.1).
        (
            {"a.acme.com": "v=DMARC1", "acme.com": "v=DMARC1; p=reject"},
            NoPolicy(Lack.VOID, "a.acme.com"),
        ),
        ({"acme.com": "v=DMARC1; p=reject; sp=bogus"}, NoPolicy(Lack.VOID, "acme.com")),
    ],
)
def test_D04_where_no_policy_applies_it_is_said_why(world: World, outcome: NoPolicy) -> None:
    result = found("a.acme.com", world)
    assert result.outcome == outcome
    assert result.policy is None


def test_D04_two_records_are_seen_even_where_the_parent_rules() -> None:
    result = found(
        "a.acme.com",
        {"a.acme.com": ("v=DMARC1; p=none", "v=DMARC1; p=reject"), "acme.com": "v=DMARC1; p=reject"},
    )
    assert len(result.own.records) == 2
    assert result.own.record is None


# Which name can't be found out, and whether that leaves the policy of a.acme.com unknown.
@pytest.mark.parametrize("unknown", ["a.acme.com", "acme.com", "com"])
@pytest.mark.parametrize("others", [{}, {"acme.com": "v=DMARC1; p=reject"}])
def test_D12_a_walk_that_could_not_be_finished_is_unknown_never_none(unknown: str, others: World) -> None:
    result, asked = drive(discover("a.acme.com"), {**others, unknown: "?"})
    assert isinstance(result.outcome, Unreachable)
    assert result.policy is None
    assert result.organizational is None
    assert asked[-1] == f"_dmarc.{unknown}"


def test_D12_not_knowing_whether_the_name_exists_is_unknown_only_where_np_matters() -> None:
    def outcome(record: str) -> Any:
        return found("a.acme.com", {"acme.com": record, "MX": "?"}).outcome

    assert isinstance(outcome("v=DMARC1; p=none; np=reject"), Unreachable)
    assert isinstance(outcome("v=DMARC1; p=reject; np=reject"), Ruling)
    assert isinstance(outcome("v=DMARC1; p=reject"), Ruling)


def test_D11_a_record_at_the_apex_is_not_asked_for_and_does_not_count() -> None:
    result, asked = drive(discover("acme.com"), {"acme.com": ()})
    assert "acme.com" not in asked
    assert result.outcome == NoPolicy(Lack.NO_RECORD)


def test_D11_an_alias_is_followed() -> None:
    inquiry = discover("acme.com")
    (question,) = next(inquiry)
    alias = ResourceRecord(question.name, RecordType.CNAME, 300, Target("acme.dmarc.example"))
    (onward,) = inquiry.send({question: Found(question, (), aliases=(alias,))})
    assert onward == Question("acme.dmarc.example", RecordType.TXT)
    with pytest.raises(StopIteration) as done:
        inquiry.send({onward: txt(onward, (b"v=DMARC1; ", b"p=reject"))})
    assert done.value.value.policy is REJECT
    assert done.value.value.own.answer.aliases == (alias,)


def test_R24_an_owner_in_another_case_is_the_same_name() -> None:
    inquiry = discover("acme.com")
    (question,) = next(inquiry)
    shouted = ResourceRecord(question.name.upper(), RecordType.TXT, 300, Txt((b"v=DMARC1; p=reject",)))
    with pytest.raises(StopIteration) as done:
        inquiry.send({question: Found(question, (shouted,))})
    assert done.value.value.policy is REJECT


def test_what_is_no_record_is_kept_with_its_reason() -> None:
    result = found("acme.com", {"acme.com": ("v=dmarc1; p=reject", '"v=DMARC1; p=none"')})
    assert [stray.reason for stray in result.own.strays] == [Reason.VERSION_CASE, Reason.QUOTED]


_HELD = st.sampled_from(
    [
        (),
        "?",
        "v=spf1 -all",
        "v=DMARC1; p=reject; sp=none; np=quarantine",
        "v=DMARC1; p=none; psd=y",
        "v=DMARC1; p=none; psd=n",
        "v=DMARC1",
        ("v=DMARC1; p=none", "v=DMARC1; p=reject"),
    ]
)
_WORLDS = st.fixed_dictionaries({}, optional=dict.fromkeys([*SEVEN, ".".join(LABELS), "MX"], _HELD))


@given(st.integers(1, 12), _WORLDS)
def test_every_world_has_an_outcome_within_eight_questions_and_one(count: int, world: World) -> None:
    domain = ".".join(LABELS[-count:])
    result, asked = drive(discover(domain), world)
    walked = [name for name in asked if name.startswith("_dmarc.")]
    assert len(walked) <= 8
    assert walked == [f"_dmarc.{name}" for name in walk_targets(domain)[: len(walked)]]
    unknown = any(world.get(name.removeprefix("_dmarc.")) == "?" for name in walked) or (
        len(asked) > len(walked) and world.get("MX") == "?"
    )
    assert isinstance(result.outcome, Unreachable) == unknown
