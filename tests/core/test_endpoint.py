"""How a recursive resolver may be named, and what is refused with the way to mend it."""

import pytest

from letterhead.core.endpoint import Transport, endpoint
from letterhead.core.refusal import Refusal

IN_FULL = {
    "udp://127.0.0.1": "udp://127.0.0.1:53",
    "udp://[2620:FE:0::fe]:5353": "udp://[2620:fe::fe]:5353",
    "TCP://10.0.0.1": "tcp://10.0.0.1:53",
    "tls://9.9.9.9": "tls://9.9.9.9:853",
    "tls://9.9.9.9:8853#DNS.Quad9.net.": "tls://9.9.9.9:8853#dns.quad9.net",
    "https://9.9.9.9": "https://9.9.9.9:443/dns-query",
    "https://9.9.9.9/": "https://9.9.9.9:443/dns-query",
    "https://[2620:fe::fe]:8443/resolve/x#dns.quad9.net": "https://[2620:fe::fe]:8443/resolve/x#dns.quad9.net",
}


@pytest.mark.parametrize(("url", "whole"), IN_FULL.items())
def test_a_url_is_completed_and_reading_it_again_changes_nothing(url: str, whole: str) -> None:
    assert str(endpoint(url)) == whole
    assert endpoint(whole) == endpoint(url)


def test_what_a_url_says_stands_in_the_endpoint_and_the_name_is_no_part_of_its_address() -> None:
    found = endpoint("https://9.9.9.9/dns-query#dns.quad9.net")
    assert (found.transport, found.ip, found.port) == (Transport.HTTPS, "9.9.9.9", 443)
    assert (found.path, found.name, found.url) == (
        "/dns-query",
        "dns.quad9.net",
        "https://9.9.9.9:443/dns-query",
    )


REFUSED = {
    "": "udp://127.0.0.1:53",
    "127.0.0.1": "udp://127.0.0.1:53",
    "http://9.9.9.9/dns-query": "udp://127.0.0.1:53",
    "file:///etc/passwd": "udp://127.0.0.1:53",
    "sdns://AQcAAA": "udp://127.0.0.1:53",
    "udp://": "udp://127.0.0.1:53",
    "udp://localhost": "udp://127.0.0.1:53",
    "udp://127.0.0.1:70000": "udp://127.0.0.1:53",
    "udp://127.0.0.1:x": "udp://127.0.0.1:53",
    "udp://127.0.0.1:0": "udp://127.0.0.1:53",
    "udp://u@127.0.0.1": "udp://127.0.0.1:53",
    "udp://127.0.0.1/x": "udp://127.0.0.1:53",
    "udp://127.0.0.1?x": "udp://127.0.0.1:53",
    "udp://127.0.0.1#dns.acme.com": "udp://127.0.0.1:53",
    "udp://[::1": "udp://127.0.0.1:53",
    "udp://127.1": "udp://127.0.0.1:53",
    "udp://224.0.0.251": "udp://127.0.0.1:53",
    "tcp://127.0.0.1#dns.acme.com": "tcp://127.0.0.1:53",
    "tcp://dns.acme.com": "tcp://127.0.0.1:53",
    "tls://dns.quad9.net": "tls://9.9.9.9#dns.quad9.net",
    "tls://9.9.9.9/dns-query": "tls://9.9.9.9#dns.quad9.net",
    "tls://9.9.9.9#not a name": "tls://9.9.9.9#dns.quad9.net",
    "https://dns.quad9.net/dns-query": "https://9.9.9.9/dns-query#dns.quad9.net",
    "https://me:secret@9.9.9.9/dns-query": "https://9.9.9.9/dns-query#dns.quad9.net",
    "https://9.9.9.9/dns-query{?dns}": "https://9.9.9.9/dns-query#dns.quad9.net",
    "https://9.9.9.9/dns query": "https://9.9.9.9/dns-query#dns.quad9.net",
    "https://0.0.0.0/dns-query": "https://9.9.9.9/dns-query#dns.quad9.net",
}


@pytest.mark.parametrize(("url", "example"), REFUSED.items())
def test_R23_what_names_no_resolver_is_refused_with_an_example_of_the_same_transport(
    url: str, example: str
) -> None:
    with pytest.raises(Refusal, match="resolver_url") as refused:
        endpoint(url)
    assert example in refused.value.mend
    assert refused.value.param == "dns.resolvers"
