"""Which URLs can be a webhook, and how two secrets overlap."""

from datetime import timedelta

import pytest

from letterhead.core.refusal import Refusal
from letterhead.core.webhook import KINDS, USUAL, Target, Webhook, kinds_of, target
from tests.core.dns import NOON

GOOD = {
    "https://hooks.acme.com": "https://hooks.acme.com/",
    "https://hooks.acme.com/a?b=c&d=%20": "https://hooks.acme.com/a?b=c&d=%20",
    "HTTPS://Hooks.ACME.com.:443/A": "https://hooks.acme.com/A",
    "https://hooks.acme.com:8443/": "https://hooks.acme.com:8443/",
    "https://1.1.1.1/": "https://1.1.1.1/",
    "https://[2606:4700:4700::1111]/": "https://[2606:4700:4700::1111]/",
}

HOSTS = [
    "localhost",
    "LOCALHOST",
    "localhost.",
    "ip6-localhost",
    "metadata",
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "0x7f.1",
    "0x7f000001",
    "0x7f.0.0.1",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "0177.1",
    "127.0.0.1.",
    "127.0.0.1..",
    "0.0.0.0",
    "0",
    "0x0",
    "00000",
    "10.0.0.1",
    "10.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "192.168.1",
    "192.168.257",
    "169.254.169.254",
    "169.254.43518",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "0xA9.0xFE.0xA9.0xFE",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[::127.0.0.1]",
    "[fe80::1]",
    "[fe80::1%25eth0]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::]",
    "[2001:db8::1]",
    "[100::1]",
    "[::1].",
    "[127.0.0.1]",
    "[]",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "1.2.3.4.5",
    "256.256.256.256",
    "1.1.1.0x1",
    "1.1.1.1.1",
    "-acme.com",
    "acme..com",
    ".com",
    "a_b:c",
    "127.0.0.1:80",
    "localhost:443",
    "acme.com:0",
    "acme.com:22",
    "acme.com:25",
    "acme.com:53",
    "acme.com:80",
    "acme.com:110",
    "acme.com:143",
    "acme.com:389",
    "acme.com:445",
    "acme.com:587",
    "acme.com:993",
    "acme.com:65536",
    "acme.com:-1",
    "acme.com:x",
    "user@acme.com",
    "user:pass@acme.com",
    "@acme.com",
    "acme.com@127.0.0.1",
    "127.0.0.1@acme.com",
    "acme.com%40127.0.0.1",
]

OTHERS = [
    "",
    "acme.com",
    "//acme.com",
    "https:acme.com",
    "https:/acme.com",
    "https://",
    "https:///acme.com",
    "http://hooks.acme.com/",
    "ftp://acme.com/",
    "file:///etc/passwd",
    "gopher://acme.com/",
    "dict://acme.com:11211/",
    "javascript:alert(1)",
    "data:text/html,x",
    "unix:///var/run/docker.sock",
    "https://acme.com/#fragment",
    "https://acme.com\\@127.0.0.1/",
    "https://127.0.0.1\\.acme.com/",
    "https://acme.com/\r\nX-Evil: 1",
    "https://acme.com/ x",
    "https://acme.com\t/",
    " https://acme.com/",
    "https://acme.com/\x00",
    "https://①②⑦.0.0.1/",
    "https://127。0。0。1/",
    "https://ｌocalhost/",  # noqa: RUF001 - the point of the case
    "https://acme.com/é",
    "https://acme.com/" + "a" * 2_048,
]

BAD = [*(f"https://{host}/" for host in HOSTS), *OTHERS]


@pytest.mark.parametrize(("url", "spelled"), GOOD.items())
def test_a_public_https_url_is_kept_in_one_spelling(url: str, spelled: str) -> None:
    assert str(target(url, allow_private=False)) == spelled
    assert str(target(spelled, allow_private=False)) == spelled


@pytest.mark.parametrize("url", BAD)
def test_W01_what_leads_inside_or_elsewhere_is_no_webhook(url: str) -> None:
    with pytest.raises(Refusal) as refused:
        target(url, allow_private=False)
    assert refused.value.code == "webhook_url"


def test_W01_the_list_is_long() -> None:
    assert len(BAD) >= 120


def test_W01_plain_http_and_private_addresses_pass_in_a_lab_alone() -> None:
    assert target("http://127.0.0.1:8080/x", allow_private=True) == Target(False, "127.0.0.1", 8080, "/x")
    assert target("http://receiver/", allow_private=True).authority == "receiver"
    for url in ("ftp://127.0.0.1/", "https://224.0.0.1/", "https://u@127.0.0.1/", "https://2130706433/"):
        with pytest.raises(Refusal):
            target(url, allow_private=True)


def test_a_webhook_that_names_no_kinds_is_told_of_the_usual_ones() -> None:
    assert kinds_of(None) == USUAL
    assert {"domain.created", "domain.failed", "domain.recovered", "domain.deleted"} <= USUAL <= KINDS
    assert kinds_of({"domain.changed"}) == {"domain.changed"}
    for unknown in ("domain.flew", "key.created", "webhook.created", "%"):
        with pytest.raises(Refusal) as refused:
            kinds_of({"domain.failed", unknown})
        assert refused.value.code == "unknown_event_kind"


def test_W06_an_old_secret_signs_until_its_time_is_over() -> None:
    hook = Webhook("whk_1", "team", "https://a.com/", USUAL, b"new", NOON, b"old", NOON)
    assert hook.sealed_secrets(NOON - timedelta(seconds=1)) == (b"new", b"old")
    assert hook.sealed_secrets(NOON) == (b"new",)
