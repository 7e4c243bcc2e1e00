"""What observations establish: the law, case by case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.answer import (
    Absence,
    Absent,
    Answer,
    Fault,
    Found,
    Observation,
    Question,
    RecordType,
    ResourceRecord,
    Source,
    Unreachable,
)
from letterhead.core.quorum import confirmed, forgotten_in, published, visible
from tests.core.dns import observed, rdata

ASKED = Question("_letterhead.acme.com", RecordType.TXT)


def record(data: str, rtype: RecordType = RecordType.TXT, owner: str = ASKED.name) -> ResourceRecord:
    return ResourceRecord(owner, rtype, 300, rdata(rtype, data))


def own(*data: str, fault: Fault | None = None, at: str = "ns1", rcode: str = "NXDOMAIN") -> Observation:
    records = tuple(record(each) for each in data)
    return observed(
        ASKED, *records, name=f"{at}.acme.com", rcode="NOERROR" if records else rcode, fault=fault
    )


def other(*data: str, fault: Fault | None = None, minimum: int = 300) -> Observation:
    records = tuple(record(each) for each in data)
    rcode = "NOERROR" if records else "NXDOMAIN"
    return observed(ASKED, *records, source=Source.RECURSIVE, rcode=rcode, fault=fault, minimum=minimum)


def said(answer: Answer) -> str:
    if isinstance(answer, Found) and answer.unseen is not None:
        answer = answer.unseen
    if isinstance(answer, Unreachable):
        return answer.fault.value
    return "found" if isinstance(answer, Found) else answer.reason.value


DEAD, LAME = Fault.TIMEOUT, Fault.LAME


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        ([own("a"), own("a", at="ns2")], "found"),
        ([own("a"), own(fault=DEAD, at="ns2")], "found"),
        ([own(fault=DEAD), own(fault=DEAD, at="ns2")], "timeout"),
        ([own("a"), own("b", at="ns2")], "disagreement"),
        ([own("a"), own(at="ns2")], "disagreement"),
        ([own("a"), own(fault=LAME, at="ns2")], "lame"),
        ([own(), own(fault=LAME, at="ns2")], "nxdomain"),
        ([own(), own(at="ns2")], "nxdomain"),
        ([own(rcode="NOERROR"), own(at="ns2", rcode="NOERROR")], "nodata"),
        ([own(fault=Fault.SERVFAIL)], "servfail"),
        ([own(fault=Fault.NO_SOA)], "no_soa"),
        ([], "no_servers"),
    ],
)
def test_what_the_zones_own_servers_establish(observations: list[Observation], expected: str) -> None:
    assert said(published(ASKED, observations)) == expected


def test_O13_a_lame_server_is_named_and_bars_the_promotion() -> None:
    answer = published(ASKED, [own("token"), own(fault=LAME, at="ns2")])
    assert isinstance(answer, Unreachable)
    assert "ns2.acme.com" in answer.detail


def test_O14_servers_that_differ_are_named_with_what_they_say() -> None:
    answer = published(ASKED, [own("token"), own("other", at="ns2")])
    assert isinstance(answer, Unreachable)
    assert "ns1.acme.com (udp://192.0.2.53:53) says token" in answer.detail
    assert "ns2.acme.com (udp://192.0.2.53:53) says other" in answer.detail


def test_order_ttl_and_repetition_do_not_make_servers_differ() -> None:
    first = observed(ASKED, record("a"), record("b"))
    second = observed(ASKED, ResourceRecord(ASKED.name, RecordType.TXT, 17, rdata("TXT", "b")), record("a"))
    assert said(published(ASKED, [first, second])) == "found"


@pytest.mark.parametrize(
    ("observations", "quorum", "expected"),
    [
        ([other("a"), other("a"), other("b")], 2, "found"),
        ([other("a"), other("b"), other("c")], 2, "disagreement"),
        ([other("a"), other(fault=DEAD), other(fault=DEAD)], 2, "too_few"),
        ([other(), other(), other("a")], 2, "nxdomain"),
        ([other(fault=DEAD)] * 3, 2, "timeout"),
        ([other("a")], 1, "found"),
        ([other("a"), other()], 1, "disagreement"),
        ([other(), other("a")], 1, "disagreement"),
    ],
)
def test_what_resolvers_establish(observations: list[Observation], quorum: int, expected: str) -> None:
    assert said(visible(ASKED, observations, quorum)) == expected


def answered(*observations: Observation) -> Found:
    answer = published(ASKED, observations)
    assert isinstance(answer, Found)
    return answer


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        ([other("a"), other("a"), other()], "found"),
        ([other("a"), other(), other()], "not_visible"),
        ([other("old"), other("old"), other("a")], "not_visible"),
        ([other(fault=DEAD)] * 3, "timeout"),
        ([other("a"), other("a"), other(fault=DEAD)], "found"),
        ([other("a"), other(fault=DEAD), other(fault=DEAD)], "too_few"),
        ([other("a"), other(), other(fault=DEAD)], "not_visible"),
    ],
)
def test_what_is_published_must_be_visible_too(observations: list[Observation], expected: str) -> None:
    assert said(confirmed(answered(own("a")), observations, 2)) == expected


def test_an_alias_out_of_the_zone_is_confirmed_by_resolvers_that_followed_it() -> None:
    alias = record("verify.saas.example", RecordType.CNAME)
    end = record("token", owner="verify.saas.example")
    own_word = answered(observed(ASKED, alias))
    seen = observed(ASKED, alias, end, source=Source.RECURSIVE)
    assert own_word.end == "verify.saas.example"
    assert said(confirmed(own_word, [seen, seen], 2)) == "found"
    elsewhere = observed(ASKED, record("evil.example", RecordType.CNAME), source=Source.RECURSIVE)
    assert said(confirmed(own_word, [elsewhere, elsewhere], 2)) == "not_visible"


def test_R11_when_resolvers_will_have_forgotten() -> None:
    said = [other(minimum=1800), other("old"), other(minimum=60)]
    assert [forgotten_in(said, enough) for enough in (1, 2, 3, 4)] == [60, 300, 1800, 1800]
    assert forgotten_in([other(minimum=86_400)], 1) == 3600, "the SOA record itself has a TTL of 3600"
    assert forgotten_in([], 1) == 0


def test_R11_who_sees_it_already_has_nothing_to_forget() -> None:
    lasting = observed(
        ASKED, ResourceRecord(ASKED.name, RecordType.TXT, 86_400, rdata("TXT", "a")), source=Source.RECURSIVE
    )
    answer = confirmed(answered(own("a")), [lasting, other(minimum=60), other(minimum=120)], 2)
    assert answer.unseen is not None
    assert answer.unseen.visible_in == 60, "one of them is enough beside the one who sees it"


def test_R11_a_negative_answer_lasts_as_long_as_the_lesser_of_ttl_and_minimum() -> None:
    answer = published(ASKED, [observed(ASKED, rcode="NXDOMAIN", minimum=7200)])
    assert isinstance(answer, Absent)
    assert answer.negative_ttl == 3600, "the SOA record itself has a TTL of 3600"


def test_R24_owner_names_and_a_loop_within_one_answer() -> None:
    loop = (
        record("a.acme.com", RecordType.CNAME),
        record(ASKED.name, RecordType.CNAME, owner="a.acme.com"),
    )
    answer = published(ASKED, [observed(ASKED, *loop)])
    assert isinstance(answer, Found)
    assert answer.records == ()
    assert answer.end == ASKED.name


HOST = Question("www.acme.com", RecordType.A)


def address(*ips: str, at: str = "ns1", source: Source = Source.AUTHORITATIVE) -> Observation:
    records = tuple(record(ip, RecordType.A, HOST.name) for ip in ips)
    return observed(HOST, *records, name=f"{at}.acme.com", source=source)


def test_addresses_that_are_dealt_out_by_turns_are_no_disagreement() -> None:
    answer = published(HOST, [address("192.0.2.1"), address("192.0.2.2", at="ns2")])
    assert isinstance(answer, Found)
    elsewhere = [address(ip, source=Source.RECURSIVE) for ip in ("192.0.2.3", "192.0.2.4")]
    assert said(confirmed(answer, elsewhere, 2)) == "found"
    assert said(visible(HOST, elsewhere, 2)) == "found"


def test_an_address_here_and_none_there_is_a_disagreement() -> None:
    answer = published(HOST, [address("192.0.2.1"), address(at="ns2")])
    assert isinstance(answer, Unreachable)
    assert answer.fault is Fault.DISAGREEMENT
    assert "says there is something" in answer.detail
    assert "says there is nothing" in answer.detail


words = st.sampled_from([("a",), ("b",), (), ("a", "b")])
faults = st.sampled_from([None, None, None, *Fault])


@given(st.lists(st.tuples(words, faults), max_size=6))
def test_found_needs_unanimity_and_absence_of_lameness(
    drawn: list[tuple[tuple[str, ...], Fault | None]],
) -> None:
    observations = [own(*data, fault=fault) if fault is None else own(fault=fault) for data, fault in drawn]
    answer = published(ASKED, observations)
    live = {data for data, fault in drawn if fault is None}
    if isinstance(answer, Found):
        assert len(live) == 1
        assert () not in live
        assert Fault.LAME not in {fault for _, fault in drawn}
    elif isinstance(answer, Absent):
        assert live == {()}
        assert answer.reason is Absence.NXDOMAIN
    assert answer.observations == tuple(observations)
