"""A registration as the tests of core use it: one site, one token, one key, all of them fixed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from letterhead.core.domain import Domain
from letterhead.core.hostname import Hostname
from letterhead.core.plan import Plan, plan
from letterhead.core.profile import PROFILES, DkimStyle
from letterhead.core.site import Site
from tests.core.dns import NOON

TOKEN = "mfzwizltoq3dsnbrgaydambqgayta43u"
SELECTOR = "lhabcdefghij"
ALIASES = ("aaaa", "bbbb", "cccc")
# An RSA-2048 public key whose private half was thrown away.
KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEApyBtgw5C1VSyUoK4bO11pRWnl/HZ+vgKghWxQILPruEc/9C0Ud8k"
    "ZnW+XvDbf29UVMXlGq+XbNniInQevZU3s5GA667D0hEyocLm1S4pn6xE4u7Iu9Jy5g7pKjZQPYySvTPNkgHlxLdHcRaB6iOJ"
    "9S+vyRspqDlwHqF3T2+TKiHBFS2uIz7c74dQOkaczBceBFnty6EbrIH2cNjowDymhYtOk2BXRJykzXvlqjwbbrVnd6/4ve2w"
    "mwc18zduYw/K36IZrwZADMpKG4VH9vwKTCqOL9UeuUGaM6xMmFzDlcfSbfrIMhOdTLRx9XrX3leu8wvYiKkoZk85qRMHqqkW"
    "rwIDAQAB"
)
SITE = Site(
    name="letterhead.net",
    mx_host="mx.letterhead.net",
    spf_include="spf.letterhead.net",
    platform_domain="agents.letterhead.net",
    dkim_zone="dkim.letterhead.net",
    mail_from="bounces.letterhead.net",
    dmarc_rua="dmarc@letterhead.net",
)


def domain(profile: str = "letterhead", hostname: str = "acme.com", **changes: Any) -> Domain:
    """A pending domain of team A, registered at noon."""
    style = PROFILES[profile].dkim
    made = Domain(
        id="dom_1",
        team="team_a",
        hostname=Hostname(hostname),
        profile=profile,
        token=TOKEN,
        created_at=NOON,
        updated_at=NOON,
        due_at=NOON,
        selectors={DkimStyle.NONE: (), DkimStyle.KEY: (SELECTOR,), DkimStyle.ALIASES: ALIASES}[style],
        dkim_key=KEY if style is DkimStyle.KEY else "",
        expires_at=NOON + timedelta(days=30),
    )
    return replace(made, **changes)


def planned(profile: str = "letterhead", hostname: str = "acme.com", **changes: Any) -> Plan:
    """The plan of such a domain."""
    return plan(domain(profile, hostname, **changes), PROFILES[profile], SITE)
