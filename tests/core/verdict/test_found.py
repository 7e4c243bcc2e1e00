"""What is found: how much of it is shown, and that history misses no change of the rest."""

from itertools import pairwise

import msgspec
import pytest
from msgspec.structs import replace

from letterhead.core.finding import Finding, Report, shortened
from letterhead.core.history import changes, remembering
from letterhead.core.identity import Identity
from letterhead.core.record import Role
from letterhead.core.verdict.judge import judge
from tests.core.dns import NOON, Paper
from tests.core.registration import TOKEN, domain, planned

LONG = "v=spf1 include:spf.letterhead.net " + " ".join(f"ip4:192.0.2.{n}" for n in range(100, 106))
PROOF = f"letterhead-verify={TOKEN}"


def judged(*zone: str, profile: str = "letterhead") -> Report:
    return Paper(zone).drive(judge(planned(profile), Identity(), NOON, "lh-0123456789abcdef"))


def found(report: Report, role: Role) -> Finding:
    return next(finding for finding in report.findings if finding.record.role is role)


def told(before: Report, after: Report) -> list[dict[str, str]]:
    return [event.data for event in changes(domain(), before, after)]


def spf(end: str) -> str:
    return f"acme.com TXT {LONG} {end}"


def exchanges(count: int) -> list[str]:
    return [f"acme.com MX {n + 1}0 mx{n}.other.example" for n in range(count)]


@pytest.mark.parametrize("end", ["ip4:6.6.6.6 ~all", "+all", "-all", "a:evil.example ~all"])
def test_a_change_at_the_end_of_a_long_record_is_told_and_can_be_read(end: str) -> None:
    assert len(f"{LONG} ~all") > 100
    (change,) = told(judged(spf("~all")), judged(spf(end)))
    assert (change["was"], change["found"]) == (f"{LONG} ~all", f"{LONG} {end}")
    assert (change["from"], change["to"]) == ("ok", "ok")


@pytest.mark.parametrize("count", [2, 5, 6, 7, 12])
def test_one_exchange_more_is_told_and_can_be_read(count: int) -> None:
    (change,) = told(judged(*exchanges(count)), judged(*exchanges(count + 1)))
    assert change["was"].count(";") == count - 1
    assert change["found"] == f"{change['was']}; {count + 1}0 mx{count}.other.example"


def test_a_change_beyond_what_is_shown_is_told_as_well() -> None:
    texts = [f"_letterhead.acme.com TXT {'x' * 600}{n}" for n in range(50)]
    before, same = judged(*texts), judged(*reversed(texts))
    assert told(before, same) == [], "servers give records in whatever order"
    (change,) = told(before, judged(*texts[:-1], texts[-1] + "!"))
    assert change["found"].endswith("…; … 45 more")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("v=DMARC1; p=nothing", "v=DMARC1; p=never"),
        (f"v=DMARC1; p=reject; rua=mailto:{'a' * 99}@b.c", f"v=DMARC1; p=reject; rua=mailto:{'a' * 99}@b.d"),
        ("v=DMARC1; p=reject; n=\u00e4", "v=DMARC1; p=reject; n=\u00f6"),
    ],
    ids=["no policy in either", "long", "not in ASCII"],
)
def test_a_policy_that_changes_in_part_is_told(before: str, after: str) -> None:
    (change,) = told(*(judged(f"_dmarc.acme.com TXT {text}") for text in (before, after)))
    assert change["was"]
    assert change["found"] not in {"", change["was"]}


def test_what_an_alias_was_flattened_to_is_told_to_its_end() -> None:
    host = planned("sendmux").of(Role.DKIM)[0].host
    before, after = (judged(f"{host} TXT {'k' * 600}{n}", profile="sendmux") for n in "01")
    (change,) = told(before, after)
    assert (change["from"], change["to"]) == ("alias_flattened", "alias_flattened")


def test_T02_of_many_values_a_handful_is_shown_and_how_many_there_are() -> None:
    short = found(judged(*(f"_letterhead.acme.com TXT x{n}" for n in range(30))), Role.OWNERSHIP)
    assert short.found == (*(f"x{n}" for n in range(20)), "… 10 more")
    middling = found(judged(*(f"_letterhead.acme.com TXT {'x' * 100}{n}" for n in range(30))), Role.OWNERSHIP)
    assert (len(middling.found), middling.found[-1]) == (11, "… 20 more")
    long = found(judged(*(f"_letterhead.acme.com TXT {'x' * 600}{n}" for n in range(9))), Role.OWNERSHIP)
    assert (len(long.found), long.found[-1]) == (6, "… 4 more")
    assert {len(value) for value in long.found[:5]} == {512}
    ours = found(judged(*(f"_letterhead.acme.com TXT x{n}" for n in range(5))), Role.OWNERSHIP)
    assert ours.found == tuple(f"x{n}" for n in range(5))


def of_old(report: Report) -> Report:
    """The report as a version wrote it that kept five values of a hundred characters, and no digest."""
    kept = msgspec.to_builtins(report)
    for finding in kept["findings"]:
        del finding["digest"]
        finding["found"] = [shortened(value, 100) for value in finding["found"][:5]]
    return msgspec.convert(kept, Report)


ZONES = [
    [spf("~all"), *exchanges(3)],
    [spf("~all"), *exchanges(7), f"_letterhead.acme.com TXT {PROOF}"],
    [f"_letterhead.acme.com TXT {n}{'x' * 600}" for n in range(9)],
    ["_dmarc.acme.com TXT v=DMARC1; p=none; rua=mailto:" + "a" * 200 + "@b.c"],
    [],
]


@pytest.mark.parametrize("zone", ZONES)
def test_U04_what_a_report_of_old_cut_off_is_no_change(zone: list[str]) -> None:
    old, new = of_old(judged(*zone)), judged(*zone)
    assert told(old, new) == []
    blind = judged("acme.com * timeout", "_letterhead.acme.com * timeout", "_dmarc.acme.com * timeout")
    assert told(remembering(old, blind), new) == [], "nor after an outage"


def test_U04_of_a_policy_that_is_none_a_report_of_old_kept_nothing() -> None:
    new = judged("_dmarc.acme.com TXT v=DMARC1; p=nothing")
    old = of_old(new)
    blank = replace(old, findings=tuple(replace(finding, found=()) for finding in old.findings))
    assert told(blank, new) == []


@pytest.mark.parametrize(("before", "after"), list(pairwise(ZONES)))
def test_U04_what_a_report_of_old_shows_is_compared_by_that(before: list[str], after: list[str]) -> None:
    assert len(told(of_old(judged(*before)), judged(*after))) == len(told(judged(*before), judged(*after)))
