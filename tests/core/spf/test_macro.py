"""Macro expansion: the examples of RFC 7208 §7.4, and the rules of §7.2, §7.3."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.spf.macro import (
    Message,
    domain_spec_problem,
    expand,
    macro_string_problem,
    macro_values,
)
from letterhead.core.spf.target import check_domain, target_name

_MESSAGE = Message(
    ip_address("192.0.2.3"), "strong-bad", "email.example.com", "mx.example.org", "mta.example.net", 1000
)
_OVER_IP6 = Message(ip_address("2001:db8::cb01"), "strong-bad", "email.example.com", "h")


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d3}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
        ("%{h} %{c} %{r} %{t}", "mx.example.org 192.0.2.3 mta.example.net 1000"),
        ("%{p}", "unknown"),
        ("a%%b%_c%-d", "a%b c%20d"),
        ("%{S}", "strong-bad%40email.example.com"),
        ("%{d999999999999999999999}", "email.example.com"),
    ],
)
def test_S06_macros_expand_as_the_rfc_shows(text: str, expanded: str) -> None:
    assert expand(text, macro_values(_MESSAGE, "email.example.com")) == expanded


def test_S06_an_ip6_address_expands_to_nibbles() -> None:
    values = macro_values(_OVER_IP6, "email.example.com")
    nibbles = "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
    assert expand("%{ir}.%{v}._spf.%{d2}", values).lower() == f"{nibbles}.ip6._spf.example.com"
    assert expand("%{c}", values) == "2001:db8::cb01"


def test_upper_case_macros_escape_everything_that_a_url_does_not_hold() -> None:
    message = Message(ip_address("192.0.2.3"), "a/b&c=d~e_f.g", "x.com", "h")
    assert expand("%{L}", macro_values(message, "x.com")) == "a%2Fb%26c%3Dd~e_f.g"


def test_blanks_and_letters_of_explanations() -> None:
    assert macro_string_problem("%{c} is not allowed at %{t}, says %{r}", explanation=True) == ""
    assert macro_string_problem("no blank") != ""
    assert domain_spec_problem("%{r}.x.com") != ""


@pytest.mark.parametrize(
    ("expanded", "name"),
    [
        ("Acme.COM.", "acme.com"),
        ("foo:bar/baz.x.com", "foo:bar/baz.x.com"),
        ("a b.x.com", "a b.x.com"),
        ("a\\b.x.com", "a\\\\b.x.com"),
        ("x..com", None),
        (".x.com", None),
        ("", None),
        ("a" * 64 + ".com", None),
        ("müller.x.com", None),  # RFC 8616 §4
        ("a\0b.x.com", None),
        ("1234567." * 40 + "x.com", "1234567." * 31 + "x.com"),  # 325 octets: whole labels go (§7.3)
        ("a" * 300, None),
    ],
)
def test_target_names(expanded: str, name: str | None) -> None:
    assert target_name(expanded) == name
    assert name is None or len(name) <= 254


@pytest.mark.parametrize(
    ("domain", "usable"),
    [
        ("acme.com", True),
        ("acme.com.", True),
        ("com", False),
        ("[192.0.2.1]", True),  # odd, but possible; the DNS will say that it does not exist
        ("a..b", False),
        ("1234567." * 40 + "com", False),  # §4.3: nothing is cut off what was asked for
    ],
)
def test_the_domain_itself_must_be_one(domain: str, usable: bool) -> None:
    assert (check_domain(domain) is not None) is usable


@given(st.text(max_size=200))
def test_a_macro_string_without_problem_expands(text: str) -> None:
    if macro_string_problem(text, explanation=True) == "":
        expand(text, macro_values(_MESSAGE, "email.example.com"))


@given(st.text(max_size=600))
def test_a_target_name_can_be_asked_for(text: str) -> None:
    name = target_name(text)
    if name is not None:
        plain = name.replace("\\\\", "\\")
        assert len(plain) <= 253
        assert all(0 < len(label) < 64 for label in plain.split("."))
        assert name == name.lower()
