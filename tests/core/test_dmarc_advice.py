"""What we tell people to publish: it meets what is asked for and never weakens what stands."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.dmarc.advice import recommended, wanted_policy
from letterhead.core.dmarc.policy import Policy, at_least
from letterhead.core.dmarc.record import Mistake, Record, parse
from letterhead.core.refusal import Refusal

NONE, QUARANTINE, REJECT = Policy
OURS = "mailto:reports@letterhead.example"


def read(text: str) -> Record:
    record = parse(text)
    assert isinstance(record, Record)
    return record


@pytest.mark.parametrize(
    ("existing", "wanted", "rua", "expected"),
    [
        (None, QUARANTINE, None, "v=DMARC1; p=quarantine"),
        (None, NONE, OURS, f"v=DMARC1; p=none; rua={OURS}"),
        ("v=DMARC1; p=none", QUARANTINE, None, "v=DMARC1; p=quarantine"),
        ("v=DMARC1; p=reject", QUARANTINE, None, "v=DMARC1; p=reject"),
        ("v=DMARC1; p=reject; t=y", QUARANTINE, None, "v=DMARC1; p=reject; t=y"),
        ("v=DMARC1; p=reject; t=y", REJECT, None, "v=DMARC1; p=reject"),
        ("v=DMARC1; p=quarantine; t=y", QUARANTINE, None, "v=DMARC1; p=quarantine"),
        ("v=DMARC1; p=quarantine; pct=0; ri=60; rf=afrf", NONE, None, "v=DMARC1; p=quarantine"),
        ("v=DMARC1; adkim=s; p=none; new=1", QUARANTINE, None, "v=DMARC1; p=quarantine; adkim=s; new=1"),
        ("v=DMARC1; p=none; sp=reject; np=none", REJECT, None, "v=DMARC1; p=reject; sp=reject; np=none"),
        (
            "v=DMARC1; p=none; rua=mailto:a@b.com",
            NONE,
            OURS,
            f"v=DMARC1; p=none; rua=mailto:a@b.com,{OURS}",
        ),
        (f"v=DMARC1; p=none; rua={OURS.upper()}", NONE, OURS, f"v=DMARC1; p=none; rua={OURS.upper()}"),
        ("v=DMARC1; p=none; rua=mailto:a@b.com", NONE, None, "v=DMARC1; p=none; rua=mailto:a@b.com"),
        ("v=DMARC1; p=none; p=reject", QUARANTINE, None, "v=DMARC1; p=reject"),
        ("v=DMARC1; P=reject; T=y", QUARANTINE, None, "v=DMARC1; p=reject"),
        ("v=DMARC1; p=reject; sp=bogus", QUARANTINE, None, "v=DMARC1; p=reject"),
        ("v=DMARC1; p=none; ruf=mailto:ä@b.com; junk", NONE, None, "v=DMARC1; p=none"),
        ("v=DMARC1; p=none; rua=mailto:a@b.com; rua=mailto:c@b.com", NONE, None, None),
    ],
)
def test_D13_the_record_to_publish(
    existing: str | None, wanted: Policy, rua: str | None, expected: str | None
) -> None:
    text = recommended(read(existing) if existing else None, wanted, rua)
    assert text == (expected or "v=DMARC1; p=none; rua=mailto:a@b.com,mailto:c@b.com")


_POLICY = st.sampled_from(["none", "quarantine", "reject", "Reject", "bogus", ""])
_TAGS = st.one_of(
    st.tuples(st.sampled_from(["p", "sp", "np", "P", "SP"]), _POLICY),
    st.tuples(st.sampled_from(["t", "T"]), st.sampled_from(["y", "n", "x"])),
    st.tuples(st.just("psd"), st.sampled_from(["y", "n", "u"])),
    st.tuples(st.just("rua"), st.sampled_from(["mailto:a@b.com", "a@b.com", ",", "mailto:a@b.com!1m"])),
    st.tuples(st.sampled_from(["pct", "ri", "adkim", "fo", "x"]), st.sampled_from(["0", "100", "s", "é"])),
)
_RECORDS = st.lists(_TAGS, max_size=6).map(
    lambda tags: "; ".join(["v=DMARC1", *(f"{n}={v}" for n, v in tags)])
)


@given(_RECORDS, st.sampled_from(Policy), st.sampled_from([None, OURS]))
def test_D13_an_existing_record_is_never_weakened(text: str, wanted: Policy, rua: str | None) -> None:
    before = read(text)
    after = read(recommended(before, wanted, rua))
    assert at_least(after.effective, wanted)
    assert at_least(after.effective, before.effective or NONE)
    for exists in (True, False):
        was = before.applied(before.subdomain(exists=exists)[1])
        now = after.applied(after.subdomain(exists=exists)[1])
        assert at_least(now, was or NONE)


@given(_RECORDS, st.sampled_from(Policy), st.sampled_from([None, OURS]))
def test_advice_is_clean_and_following_it_changes_nothing_more(
    text: str, wanted: Policy, rua: str | None
) -> None:
    advice = recommended(read(text), wanted, rua)
    assert recommended(read(advice), wanted, rua) == advice
    mistakes = {remark.mistake for remark in read(advice).remarks}
    assert not mistakes & {Mistake.REMOVED_TAG, Mistake.PARTIAL, Mistake.REPEATED_TAG, Mistake.TAG_CASE}
    assert rua is None or OURS in read(advice).rua


@given(_RECORDS, st.sampled_from(Policy))
def test_their_addresses_stay(text: str, wanted: Policy) -> None:
    before = read(text)
    assert set(before.rua) <= set(read(recommended(before, wanted, OURS)).rua)


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("v=DMARC1; p=none;", NONE),
        ("v=DMARC1; p=quarantine; rua=mailto:dmarc@acme.com", QUARANTINE),
        ("v=DMARC1; p=reject; t=y", QUARANTINE),
    ],
)
def test_what_we_ask_for_names_the_least_policy(text: str, policy: Policy) -> None:
    assert wanted_policy(text) is policy


@pytest.mark.parametrize("text", ["", "p=reject", "v=DMARC1", "v=DMARC1; p=strict"])
def test_asking_for_no_policy_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        wanted_policy(text)
    assert refused.value.code == "dmarc_wanted_invalid"


def test_a_record_of_thousands_of_tags_is_mended_in_no_time() -> None:
    record = read("v=DMARC1; p=none; " + "; ".join(f"x{n}=y" for n in range(7000)))
    began = time.process_time()
    assert recommended(record, QUARANTINE).startswith("v=DMARC1; p=quarantine; x0=y")
    assert time.process_time() - began < 0.3
