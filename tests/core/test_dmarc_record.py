"""DMARC records: what receivers read out of one, or why it is none (RFC 9989 §4.7, §4.8, §4.10.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.answer import Txt
from letterhead.core.dmarc.policy import Policy, at_least, policy_named, strictest
from letterhead.core.dmarc.record import Alignment, Mistake, NotDmarc, Psd, Reason, Record, parse

NONE, QUARANTINE, REJECT = Policy
RUA = "rua=mailto:dmarc@acme.com"


def read(text: str | bytes) -> Record:
    record = parse(text)
    assert isinstance(record, Record)
    return record


# The policy in force for the name itself, and every remark in order.
RECORDS: list[tuple[str, Policy | None, list[Mistake]]] = [
    ("v=DMARC1; p=none", NONE, []),
    ("v=DMARC1; p=quarantine", QUARANTINE, []),
    ("v=DMARC1; p=reject", REJECT, []),
    ("v=DMARC1; p=reject;", REJECT, []),
    ("v=DMARC1; p=reject ; ", REJECT, []),
    ("v=DMARC1;p=reject", REJECT, []),
    ("v = DMARC1 ; p = reject", REJECT, []),
    ("v\t=\tDMARC1\t;\tp\t=\treject", REJECT, []),
    # Values ignore case, names do not (RFC 9989 §4.8, RFC 6376 §3.2).
    ("v=DMARC1; p=REJECT", REJECT, []),
    ("v=DMARC1; p=Quarantine; adkim=S", QUARANTINE, []),
    ("v=DMARC1; P=reject", None, [Mistake.POLICY_MISSING, Mistake.VOID, Mistake.TAG_CASE]),
    # The order behind v= is free (RFC 9989 §4.8).
    (f"v=DMARC1; {RUA}; p=reject", REJECT, [Mistake.POLICY_NOT_SECOND]),
    ("v=DMARC1; sp=none; p=reject", REJECT, [Mistake.POLICY_NOT_SECOND]),
    # D01: only p= speaks for the name itself.
    ("v=DMARC1; p=none; sp=quarantine", NONE, []),
    ("v=DMARC1; p=none; np=reject", NONE, []),
    ("v=DMARC1; p=none; rua=mailto:reject@acme.com", NONE, []),
    ("v=DMARC1; p=none; x=p=reject", NONE, [Mistake.UNKNOWN_TAG]),
    ("v=DMARC1; p=reject; sp=none", REJECT, []),
    # D02: t=y takes one step back, whatever pct said.
    ("v=DMARC1; p=reject; t=y", QUARANTINE, [Mistake.TESTING]),
    ("v=DMARC1; p=quarantine; t=y", NONE, [Mistake.TESTING]),
    ("v=DMARC1; p=none; t=y", NONE, [Mistake.TESTING]),
    ("v=DMARC1; p=reject; t=Y", QUARANTINE, [Mistake.TESTING]),
    ("v=DMARC1; p=reject; t=n", REJECT, []),
    ("v=DMARC1; p=reject; t=yes", REJECT, [Mistake.VALUE_INVALID]),
    ("v=DMARC1; p=reject; t=", REJECT, [Mistake.VALUE_INVALID]),
    ("v=DMARC1; p=reject; pct=0", REJECT, [Mistake.PARTIAL]),
    ("v=DMARC1; p=reject; pct=50", REJECT, [Mistake.PARTIAL]),
    # D06: no valid p, or a bad sp or np.
    ("v=DMARC1", None, [Mistake.POLICY_MISSING, Mistake.VOID]),
    ("v=DMARC1;", None, [Mistake.POLICY_MISSING, Mistake.VOID]),
    (f"v=DMARC1; {RUA}", NONE, [Mistake.POLICY_MISSING, Mistake.READ_AS_NONE]),
    ("v=DMARC1; p=bogus", None, [Mistake.POLICY_INVALID, Mistake.VOID]),
    (f"v=DMARC1; p=bogus; {RUA}", NONE, [Mistake.POLICY_INVALID, Mistake.READ_AS_NONE]),
    ("v=DMARC1; p=", None, [Mistake.POLICY_INVALID, Mistake.VOID]),
    ("v=DMARC1; p=reject; sp=bogus", None, [Mistake.POLICY_INVALID, Mistake.VOID]),
    (f"v=DMARC1; p=reject; sp=bogus; {RUA}", NONE, [Mistake.POLICY_INVALID, Mistake.READ_AS_NONE]),
    (f"v=DMARC1; p=reject; np=; {RUA}", NONE, [Mistake.POLICY_INVALID, Mistake.READ_AS_NONE]),
    ("v=DMARC1; p=reject rua=mailto:a@b.com", None, [Mistake.POLICY_INVALID, Mistake.VOID]),
    (
        "v=DMARC1; p=bogus; rua=nobody",
        None,
        [Mistake.ADDRESS_INVALID, Mistake.POLICY_INVALID, Mistake.VOID],
    ),
    (
        "v=DMARC1; p=bogus; ruf=mailto:a@b.com",
        None,
        [Mistake.POLICY_INVALID, Mistake.VOID],
    ),
    # D07: what RFC 9989 removed or never knew is ignored.
    ("v=DMARC1; p=reject; pct=100", REJECT, [Mistake.REMOVED_TAG]),
    ("v=DMARC1; p=reject; pct=x", REJECT, [Mistake.REMOVED_TAG]),
    ("v=DMARC1; p=reject; rf=afrf; ri=86400", REJECT, [Mistake.REMOVED_TAG, Mistake.REMOVED_TAG]),
    ("v=DMARC1; p=reject; new=thing", REJECT, [Mistake.UNKNOWN_TAG]),
    # Repeated and malformed pieces are discarded (RFC 9989 §4.7, RFC 6376 §3.2).
    ("v=DMARC1; p=reject; p=none", None, [Mistake.POLICY_INVALID, Mistake.VOID, Mistake.REPEATED_TAG]),
    (
        "v=DMARC1; p=none; v=DMARC1; p=reject",
        None,
        [Mistake.POLICY_INVALID, Mistake.VOID, Mistake.REPEATED_TAG, Mistake.REPEATED_TAG],
    ),
    ("v=DMARC1; p=reject; t=y; t=n", REJECT, [Mistake.VALUE_INVALID, Mistake.REPEATED_TAG]),
    ("v=DMARC1; p=reject; junk", REJECT, [Mistake.MALFORMED_TAG]),
    ("v=DMARC1;; p=reject", REJECT, [Mistake.MALFORMED_TAG]),
    # Defaults in place of invalid values.
    ("v=DMARC1; p=reject; adkim=x; aspf=", REJECT, [Mistake.VALUE_INVALID, Mistake.VALUE_INVALID]),
    ("v=DMARC1; p=reject; psd=maybe", REJECT, [Mistake.VALUE_INVALID]),
    ("v=DMARC1; p=reject; fo=0:1", REJECT, [Mistake.VALUE_INVALID]),
    ("v=DMARC1; p=reject; fo=d:d", REJECT, [Mistake.VALUE_INVALID]),
    ("v=DMARC1; p=reject; fo=1:d:s", REJECT, []),
    # Addresses for reports.
    ("v=DMARC1; p=reject; rua=dmarc@acme.com", REJECT, [Mistake.ADDRESS_INVALID]),
    ("v=DMARC1; p=reject; rua=mailto:acme.com", REJECT, [Mistake.ADDRESS_INVALID]),
    ("v=DMARC1; p=reject; rua=", REJECT, [Mistake.ADDRESS_INVALID]),
    (f"v=DMARC1; p=reject; {RUA}!10m", REJECT, [Mistake.SIZE_OBSOLETE]),
    ("v=DMARC1; p=reject; rua=https://acme.com/reports", REJECT, []),
    # Bytes that no record may hold.
    ("v=DMARC1; p=reject\n", REJECT, [Mistake.NOT_PRINTABLE]),
    ("v=DMARC1;\r\n p=reject", REJECT, [Mistake.NOT_PRINTABLE]),
    ("v=DMARC1\n; p=reject", REJECT, [Mistake.NOT_PRINTABLE]),
    ("v=DMARC1; p=“reject”", None, [Mistake.POLICY_INVALID, Mistake.VOID, Mistake.NOT_PRINTABLE]),
    (
        "v=DMARC1;\u00a0p=reject",
        None,
        [Mistake.POLICY_MISSING, Mistake.VOID, Mistake.MALFORMED_TAG, Mistake.NOT_PRINTABLE],
    ),
    ('v=DMARC1; p="reject"', None, [Mistake.POLICY_INVALID, Mistake.VOID]),
    (r"v=DMARC1; p=reject\; sp=none", None, [Mistake.POLICY_INVALID, Mistake.VOID]),
]


@pytest.mark.parametrize(("text", "policy", "remarks"), RECORDS, ids=[repr(row[0]) for row in RECORDS])
def test_D05_D06_D07_a_record_is_read_as_receivers_read_it(
    text: str, policy: Policy | None, remarks: list[Mistake]
) -> None:
    record = read(text)
    assert record.effective == policy
    assert [remark.mistake for remark in record.remarks] == remarks


def test_D05_the_table_is_as_long_as_it_must_be() -> None:
    assert len(RECORDS) >= 60


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.UNRELATED),
        ("v=spf1 -all", Reason.UNRELATED),
        ("p=reject", Reason.UNRELATED),
        ("see dmarc.org", Reason.UNRELATED),
        (" v=DMARC1; p=reject", Reason.LEADING_BLANK),
        ("v=dmarc1; p=reject", Reason.VERSION_CASE),
        ("V=DMARC1; p=reject", Reason.VERSION_CASE),
        ("v=DMARC1x; p=reject", Reason.VERSION_OTHER),
        ("v=DMARC2; p=reject", Reason.VERSION_OTHER),
        ("v=DMARC; p=reject", Reason.VERSION_OTHER),
        ("v=DMARC1 p=reject", Reason.VERSION_OTHER),
        ("v=DMARC1,p=reject", Reason.VERSION_OTHER),
        ("p=reject; v=DMARC1", Reason.VERSION_NOT_FIRST),
        ("; v=DMARC1; p=reject", Reason.VERSION_NOT_FIRST),
        ("junk; v=DMARC1; p=reject", Reason.VERSION_NOT_FIRST),
        ('"v=DMARC1; p=reject"', Reason.QUOTED),
        ("“v=DMARC1; p=reject”", Reason.QUOTED),
        (r"v=DMARC1\; p=reject", Reason.ESCAPED),
    ],
)
def test_D05_what_does_not_begin_with_the_version_is_no_dmarc_record(text: str, reason: Reason) -> None:
    assert parse(text) == NotDmarc(reason, text.encode())


@pytest.mark.parametrize(
    ("text", "exists", "tag", "policy"),
    [
        ("v=DMARC1; p=reject", True, "p", REJECT),
        ("v=DMARC1; p=reject", False, "p", REJECT),
        ("v=DMARC1; p=reject; sp=none", True, "sp", NONE),
        ("v=DMARC1; p=reject; sp=none", False, "sp", NONE),
        ("v=DMARC1; p=none; sp=quarantine; np=reject", True, "sp", QUARANTINE),
        ("v=DMARC1; p=none; sp=quarantine; np=reject", False, "np", REJECT),
        ("v=DMARC1; p=none; np=reject", True, "p", NONE),
        ("v=DMARC1; p=none; np=reject", False, "np", REJECT),
        (f"v=DMARC1; p=reject; np=bogus; {RUA}", False, "p", NONE),
        ("v=DMARC1", True, "p", None),
    ],
)
def test_subdomains_fall_back_from_np_to_sp_to_p(
    text: str, exists: bool, tag: str, policy: Policy | None
) -> None:
    assert read(text).subdomain(exists=exists) == (tag, policy)


def test_every_tag_is_read() -> None:
    record = read(
        "v=DMARC1; p=reject; sp=quarantine; np=none; t=y; psd=n; adkim=s; aspf=s; fo=d:s;"
        " rua=mailto:a@acme.com , MAILTO:b@acme.com?subject=x!5m; ruf=mailto:c%2C@acme.com"
    )
    assert (record.p, record.sp, record.np, record.testing) == (REJECT, QUARANTINE, NONE, True)
    assert (record.psd, record.adkim, record.aspf, record.fo) == (
        Psd.NO,
        Alignment.STRICT,
        Alignment.STRICT,
        "d:s",
    )
    assert record.rua == ("mailto:a@acme.com", "MAILTO:b@acme.com?subject=x")
    assert record.ruf == ("mailto:c%2C@acme.com",)


def test_every_default_is_that_of_the_standard() -> None:
    record = read("v=DMARC1; p=none")
    assert (record.testing, record.psd, record.fo, record.rua, record.ruf) == (False, Psd.UNSAID, "0", (), ())
    assert (record.adkim, record.aspf, record.sp, record.np) == (
        Alignment.RELAXED,
        Alignment.RELAXED,
        None,
        None,
    )


def test_a_remark_shows_the_piece_it_is_about() -> None:
    (remark,) = read("v=DMARC1; p=reject; pct=50").remarks
    assert (remark.mistake, remark.detail) == (Mistake.PARTIAL, "pct=50")
    assert Mistake.ADDRESS_INVALID in {r.mistake for r in read("v=DMARC1; p=none; rua=a\xffb").remarks}


@pytest.mark.parametrize(
    "text",
    [
        "v=DMARC1; p=none; sp=quarantine",
        "v=DMARC1; p=none; rua=mailto:p=quarantine@acme.com",
        "v=DMARC1; p=none; x=reject",
    ],
)
def test_D01_a_strict_word_elsewhere_does_not_make_the_policy_strict(text: str) -> None:
    assert not at_least(read(text).effective, QUARANTINE)


def test_D02_a_policy_under_test_counts_one_step_less() -> None:
    assert not at_least(read("v=DMARC1; p=quarantine; t=y").effective, QUARANTINE)
    assert at_least(read("v=DMARC1; p=reject; t=y").effective, QUARANTINE)
    assert not at_least(read("v=DMARC1; p=reject; t=y").effective, REJECT)


def test_the_policies_are_ordered_and_no_dmarc_is_below_them_all() -> None:
    order = [None, NONE, QUARANTINE, REJECT]
    for place, policy in enumerate(order):
        for least in order[1:]:
            assert least is not None
            assert at_least(policy, least) == (place >= order.index(least))
    assert strictest(None, QUARANTINE, REJECT, NONE) is REJECT
    assert strictest(None) is None
    assert policy_named("Reject") is REJECT
    assert policy_named("rejected") is None


def test_T01_strings_are_joined_without_a_blank() -> None:
    assert read(Txt((b"v=DMARC1; p=rej", b"ect")).joined).effective is REJECT
    assert isinstance(parse(Txt((b"v=DMA", b" RC1; p=reject")).joined), NotDmarc)


@given(
    st.binary(max_size=150),
    st.sampled_from([b"", b"v=DMARC1;", b"v=DMARC1; p=reject; rua=", b"v=DMARC1; fo="]),
)
def test_T04_no_bytes_make_the_parser_raise(data: bytes, beginning: bytes) -> None:
    record = parse(beginning + data)
    assert record.data == beginning + data
    if isinstance(record, Record):
        assert all(remark.detail.isprintable() for remark in record.remarks)


@given(st.text(max_size=50))
def test_T04_no_text_makes_the_parser_raise(text: str) -> None:
    assert parse("v=DMARC1; p=none; n=" + text)
