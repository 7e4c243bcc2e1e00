"""Which addresses we may connect to (W01)."""

import pytest

from letterhead.core.egress import may_connect


def table(rows: str) -> list[str]:
    return rows.split()


PUBLIC = table("""
    1.1.1.1 9.9.9.9 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0
    172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
    203.0.112.255 203.0.114.0 223.255.255.255
    2001:200:: 2001:500:2f::f 2606:4700:4700::1111 2a00:1450::1 3ffe::1
    ::ffff:9.9.9.9 64:ff9b::9.9.9.9 2002:909:909::1
""")

PRIVATE = table("""
    10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.254 169.254.0.1 169.254.169.254
    172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255
    198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9
    ::1 fc00::1 fd12:3456::1 fdff:ffff::1 fe80::1 febf::1 fec0::1 100::1 64:ff9b:1::1 64:ff9b:1::a00:1
    2001::1 2001:10::1 2001:20::1 2001:1ff:ffff::1 2001:db8::1 3fff::1 5f00::1 4000::1
    ::127.0.0.1 ::8.8.8.8 ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:169.254.169.254
    64:ff9b::7f00:1 64:ff9b::10.0.0.1 2002:7f00:1:: 2002:a00:1::1 2002:c0a8:101::1 2002:a9fe:a9fe::
""")

NEVER = table("""
    0.0.0.0 0.1.2.3 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ff02::1 ff0e::1 ::ffff:0.0.0.0 ::ffff:224.0.0.1 64:ff9b::255.255.255.255 2002:e000:1::1
    fe80::1%eth0 2606:4700::1%1
""")

NO_ADDRESS = [
    *table("127.1 0x7f.1 0x7f000001 2130706433 0177.0.0.1 017700000001 127.0.0.01 127.0.0.1."),
    *table("localhost localhost. 1.1.1.1:53 [::1] [2606:4700::1] 1.1.1.1/32 ::ffff:127.1 ①.1.1.1 1。1。1。1"),
    "",
    " 1.1.1.1",
    "1.1.1.1\n",
    "1.1.1.1\x00",
]


@pytest.mark.parametrize("ip", PUBLIC)
def test_W01_public_addresses_pass(ip: str) -> None:
    assert may_connect(ip, allow_private=False)
    assert may_connect(ip, allow_private=True)


@pytest.mark.parametrize("ip", PRIVATE)
def test_W01_private_addresses_pass_only_where_they_are_allowed(ip: str) -> None:
    assert not may_connect(ip, allow_private=False)
    assert may_connect(ip, allow_private=True)


@pytest.mark.parametrize("ip", NEVER)
def test_W01_some_addresses_never_pass(ip: str) -> None:
    assert not may_connect(ip, allow_private=False)
    assert not may_connect(ip, allow_private=True)


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_W01_what_is_not_exactly_one_address_never_passes(text: str) -> None:
    assert not may_connect(text, allow_private=False)
    assert not may_connect(text, allow_private=True)
