"""Plans: what each profile asks for, word for word, and what makes it differ."""

import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.zone
import pytest

from letterhead.core.domain import Mode
from letterhead.core.plan import plan
from letterhead.core.profile import PROFILES
from letterhead.core.record import Role
from letterhead.core.zone_file import strings, zone_file
from tests.core.registration import KEY, SELECTOR, SITE, TOKEN, domain, planned

DKIM_ALIASES = [
    f"* CNAME {alias}._domainkey.acme.com {alias}.dkim.letterhead.net" for alias in ("aaaa", "bbbb", "cccc")
]

# What suffices for verified: `*` stands before what is required.
EXPECTED = {
    "letterhead": [
        "* MX acme.com 10 mx.letterhead.net",
        f"* TXT _letterhead.acme.com letterhead-verify={TOKEN}",
        "* TXT acme.com v=spf1 include:spf.letterhead.net ~all",
        f"* TXT {SELECTOR}._domainkey.acme.com v=DKIM1; k=rsa; p={KEY}",
        "  TXT _dmarc.acme.com v=DMARC1; p=none; rua=mailto:dmarc@letterhead.net",
    ],
    "mails": [
        "* MX acme.com 10 mx.letterhead.net",
        "* TXT acme.com v=spf1 include:spf.letterhead.net ~all",
        "  TXT _dmarc.acme.com v=DMARC1; p=quarantine; rua=mailto:dmarc@letterhead.net",
    ],
    "agentmail_pro": [
        "* MX acme.com 10 mx.letterhead.net",
        f"* TXT _amazonses.acme.com {TOKEN}",
        "  TXT acme.com v=spf1 include:spf.letterhead.net ~all",
        f"  TXT {SELECTOR}._domainkey.acme.com v=DKIM1; k=rsa; p={KEY}",
        "  TXT _dmarc.acme.com v=DMARC1; p=quarantine; rua=mailto:dmarc@acme.com",
    ],
    "sendmux": [
        "* MX acme.com 10 mx.letterhead.net",
        f"* TXT _sendmux.acme.com sendmux-verify={TOKEN}",
        "* TXT acme.com v=spf1 include:spf.letterhead.net ~all",
        "* TXT _dmarc.acme.com v=DMARC1; p=quarantine",
        *DKIM_ALIASES,
        "  MX bounce.acme.com 10 bounces.letterhead.net",
        "  TXT bounce.acme.com v=spf1 include:spf.letterhead.net ~all",
    ],
    "inboxlayer": [
        "* MX acme.com 10 mx.letterhead.net",
        *DKIM_ALIASES,
        "  TXT acme.com v=spf1 include:spf.letterhead.net ~all",
        "  TXT _dmarc.acme.com v=DMARC1; p=none;",
    ],
    "anyreach": [
        *DKIM_ALIASES,
        "* TXT acme.com v=spf1 include:spf.letterhead.net ~all",
        "* TXT _dmarc.acme.com v=DMARC1; p=none; rua=mailto:dmarc@letterhead.net",
        "* MX acme.com 10 mx.letterhead.net",
    ],
}


@pytest.mark.parametrize("profile", PROFILES)
def test_each_profile_asks_for_what_the_wire_says(profile: str) -> None:
    records = planned(profile).records
    told = [f"{'*' if r.required else ' '} {r.type} {r.host} {r.text}" for r in records]
    assert told == EXPECTED[profile]
    assert all(record.purpose for record in records)


@pytest.mark.parametrize("profile", ["mails", "inboxlayer"])
def test_O02_a_contested_claim_must_prove_ownership_and_a_holder_is_only_asked_to(profile: str) -> None:
    (proof,) = planned(profile, contested=True).of(Role.OWNERSHIP)
    assert proof.required
    assert proof.host == "_letterhead.acme.com"
    assert proof.value == f"letterhead-verify={TOKEN}"
    (asked,) = planned(profile, contested=True, held=True).of(Role.OWNERSHIP)
    assert not asked.required
    assert planned(profile).of(Role.OWNERSHIP) == ()


def test_our_own_tokens_prove_ownership_in_the_anyreach_profile() -> None:
    assert planned("anyreach", contested=True).of(Role.OWNERSHIP) == ()


def test_O11_the_ownership_record_says_whose_it_is_and_what_for() -> None:
    (proof,) = planned().of(Role.OWNERSHIP)
    assert proof.host.startswith("_letterhead.")
    assert proof.value.startswith("letterhead-verify=")


def test_a_domain_that_only_sends_needs_no_mx() -> None:
    (mx,) = planned("sendmux", mode=Mode.SEND_ONLY).of(Role.MX)
    assert not mx.required


def test_no_dmarc_record_of_ours_carries_pct() -> None:
    assert all("pct" not in r.value for name in PROFILES for r in planned(name).of(Role.DMARC))


def test_L19_the_fingerprint_tells_one_plan_from_another() -> None:
    prints = {planned(name).fingerprint for name in PROFILES}
    prints.add(planned(token="another").fingerprint)
    prints.add(planned("mails", contested=True).fingerprint)
    assert len(prints) == len(PROFILES) + 2
    assert planned().fingerprint == plan(domain(), PROFILES["letterhead"], SITE).fingerprint


@pytest.mark.parametrize("profile", PROFILES)
def test_S09_the_zone_file_is_one_and_says_what_the_plan_says(profile: str) -> None:
    records = planned(profile).records
    text = zone_file(planned(profile))
    zone = dns.zone.from_text(text, origin="acme.com.", relativize=False, check_origin=False)
    for record in records:
        rdataset = zone.find_rdataset(f"{record.host}.", record.type)
        data = [r for r in rdataset if plain(r) == record.text]
        assert len(data) == 1, (record, list(rdataset))
        assert rdataset.ttl == 300
    assert all(len(line.encode()) < 1000 for line in text.splitlines())


def plain(data: dns.rdata.Rdata) -> str:
    if data.rdtype == dns.rdatatype.TXT:
        return b"".join(data.strings).decode()
    return data.to_text().removesuffix(".")


def test_a_long_value_stands_in_strings_of_at_most_255_octets() -> None:
    assert strings("a" * 255) == '"' + "a" * 255 + '"'
    assert strings("a" * 256) == '"' + "a" * 255 + '" "a"'
    assert strings('say "hi" \\') == r'"say \"hi\" \\"'
    value = strings("x" * 600)
    data = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.TXT, value)
    assert b"".join(data.strings) == b"x" * 600
