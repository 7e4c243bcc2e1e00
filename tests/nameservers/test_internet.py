"""The little internet: delegations lead from the root to the customers, and change in mid-test."""

import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

from tests.nameservers import lies
from tests.nameservers.internet import Internet
from tests.nameservers.nsd import Nsd


def asked(internet: Internet, address: str, name: str, rtype: str = "TXT") -> dns.message.Message:
    query = dns.message.make_query(name, rtype)
    return dns.query.udp(query, address, port=internet.port, timeout=5)


def walked(internet: Internet, name: str, rtype: str = "TXT") -> dns.message.Message:
    """Follow referrals with glue from the root down, as a resolver does."""
    (address,) = internet.hints
    for _ in range(5):
        response = asked(internet, address, name, rtype)
        glue = [rdata.address for rrset in response.additional for rdata in rrset]
        if response.answer or not glue:
            return response
        address = glue[0]
    raise AssertionError("the referrals lead nowhere")


def texts(response: dns.message.Message) -> set[str]:
    return {rdata.to_text() for rrset in response.answer for rdata in rrset}


def test_the_walk_from_the_root_meets_the_registry_and_then_the_customer(internet: Internet) -> None:
    internet.host("acme.com", '@ TXT "here"')
    referral = asked(internet, "127.0.0.1", "acme.com")
    assert [rrset.name.to_text() for rrset in referral.authority] == ["com."]
    referral = asked(internet, "127.0.0.53", "acme.com")
    assert [rrset.name.to_text() for rrset in referral.authority] == ["acme.com."]
    assert texts(walked(internet, "acme.com")) == {'"here"'}


def test_hosting_again_changes_the_zone(internet: Internet) -> None:
    for token in ("one", "two", "three"):
        internet.host("acme.com", f'@ TXT "{token}"')
        assert texts(walked(internet, "acme.com")) == {f'"{token}"'}


def test_names_under_a_suffix_of_two_labels_are_delegated_by_it(internet: Internet) -> None:
    internet.host("acme.co.uk", '@ TXT "here"')
    referral = asked(internet, "127.0.0.53", "acme.co.uk")
    assert [rrset.name.to_text() for rrset in referral.authority] == ["acme.co.uk."]


def test_a_withdrawn_name_does_not_exist_at_its_registry(internet: Internet) -> None:
    internet.host("acme.com", '@ TXT "here"')
    internet.host("other.com", '@ TXT "stays"')
    internet.withdraw("acme.com")
    assert walked(internet, "acme.com").rcode() == dns.rcode.NXDOMAIN
    assert asked(internet, "127.0.0.2", "acme.com").rcode() == dns.rcode.REFUSED
    assert texts(walked(internet, "other.com")) == {'"stays"'}


def test_servers_called_in_another_domain_come_without_glue(internet: Internet) -> None:
    internet.host("hosting.net", "ns1 A 127.0.0.5", servers=("127.0.0.5",))
    internet.host("acme.com", '@ TXT "here"', servers=("127.0.0.5",), names=("ns1.hosting.net",))
    referral = walked(internet, "acme.com")
    assert texts(referral) == set()
    assert [rdata.to_text() for rdata in referral.authority[0]] == ["ns1.hosting.net."]
    assert texts(walked(internet, "ns1.hosting.net", "A")) == {"127.0.0.5"}
    assert texts(asked(internet, "127.0.0.5", "acme.com")) == {'"here"'}


def test_one_name_on_knot_and_nsd_that_come_to_differ(internet: Internet) -> None:
    internet.server("127.0.0.3", Nsd)
    internet.host("acme.com", '@ TXT "both"', servers=("127.0.0.2", "127.0.0.3"))
    internet.server("127.0.0.3").publish("acme.com", '@ TXT "differs"')
    assert texts(asked(internet, "127.0.0.2", "acme.com")) == {'"both"'}
    assert texts(asked(internet, "127.0.0.3", "acme.com")) == {'"differs"'}


def test_a_delegation_to_a_liar(internet: Internet) -> None:
    internet.liar("127.0.0.9").script(lies.answer('@ TXT "lie"'))
    internet.delegate("acme.com", [("ns1.acme.com", "127.0.0.9")])
    assert texts(walked(internet, "acme.com")) == {'"lie"'}
