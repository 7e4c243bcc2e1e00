"""Golden cases of the verdict: a zone on paper, and what is found in it. The cases stand beside this file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import pytest

from letterhead.core.answer import Question, RecordType
from letterhead.core.domain import Mode
from letterhead.core.finding import Finding, Outcome
from letterhead.core.identity import Identity
from letterhead.core.plan import Plan, plan
from letterhead.core.profile import PROFILES
from letterhead.core.record import Role
from letterhead.core.verdict.judge import judge
from tests.core.dns import NOON, Paper
from tests.core.registration import KEY, SELECTOR, SITE, TOKEN, domain, planned

HERE = Path(__file__).parent / "cases"
NAMES = {
    "token": TOKEN,
    "TOKEN": TOKEN.upper(),
    "proof": f"letterhead-verify={TOKEN}",
    "selector": SELECTOR,
    "key": KEY,
    "key_a": KEY[:200],
    "key_b": KEY[200:],
    "other_key": KEY[:100] + ("A" if KEY[100] != "A" else "B") + KEY[101:],
}
MOST_QUESTIONS = 90


@dataclass
class Case:
    title: str
    profile: str = "letterhead"
    hostname: str = "acme.com"
    mode: Mode = Mode.SEND_RECEIVE
    zone: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)


def read(path: Path) -> Iterator[Case]:
    for block in re.split(r"^== ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        title, *lines = block.splitlines()
        case = Case(f"{path.stem}: {title}")
        for line in filter(None, lines):
            if line.startswith("profile:"):
                words = line.split()[1:]
                case.profile = words[0]
                case.hostname = words[1] if len(words) > 1 else "acme.com"
                case.mode = Mode(words[2]) if len(words) > 2 else Mode.SEND_RECEIVE
            elif line.startswith("->"):
                case.expected.append(line[2:].strip())
            elif not line.startswith("#"):
                case.zone.append(re.sub(r"\{(\w+)\}", lambda m: NAMES[m[1]], line))
        yield case


CASES = [case for path in sorted(HERE.glob("*.cases")) for case in read(path)]


def judged(case: Case) -> tuple[Plan, list[Finding], Paper]:
    plan = planned(case.profile, case.hostname, mode=case.mode)
    paper = Paper(case.zone, zone=case.hostname)
    report = paper.drive(judge(plan, Identity(), NOON, "lh-0123456789abcdef"))
    return plan, list(report.findings), paper


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_golden_case(case: Case) -> None:
    assert case.expected, "a case that expects nothing can't fail"
    _, findings, paper = judged(case)
    for expected in case.expected:
        role = expected.split()[0]
        finding = next(f for f in findings if f.record.role == role)
        findings.remove(finding)
        compare(finding, expected)
    assert len(set(paper.asked)) <= MOST_QUESTIONS


def compare(finding: Finding, expected: str) -> None:
    told = re.findall(r'"([^"]*)"', expected)
    words = re.sub(r'"[^"]*"', "", expected).split()
    seen = f"{finding.outcome} {finding.cause}: {finding.advice} {[r.code for r in finding.remarks]}"
    assert finding.outcome == words[1], seen
    if words[1] == Outcome.PASS:
        assert finding.cause == "ok", seen
        assert finding.advice == ""
    else:
        assert finding.cause == words[2], seen
        assert finding.advice, seen
    if "remark" in words:
        assert words[words.index("remark") + 1] in {r.code for r in finding.remarks}, seen
    if "suggests" in words:
        assert finding.suggestion, seen
    for text in told:
        assert text in finding.advice, seen


def test_every_finding_names_its_witnesses() -> None:
    for case in CASES:
        for finding in judged(case)[1]:
            assert finding.witnesses, case.title
            assert all(w.server and w.asked_at == NOON for w in finding.witnesses)


def test_a_finding_keeps_no_braces_of_its_template() -> None:
    for case in CASES:
        for finding in judged(case)[1]:
            assert not re.search(r"\{\w+\}", finding.advice), finding.advice


@pytest.mark.parametrize(
    "zone",
    [
        ["acme.com TXT v=spf1 " + "ptr:a.b " * 7000],
        ["acme.com TXT v=spf1 include:%{d}" + "a" * 50_000],
        [f"acme.com TXT v=spf2 {'x' * 300}{n}" for n in range(200)],
        ["_dmarc.acme.com TXT v=DMARC1; p=none; " + "; ".join(f"x{n}=y" for n in range(7000))],
        [f"acme.com MX {n} {'x' * 60}.{n}.net" for n in range(900)],
        [f"_letterhead.acme.com TXT {'x' * 300}{n}" for n in range(200)],
    ],
)
def test_R18_a_hostile_zone_can_not_swell_the_report(zone: list[str]) -> None:
    paper = Paper(zone)
    report = paper.drive(judge(planned(), Identity(), NOON, "lh-0123456789abcdef"))
    assert len(msgspec.json.encode(report)) < 40_000


def test_S01_an_include_whose_name_ends_like_all_is_asked_for_all_the_same() -> None:
    site = replace(SITE, spf_include="spf.letterhead.football")
    wanted = plan(domain("mails"), PROFILES["mails"], site)
    for record, outcome in (("v=spf1 -all", Outcome.FAIL), (wanted.of(Role.SPF)[0].value, Outcome.PASS)):
        paper = Paper([f"acme.com TXT {record}"])
        report = paper.drive(judge(wanted, Identity(), NOON, "lh-0123456789abcdef"))
        assert next(f.outcome for f in report.findings if f.record.role is Role.SPF) is outcome


def test_R15_names_are_asked_for_as_they_are() -> None:
    """Every question is about the domain, a name of the plan, or what the DNS itself pointed to."""
    _, _, paper = judged(Case("", zone=["acme.com TXT hello"]))
    allowed = re.compile(r"(.*\.)?(acme\.com|com)")
    assert all(allowed.fullmatch(q.name) for q in paper.asked)
    assert Question("acme.com", RecordType.MX) in paper.asked
