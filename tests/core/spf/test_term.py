"""The grammar of single terms: RFC 7208 §5, §6, §7.1 and §12."""

import re
from ipaddress import ip_network

import pytest

from letterhead.core.spf.term import Mechanism, Modifier, Qualifier, parse_term


@pytest.mark.parametrize(
    ("text", "qualifier", "name", "domain"),
    [
        ("all", "+", "all", ""),
        ("-ALL", "-", "all", ""),
        ("include:_spf.x.com", "+", "include", "_spf.x.com"),
        ("?Include:X.com.", "?", "include", "X.com."),
        ("a", "+", "a", ""),
        ("~a:x.com", "~", "a", "x.com"),
        ("mx", "+", "mx", ""),
        ("ptr", "+", "ptr", ""),
        ("ptr:x.com", "+", "ptr", "x.com"),
        ("exists:%{i}._spf.%{d2}", "+", "exists", "%{i}._spf.%{d2}"),
        ("exists:%{l1r-+.,/_=}.x.com", "+", "exists", "%{l1r-+.,/_=}.x.com"),
        ("a:foo:bar/baz.x.com", "+", "a", "foo:bar/baz.x.com"),
        ("a:x.xn--zckzah", "+", "a", "x.xn--zckzah"),
        ("a:%{d}", "+", "a", "%{d}"),
        ("a:x%%y%_z%-.com", "+", "a", "x%%y%_z%-.com"),
    ],
)
def test_directives_are_read(text: str, qualifier: str, name: str, domain: str) -> None:
    term = parse_term(text)
    assert isinstance(term, Mechanism)
    assert (term.qualifier, term.name, term.domain, term.text) == (Qualifier(qualifier), name, domain, text)


@pytest.mark.parametrize(
    ("text", "prefix4", "prefix6"),
    [
        ("a/24", 24, 128),
        ("a//64", 32, 64),
        ("mx/0//0", 0, 0),
        ("a:x.com/32//128", 32, 128),
        ("mx:%{d}/24", 24, 128),
    ],
)
def test_prefix_lengths_are_read(text: str, prefix4: int, prefix6: int) -> None:
    term = parse_term(text)
    assert isinstance(term, Mechanism)
    assert (term.prefix4, term.prefix6) == (prefix4, prefix6)


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("ip4:192.0.2.1", "192.0.2.1/32"),
        ("ip4:192.0.2.129/25", "192.0.2.128/25"),
        ("ip4:192.0.2.1/0", "0.0.0.0/0"),
        ("ip6:2001:DB8::1", "2001:db8::1/128"),
        ("ip6:2001:db8::/32", "2001:db8::/32"),
        ("ip6:::1.1.1.1/0", "::/0"),
    ],
)
def test_networks_are_read(text: str, network: str) -> None:
    term = parse_term(text)
    assert isinstance(term, Mechanism)
    assert term.network == ip_network(network)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("redirect=_spf.x.com", "redirect", "_spf.x.com"),
        ("EXP=why.%{d}", "exp", "why.%{d}"),
        ("moo.cow-far_out=man:dog/cat", "moo.cow-far_out", "man:dog/cat"),
        ("default=", "default", ""),
        ("include=x.com", "include", "x.com"),
        ("v=spf1;all", "v", "spf1;all"),  # however odd it looks
    ],
)
def test_modifiers_are_read(text: str, name: str, value: str) -> None:
    assert parse_term(text) == Modifier(text, name, value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # §5.1
        ("all.", "no mechanism “all.”"),
        ("all:x.com", "no mechanism"),
        ("-all/8", "no mechanism"),
        # §5.2, §5.7
        ("include", "include needs a domain"),
        ("include:", "the domain is missing"),
        ("include:x.com/24", "does not end in a domain"),
        ("exists", "exists needs a domain"),
        ("exists:x.com/24", "does not end in a domain"),
        # §5.3, §5.4
        ("a:", "the domain is missing"),
        ("a/33", "a prefix length"),
        ("mx//129", "a prefix length"),
        ("a/24/64", "does not belong there"),
        ("a/024", "does not belong there"),
        ("a:museum", "does not end in a domain"),
        ("a:museum.", "does not end in a domain"),
        ("a:x.123", "does not end in a domain"),
        ("a:x.-com", "does not end in a domain"),
        ("a:x.com-", "does not end in a domain"),
        ("a:192.0.2.1", "an address is written with ip4 or ip6"),
        ("mx:2001:db8::1", "an address is written with ip4 or ip6"),
        # §5.5
        ("ptr/0", "does not belong there"),
        # §5.6
        ("ip4", "ip4 needs an address"),
        ("ip4:", "ip4 needs an address"),
        ("ip4:1.2.3", "is not an address of ip4"),
        ("ip4:1.2.3.04", "is not an address of ip4"),
        ("ip4:1.2.3.4/33", "exceeds 32"),
        ("ip4:1.2.3.4/032", "ip4 needs an address"),
        ("ip4:1.2.3.4//32", "ip4 needs an address"),
        ("ip4:1.2.3.4:25", "is not an address of ip4"),
        ("ip4:2001:db8::1", "is not an address of ip4"),
        ("ip6:1.2.3.4", "is not an address of ip6"),
        ("ip6:2001:db8::/129", "exceeds 128"),
        ("ip6:fe80::1%eth0", "ip6 needs an address"),
        # §6
        ("redirect=", "the domain is missing"),
        ("exp=-all", "does not end in a domain"),
        ("redirect:x.com", "takes “=”"),
        ("1up=foo", "neither a mechanism nor a modifier"),
        ("=all", "neither a mechanism nor a modifier"),
        ("foo=%abc", "is not a macro"),
        # §7.1, §7.2, §7.3
        ("a:%{c}.x.com", "in explanations only"),
        ("a:%{x}.x.com", "is not a macro"),
        ("a:%{d0}", "keeps no part"),
        ("a:%{d", "is not a macro"),
        ("a:x%.com", "is not a macro"),
        ("exists:%(ir).x.com", "is not a macro"),
        # what people write
        ("ipv4:192.0.2.1", "written ip4"),
        ("includes:x.com", "written include"),
        ("-", "neither a mechanism nor a modifier"),
        ("--all", "neither a mechanism nor a modifier"),
    ],
)
def test_broken_terms_are_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        parse_term(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("include:X.com", "~INCLUDE:x.com.", True),
        ("ip4:192.0.2.1", "ip4:192.0.2.1/32", True),
        ("ip6:2001:DB8:0::1", "ip6:2001:db8::1", True),
        ("a", "a/32//128", True),
        ("include:x.com", "include:x.com.evil.com", False),
        ("include:x.com", "exists:x.com", False),
        ("a:x.com", "a:x.com/24", False),
        ("a:%{L}.x.com", "a:%{l}.x.com", False),  # upper-case macros are URL-escaped (§7.3)
    ],
)
def test_directives_compare_by_what_they_match(one: str, other: str, same: bool) -> None:
    left, right = parse_term(one), parse_term(other)
    assert isinstance(left, Mechanism)
    assert isinstance(right, Mechanism)
    assert (left.key == right.key) is same


@pytest.mark.timeout(5)
@pytest.mark.parametrize("text", ["a:." + "a" * 60_000 + "!", "." * 60_000, "a:" + "%{" * 30_000])
def test_hostile_terms_cost_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a macro|does not end in a domain|neither"):
        parse_term(text)


def test_a_number_of_parts_may_be_long() -> None:
    assert isinstance(parse_term("a:%{d" + "9" * 5000 + "}"), Mechanism)
