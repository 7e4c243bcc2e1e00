"""Golden cases of the verdict: a zone on paper, and what is found in it. The cases stand beside this file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from letterhead.core.answer import Question, RecordType
from letterhead.core.domain import Mode
from letterhead.core.finding import Finding, Outcome
from letterhead.core.identity import Identity
from letterhead.core.plan import Plan
from letterhead.core.verdict.judge import judge
from tests.core.dns import NOON, Paper
from tests.core.registration import KEY, SELECTOR, TOKEN, planned

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


def test_R15_names_are_asked_for_as_they_are() -> None:
    """Every question is about the domain, a name of the plan, or what the DNS itself pointed to."""
    _, _, paper = judged(Case("", zone=["acme.com TXT hello"]))
    allowed = re.compile(r"(.*\.)?(acme\.com|com)")
    assert all(allowed.fullmatch(q.name) for q in paper.asked)
    assert Question("acme.com", RecordType.MX) in paper.asked
