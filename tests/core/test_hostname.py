# ruff: noqa: RUF001 - look-alikes are what is tried here
"""Which names may be registered, and how names lie to one another."""

import dns.name
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from letterhead.core import hostname
from letterhead.core.hostname import Rules, canonical
from letterhead.core.refusal import Refusal
from letterhead.core.reserved import SPECIAL_USE

OWN = ("mx.agents.example", "spf.agents.example", "in.mail-letter.co.uk")
SITE = Rules(own=OWN, allow_reserved=True)


def code_of(typed: str, rules: Rules | None = None) -> str:
    with pytest.raises(Refusal) as caught:
        canonical(typed, rules or Rules())
    return caught.value.code


def accepted(typed: str, rules: Rules | None = None) -> str | None:
    try:
        return canonical(typed, rules or Rules())
    except Refusal:
        return None


# --- room for the names of records ---------------------------------------------------------------------

LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True)
LONG_NAMES = st.lists(LABEL | st.just("a" * 63) | st.just("ü" * 20), min_size=1, max_size=9)


def owner_names(name: str, rules: Rules) -> list[str]:
    """Every name that may be planned or asked for in front of a domain."""
    prefixes = ["", "_dmarc", "_amazonses", "bounce", "r" * 63, "s" * 63 + "._domainkey"]
    below = [f"{prefix}.{name}" if prefix else name for prefix in prefixes]
    return below + [f"{name}._report._dmarc.{own}" for own in rules.own]


@given(LONG_NAMES)
@example(["a" * 63, "b" * 63, "c" * 46])
def test_N03_whatever_is_planned_for_an_accepted_name_is_a_valid_wire_name(labels: list[str]) -> None:
    rules = Rules(own=("reports." + "o" * 63 + "." + "p" * 30 + ".net",))
    name = accepted(".".join([*labels, "com"]), rules)
    for owner in owner_names(name, rules) if name else ():
        assert len(dns.name.from_text(owner).to_wire()) <= 255


def test_N03_the_last_name_that_fits_and_the_first_that_does_not() -> None:
    room = 253 - len("s" * 63 + "._domainkey.")
    fits = ".".join(["a" * 63, "b" * 63, "c" * (room - 132), "com"])
    assert len(fits) == room
    assert canonical(fits, Rules()) == fits
    assert code_of(fits.replace(".com", "c.com")) == "domain_too_long_for_records"


def test_N03_our_own_long_name_leaves_less_room_for_reports() -> None:
    name = "a" * 63 + "." + "b" * 63 + ".com"
    assert canonical(name, Rules(own=("reports.net",))) == name
    assert code_of(name, Rules(own=("o" * 63 + "." + "p" * 63 + ".net",))) == "domain_too_long_for_records"


# --- names that are not a customer's -------------------------------------------------------------------

OURS = [
    *("agents.example", "Agents.Example.", "mx.agents.example", "spf.agents.example", "MX.AGENTS.EXAMPLE"),
    *(
        "x.agents.example",
        "a.b.c.agents.example",
        "ａｇｅｎｔｓ．ｅｘａｍｐｌｅ",
        "agents。example",
        " agents.example ",
    ),
    *("mail-letter.co.uk", "in.mail-letter.co.uk", "out.mail-letter.co.uk", "MAIL-LETTER.CO.UK"),
]
PROVIDERS = [
    *("amazonses.com", "AmazonSES.com", "mail.amazonses.com", "inbound-smtp.eu-west-1.amazonaws.com"),
    *("resend.com", "send.resend.com", "sendgrid.net", "x.mailgun.org"),
]
IMITATIONS = [
    *("аgents.example", "agеnts.example", "mx.аgents.example", "agentѕ.example", "xn--gents-3ve.example"),
    *("mаil-letter.co.uk", "x.mail-lеtter.co.uk", "аmazonses.com", "rеsеnd.com", "ɑmazonses.com"),
]


@pytest.mark.parametrize(
    ("typed", "code"),
    [(name, "domain_is_ours") for name in OURS]
    + [(name, "domain_is_providers") for name in PROVIDERS]
    + [(name, "domain_imitates") for name in IMITATIONS],
)
def test_N07_our_names_providers_and_what_looks_like_them_are_refused(typed: str, code: str) -> None:
    assert code_of(typed, SITE) == code


@pytest.mark.parametrize("typed", ["notagents.example", "agents.example.com", "co.example", "myresend.com"])
def test_N07_names_that_merely_contain_ours_are_free(typed: str) -> None:
    assert canonical(typed, SITE) == typed


def test_N07_providers_are_configurable() -> None:
    assert canonical("resend.com", Rules(providers=frozenset())) == "resend.com"
    assert code_of("x.relay.net", Rules(providers=frozenset({"relay.net"}))) == "domain_is_providers"


@pytest.mark.parametrize(
    "typed",
    [
        *(f"acme.{name}" for name in SPECIAL_USE),
        *SPECIAL_USE,
        "acme.home.arpa",
        "4.3.2.1.in-addr.arpa",
        "8.b.d.0.1.0.0.2.ip6.arpa",
        "Acme.LOCAL.",
        "localhost.",
    ],
)
def test_N08_special_use_names_are_refused(typed: str) -> None:
    assert code_of(typed) == "domain_special_use"


@pytest.mark.parametrize(
    "typed", ["acme.notatld", "acme.lan", "acme.corp", "mail.acme.home", "acme.xn--0zwm56d"]
)
def test_N08_unknown_top_level_domains_are_refused(typed: str) -> None:
    assert code_of(typed) == "domain_unknown_tld"


@pytest.mark.parametrize("typed", ["myexample.com", "example.co.uk", "test.com", "local.net", "contest.org"])
def test_N08_names_that_merely_contain_a_reserved_one_are_free(typed: str) -> None:
    assert canonical(typed, Rules()) == typed


def test_N09_the_switch_for_tests_opens_reserved_names_and_nothing_else() -> None:
    rules = Rules(allow_reserved=True)
    assert canonical("acme.test", rules) == "acme.test"
    assert canonical("mail.acme.notatld", rules) == "mail.acme.notatld"
    assert not Rules().allow_reserved
    closed = {
        "test": "domain_single_label",
        "co.uk": "domain_public_suffix",
        "*.acme.test": "domain_wildcard",
        "acme_.test": "domain_underscore",
        "1.2.3.4": "domain_is_ip_address",
        "acme.123": "domain_numeric_tld",
        "①.test": "domain_needs_confirmation",
        "amazonses.com": "domain_is_providers",
    }
    assert {typed: code_of(typed, rules) for typed in closed} == closed


def test_N13_ten_labels_are_enough_and_eleven_too_many() -> None:
    ten = "a.b.c.d.e.f.g.h.acme.com"
    assert canonical(ten, Rules()) == ten
    assert code_of("x." + ten) == "domain_too_many_labels"
    assert code_of("x." * 125 + "com") == "domain_too_many_labels"
    assert code_of("mail.acme.com", Rules(max_labels=2)) == "domain_too_many_labels"


@pytest.mark.parametrize(
    "typed", ["*.acme.com", "*.com", "mail.*.acme.com", "m*l.acme.com", "＊.acme.com", "*"]
)
def test_N14_wildcards_are_refused(typed: str) -> None:
    assert code_of(typed) == "domain_wildcard"


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("www.acme.com", ("mail_or_www_prefix",)),
        ("mail.acme.co.uk", ("mail_or_www_prefix",)),
        ("mail.com", ()),
        ("webmail.acme.com", ()),
        ("acme.com", ()),
    ],
)
def test_N16_a_mail_or_www_prefix_is_accepted_with_a_remark(name: str, flags: tuple[str, ...]) -> None:
    assert hostname.flags(canonical(name, Rules())) == flags


# --- how names lie to one another ----------------------------------------------------------------------


def test_labels_and_parent_walk_up_to_the_top() -> None:
    assert hostname.labels("mail.acme.com") == ("mail", "acme", "com")
    assert hostname.parent("mail.acme.com") == "acme.com"
    assert hostname.parent("com") is None


@pytest.mark.parametrize(
    ("name", "ancestor", "under"),
    [
        ("mail.acme.com", "acme.com", True),
        ("acme.com", "acme.com", True),
        ("notacme.com", "acme.com", False),
        ("acme.com.evil.net", "acme.com", False),
        ("acme.com", "mail.acme.com", False),
    ],
)
def test_is_under_sees_labels_not_letters(name: str, ancestor: str, under: bool) -> None:
    assert hostname.is_under(name, ancestor) is under


@pytest.mark.parametrize(
    ("name", "registrable", "ancestors"),
    [
        ("acme.com", "acme.com", ()),
        ("mail.acme.com", "acme.com", ("acme.com",)),
        ("a.b.acme.co.uk", "acme.co.uk", ("b.acme.co.uk", "acme.co.uk")),
        ("x.acme.github.io", "acme.github.io", ("acme.github.io",)),
        ("mail.acme.test", "acme.test", ("acme.test",)),
        ("co.uk", "co.uk", ()),
        ("test", "test", ()),
    ],
)
def test_registrable_and_ancestors(name: str, registrable: str, ancestors: tuple[str, ...]) -> None:
    assert hostname.registrable(name) == registrable
    assert hostname.ancestors(name) == ancestors


@pytest.mark.parametrize(
    ("name", "is_registrable"),
    [
        ("acme.com", True),
        ("acme.test", True),
        ("mail.acme.com", False),
        ("co.uk", False),
        ("com", False),
        ("test", False),
    ],
)
def test_is_registrable(name: str, is_registrable: bool) -> None:
    assert hostname.is_registrable(name) is is_registrable


def test_unicode_is_for_people_and_survives_what_is_no_name() -> None:
    assert hostname.unicode("xn--mnchen-3ya.de") == "münchen.de"
    assert hostname.unicode("_dmarc.xn--a.com") == "_dmarc.xn--a.com"
