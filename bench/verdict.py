"""What judging costs without any network: a whole plan held against answers on paper."""

from collections.abc import Iterator

from bench.measure import Number, measured
from letterhead.core.hostname import Rules, canonical
from letterhead.core.identity import Identity
from letterhead.core.verdict.judge import judge
from tests.core.dns import NOON, Paper
from tests.core.registration import planned

DOMAINS = 200


def results() -> Iterator[Number]:
    """Judging a domain whose records are right, one where all are missing, and reading a name."""
    plan = planned()
    right = [f"{r.host} {r.type} {r.text}" for r in plan.records]
    for name, zone in (
        ("judge a domain, all records right", right),
        ("judge a domain, nothing published", []),
    ):
        yield measured(name, lambda zone=zone: _judged(zone))
    rules = Rules()
    yield measured("read a hostname", lambda: _read(rules))


def _judged(zone: list[str]) -> int:
    plan = planned()
    for _ in range(DOMAINS):
        Paper(zone).drive(judge(plan, Identity(), NOON, "lh-probe"))
    return DOMAINS


def _read(rules: Rules) -> int:
    for number in range(DOMAINS):
        canonical(f"Mail{number}.Example-Company.co.uk", rules)
    return DOMAINS
