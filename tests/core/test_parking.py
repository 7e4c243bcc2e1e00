"""Whose name servers are those of a parking service, and what is then said of a record that fails."""

import pytest
from msgspec.structs import replace

from letterhead.core.answer import Question, RecordType, Source
from letterhead.core.cause import Cause
from letterhead.core.finding import Finding, Outcome, witness
from letterhead.core.parking import is_parked
from letterhead.core.verdict.parking import unparked
from tests.core.dns import observed
from tests.core.registration import planned

PLAN = planned()
MX = Question("acme.com", RecordType.MX)


@pytest.mark.parametrize(
    ("servers", "expected"),
    [
        (["ns1.sedoparking.com", "ns2.sedoparking.com"], True),
        (["ns1.bodis.com"], True),
        (["ns1.sedoparking.com", "ns1.acme.com"], False),
        (["ns1.notsedoparking.com"], False),
        (["sedoparking.com.acme.com"], False),
        ([], False),
    ],
)
def test_O15_a_zone_is_parked_when_all_its_servers_are_a_parking_services(
    servers: list[str], expected: bool
) -> None:
    assert is_parked(servers) is expected


def finding(outcome: Outcome, *servers: str) -> Finding:
    seen = [witness(observed(MX, name=server)) for server in servers]
    cached = replace(seen[0], source=Source.RECURSIVE, name="dns.acme.net")
    return Finding(PLAN.records[0], outcome, Cause.MX_FOREIGN, "Mend it.", witnesses=(*seen, cached))


def test_O15_a_record_that_fails_there_fails_because_the_domain_expired() -> None:
    parked = unparked(PLAN, finding(Outcome.FAIL, "ns1.bodis.com", "ns2.bodis.com"))
    assert (parked.outcome, parked.cause) == (Outcome.FAIL, Cause.PARKED)
    assert "ns1.bodis.com, ns2.bodis.com" in parked.advice
    assert "expired" in parked.advice
    assert unparked(PLAN, parked) == parked


@pytest.mark.parametrize(
    "seen",
    [finding(Outcome.FAIL, "ns1.acme.com"), *(finding(o, "ns1.bodis.com") for o in Outcome if o != "fail")],
)
def test_O15_nothing_else_is_touched(seen: Finding) -> None:
    assert unparked(PLAN, seen) == seen
