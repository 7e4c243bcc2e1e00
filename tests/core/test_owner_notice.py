"""What owners are told: whom, in which words, and what foreign text can do in them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from letterhead.core.answer import RecordType
from letterhead.core.cause import Cause
from letterhead.core.delivery import SCHEDULE
from letterhead.core.event import Event, EventKind
from letterhead.core.finding import Finding, Outcome, Report
from letterhead.core.owner_notice import (
    IN_FULL,
    MAX_FOREIGN,
    Letter,
    OwnerNotice,
    composed,
    harmless,
    is_on,
    is_told,
    newest,
    passage,
    put_off,
    reachable,
)
from letterhead.core.record import Record, Role
from tests.core.dns import NOON

FAILED = Event(EventKind.FAILED, "team", "dom_1", "acme.com", NOON, {"advice": "Ask https://evil.example"})
RECORD = Record(Role.SPF, RecordType.TXT, "acme.com", "v=spf1 include:spf.letterhead.example ~all", True, "")


def report(*found: str, advice: str = f"Publish {RECORD.value} at acme.com.") -> Report:
    finding = Finding(RECORD, Outcome.FAIL, Cause.NAME_MISSING, advice, found)
    fine = structs.replace(finding, outcome=Outcome.PASS, found=("fine.example",))
    return Report(Outcome.FAIL, (fine, finding), NOON, "plan")


def a_notice(number: int = 0, **fields: Any) -> OwnerNotice:
    about = {"domain": f"dom_{number}", "hostname": f"acme{number}.com"}
    given = {"kind": "domain.failed", "text": f"text {number}", **about, **fields}
    return OwnerNotice(id=f"ntc_{number:06}", team="t", email="jane@acme.net", at=NOON, **given)


@pytest.mark.parametrize("email", ["jane@acme.com", "jane@mail.acme.com", "jane@a.b.acme.com"])
def test_L15_nobody_is_written_to_on_the_broken_domain_or_below(email: str) -> None:
    for kind in (EventKind.FAILED, EventKind.BROKEN):
        assert reachable([email, "joe@acme.net"], replace(FAILED, kind=kind)) == ("joe@acme.net",)
    assert reachable([email], replace(FAILED, kind=EventKind.RECOVERED)) == (email,)


def test_L06_nobody_is_written_of_a_lapse_nor_that_it_has_passed() -> None:
    assert is_told(FAILED)
    assert is_told(replace(FAILED, kind=EventKind.RECOVERED, data={"from": "failed"}))
    assert not is_told(replace(FAILED, kind=EventKind.LAPSED))
    assert not is_told(replace(FAILED, kind=EventKind.RECOVERED, data={"from": "lapsed"}))
    told = {"from": "lapsed", "told": "domain.broken"}
    assert is_told(replace(FAILED, kind=EventKind.RECOVERED, data=told))


def test_L18_a_claim_that_expires_is_told_unless_somebody_is_just_renewing_it() -> None:
    expired = replace(FAILED, kind=EventKind.EXPIRED, data={"from": "pending"})
    assert is_told(expired)
    assert "expired" in passage(expired, None)
    assert composed([a_notice(1, kind="domain.expired")])[0] == "acme1.com: the claim expired"
    assert not is_told(replace(expired, data={"actor": "key_1"}))


@pytest.mark.parametrize("email", ["jane@acme.net", "jane@notacme.com", "jane@com", "acme.com@b.example"])
def test_L15_other_addresses_are_fine(email: str) -> None:
    assert reachable([email], FAILED) == (email,)


def test_L15_of_a_claim_that_has_failed_whoever_is_there_is_told() -> None:
    """Nothing says that mail to them does not arrive."""
    claim = replace(FAILED, data={"from": "pending"})
    assert reachable(["jane@acme.com"], claim) == ("jane@acme.com",)
    assert reachable(["jane@acme.com"], replace(claim, data={"from": "lapsed"})) == ()


def test_L15_an_address_is_on_a_domain_and_on_all_above() -> None:
    assert is_on("a@acme.com", {"acme.net", "acme.com"})
    assert is_on("a@b.acme.com", {"acme.com"})
    assert not is_on("a@acme.com", {"b.acme.com", "com"})
    assert not is_on("a@acme.com", ())


def test_of_what_waited_for_long_the_newest_of_each_domain_is_told() -> None:
    broken = [a_notice(1), a_notice(2, domain="dom_9"), a_notice(3, domain="dom_1")]
    mended = a_notice(4, domain="dom_9", kind="domain.recovered")
    assert newest([*broken, mended]) == [broken[2], mended]
    assert newest([]) == []


def test_a_letter_is_put_off_on_the_schedule_and_then_given_up() -> None:
    letter = Letter("ltr_1", "t", "jane@acme.net", "", "", NOON, NOON)
    waits = [put_off(replace(letter, attempts=each + 1), NOON, "451").due_at for each in range(len(SCHEDULE))]
    assert waits == [NOON + wait for wait in SCHEDULE]
    last = put_off(replace(letter, attempts=len(SCHEDULE) + 1), NOON, "451")
    assert (last.due_at, last.fault) == (None, "451")
    hour = timedelta(hours=1)
    assert put_off(replace(letter, attempts=1), NOON, "", at_least=hour).due_at == NOON + hour


def test_a_failure_says_which_record_what_is_expected_what_was_found_and_how_to_mend_it() -> None:
    said = passage(FAILED, report("v=spf1 -all"))
    assert said.splitlines() == [
        "acme.com has failed (2026-01-15 12:00 UTC): mail no longer flows until this is mended.",
        "",
        "  TXT acme.com",
        "    expected: v=spf1 include:spf.letterhead.example ~all",
        "    found:    v=spf1 -all",
        "    to mend:  Publish v=spf1 include:spf.letterhead.example ~all at acme.com.",
    ]
    assert "found:    nothing" in passage(FAILED, report())


HOSTILE = [
    "http://evil.example/login",
    "https://evil.example",
    "www.evil.example",
    "mailto:me@evil.example",
    "javascript:alert(1)//evil.example",
    "x\r\nBcc: victim@evil.example",
    "x\n\n<script>alert(1)</script>evil.example",
    "\x00\x1b[31mred evil.example",
    "\u202egnp.exe evil.example",
    "evil.example" * 500,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_L17_foreign_text_is_one_line_short_printable_and_no_link(text: str) -> None:
    for said in (
        passage(FAILED, report(text)),
        passage(FAILED, report(advice=f"Remove {text}.")),
        passage(replace(FAILED, data={"advice": text}), None),
        passage(replace(FAILED, kind=EventKind.BROKEN, data={"since": text}), None),
    ):
        assert "://" not in said
        assert "evil.example" not in said
        assert "@" not in said
        assert all(char.isprintable() or char == "\n" for char in said)
        assert max(len(line) for line in said.splitlines()) < 4 * MAX_FOREIGN


def test_L17_harmless_text_is_cut_and_escaped() -> None:
    assert harmless("a.b@c://d\n") == "a[.]b[at]c[:]//d\\n"
    assert len(harmless("x" * 9_999)) == MAX_FOREIGN


def test_L16_one_letter_tells_of_all_the_first_in_full() -> None:
    notices = [a_notice(number) for number in range(500)]
    subject, text = composed([*notices, a_notice(900, kind="domain.recovered")])
    assert subject == "Your domains: 500 failed, 1 recovered"
    assert text.count("text ") == IN_FULL
    assert all(each.hostname in text for each in notices[IN_FULL:])
    assert len(text) < 100_000
    assert composed([a_notice(1)])[0] == "acme1.com: failed"
