"""Each dialect's site hands out the very values that its document shows."""

from pathlib import Path

import pytest

from letterhead.config import load
from letterhead.core.plan import plan
from tests.core.registration import domain

SITES = Path(__file__).parent / "sites"

# Role, host, value, priority; `token…` stands for what is random.
DOCUMENTED = {
    "mails": [
        ("mx", "acme.com", "isaac.mx.cloudflare.net", 10),
        ("spf", "acme.com", "v=spf1 include:amazonses.com include:_spf.mx.cloudflare.net ~all", None),
        ("dmarc", "_dmarc.acme.com", "v=DMARC1; p=quarantine; rua=mailto:dmarc@mails0.com", None),
    ],
    "agentmail_pro": [
        ("mx", "acme.com", "inbound-smtp.us-east-1.amazonaws.com", 10),
        ("spf", "acme.com", "v=spf1 include:amazonses.com ~all", None),
        ("dmarc", "_dmarc.acme.com", "v=DMARC1; p=quarantine; rua=mailto:dmarc@acme.com", None),
    ],
    "sendmux": [
        ("mx", "acme.com", "mail.sendmux.ai", 10),
        ("spf", "acme.com", "v=spf1 include:amazonses.com include:sendmux.ai ~all", None),
        ("dmarc", "_dmarc.acme.com", "v=DMARC1; p=quarantine", None),
        ("dkim", "aaaa._domainkey.acme.com", "aaaa.dkim.amazonses.com", None),
        ("dkim", "bbbb._domainkey.acme.com", "bbbb.dkim.amazonses.com", None),
        ("dkim", "cccc._domainkey.acme.com", "cccc.dkim.amazonses.com", None),
        ("mail_from_mx", "bounce.acme.com", "feedback-smtp.us-east-1.amazonses.com", 10),
    ],
    "inboxlayer": [
        ("mx", "acme.com", "smtp.inboxlayer.dev", 10),
        ("dkim", "aaaa._domainkey.acme.com", "aaaa.dkim.amazonses.com", None),
        ("spf", "acme.com", "v=spf1 include:amazonses.com ~all", None),
        ("dmarc", "_dmarc.acme.com", "v=DMARC1; p=none;", None),
    ],
    "anyreach": [
        ("mx", "acme.com", "inbound-smtp.us-east-1.amazonaws.com", 10),
        ("dkim", "cccc._domainkey.acme.com", "cccc.dkim.amazonses.com", None),
    ],
}


@pytest.mark.parametrize("dialect", DOCUMENTED)
def test_a_site_hands_out_the_values_of_its_document(dialect: str) -> None:
    config = load(SITES / f"{dialect}.toml", {})
    records = plan(domain(dialect), config.profiles[dialect], config.site).records
    shown = [(r.role.value, r.host, r.value, r.priority) for r in records]
    assert set(DOCUMENTED[dialect]) <= set(shown)
    assert not [warning for warning in config.warnings if "does not use it" in warning]


def test_the_purposes_are_those_of_the_document() -> None:
    config = load(SITES / "mails.toml", {})
    purposes = [r.purpose for r in plan(domain("mails"), config.profiles["mails"], config.site).records]
    assert purposes == [
        "Route inbound email to Cloudflare Email Routing",
        "Authorize Resend (via SES) and Cloudflare to send on your behalf",
        "DMARC policy for authentication failure handling (recommended)",
    ]


def test_a_domain_in_another_region_has_that_in_its_names() -> None:
    config = load(SITES / "agentmail_pro.toml", {})
    chosen = domain("agentmail_pro", region="eu-west-1")
    records = plan(chosen, config.profiles["agentmail_pro"], config.site).records
    assert records[0].value == "inbound-smtp.eu-west-1.amazonaws.com"
