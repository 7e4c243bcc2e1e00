"""Every section and key: type, limits, check, meaning and default, each written down once, here.

A key's annotation reads: its type, what checks it (value.py), what it means. A default that is derived
names other keys in braces: "mx.{name}" becomes "mx.acme.com" where `[site] name` is acme.com.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from keyword import iskeyword
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple, get_type_hints

import msgspec
from msgspec import Meta

from letterhead.config.root_hints import ROOT_HINTS
from letterhead.config.value import (
    address,
    certificates,
    each,
    hostname,
    interface,
    label,
    mailbox,
    network,
    origin,
    policy,
    regional,
    resolver_url,
    smarthost_url,
    store_url,
)
from letterhead.core.breaker import Limits
from letterhead.core.canary import Canaries
from letterhead.core.override import WORDS
from letterhead.core.profile import PROFILES

Port = Annotated[int, Meta(ge=1, le=65_535)]
Count = Annotated[int, Meta(ge=1)]
Seconds = Annotated[int, Meta(ge=1, le=366 * 86_400)]

EXAMPLE_SITE = "letterhead.example"
"""The name of a site that was given none: reserved (RFC 2606 §3), so that nobody else can be meant."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server keeps its data and listens."""

    data_dir: Annotated[Path, "Directory of the database and of the master key that seals DKIM keys."] = Path(
        "data"
    )
    host: Annotated[str, interface, "Address on which HTTP listens."] = "127.0.0.1"
    port: Annotated[Port, "Port on which HTTP listens."] = 8080
    worker_port: Annotated[
        int,
        Meta(ge=0, le=65_535),
        "Port on which a process without the role `api` shows its health and numbers; 0: on none.",
    ] = 0
    public_url: Annotated[str, origin, "Where people and programs reach the server."] = "http://{host}:{port}"


@dataclass(frozen=True, slots=True)
class Store:
    """Where domains, keys and events are kept."""

    url: Annotated[
        str, store_url, "The database: an SQLite file, or `postgresql://user:password@host/database`."
    ] = field(default="sqlite:///{data_dir}/letterhead.db", repr=False)  # it may hold a password


@dataclass(frozen=True, slots=True)
class SiteNames:
    """This deployment's own names, which customers' records will bear; `Config.site` is made of them."""

    name: Annotated[str, hostname, "The deployment itself; the other names default to names below it."] = (
        EXAMPLE_SITE
    )
    mx_host: Annotated[str, regional, "Where customers' MX records point."] = "mx.{name}"
    spf_include: Annotated[str, hostname, "Name whose SPF record lists our sending addresses."] = "spf.{name}"
    platform_domain: Annotated[str, hostname, "Shared domain on which teams need not verify."] = (
        "agents.{name}"
    )
    platform_addresses_per_team: Annotated[int, Meta(ge=0), "Addresses of a team on the shared domain."] = 1
    dkim_zone: Annotated[str, hostname, "Zone of the keys behind customers' DKIM CNAMEs."] = "dkim.{name}"
    proof_label: Annotated[str, label, "Ownership is proven at _<proof_label>.<domain>."] = "letterhead"
    region: Annotated[str, label, "Stands for {region} in mx_host, mail_from and profiles."] = "default"
    regions: Annotated[tuple[str, ...], each(label), "Further regions that a domain may choose."] = ()
    mail_from: Annotated[str, regional, "Where the MX of customers' return paths points."] = "bounces.{name}"
    dmarc_policy: Annotated[str, policy, "The DMARC policy that we recommend."] = "none"
    dmarc_rua: Annotated[str, mailbox, "Where receivers send aggregate DMARC reports."] = "dmarc@{name}"


@dataclass(frozen=True, slots=True)
class Dns:
    """Whom we ask for evidence, and how many of them must agree."""

    resolvers: Annotated[
        tuple[str, ...], each(resolver_url), "Recursive resolvers to ask beside the zone's own servers."
    ] = ()
    ca_file: Annotated[
        Path | None,
        certificates,
        "Certificates that tls:// and https:// resolvers may have; unset: the system's.",
    ] = None
    authoritative: Annotated[bool, "Whether the zone's own servers are asked."] = True
    authoritative_port: Annotated[Port, "Port of the zones' own servers."] = 53
    quorum: Annotated[Count | None, "Resolvers that must agree; unset: a majority of them."] = None
    root_hints: Annotated[
        tuple[str, ...], Meta(min_length=1), each(address), "Root servers from which the walk starts."
    ] = ROOT_HINTS
    canary_good: Annotated[str | None, hostname, "Name that has a TXT record while the DNS is well."] = None
    canary_absent: Annotated[str | None, hostname, "Name that does not exist while the DNS is well."] = None
    canary_bogus: Annotated[str | None, hostname, "Name whose DNSSEC signature is broken."] = None
    canary_seconds: Annotated[Seconds, "Seconds after which the canaries are asked again, at work."] = 60
    allow_reserved_names: Annotated[bool, "Let teams register .test and the like: tests and demo only."] = (
        False
    )
    allow_private_servers: Annotated[bool, "Ask name servers in private networks: tests and demo only."] = (
        False
    )

    @property
    def canaries(self) -> Canaries:
        """The names by which whom we ask is known to be well."""
        return Canaries(self.canary_good, self.canary_absent, self.canary_bogus)

    @property
    def agreeing(self) -> int:
        """How many resolvers must agree: the quorum, else a majority; 0 where there are none."""
        return self.quorum or (len(self.resolvers) // 2 + 1 if self.resolvers else 0)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """How often domains are examined, how long claims last, and how many domains a team may have."""

    cycle_seconds: Annotated[Seconds, "Between examinations of a verified, lapsed or failed domain."] = 21_600
    careful_seconds: Annotated[
        Seconds | None,
        "Between examinations of a verified domain that seems unchanged each cycle; unset, four cycles.",
    ] = None
    pending_ladder: Annotated[
        tuple[Seconds, ...],
        Meta(min_length=1),
        "Seconds before each examination of a pending domain; the last repeats.",
    ] = (5, 10, 20, 40, 60, 120, 300, 600, 1_800, 3_600, 21_600)
    claim_days: Annotated[int, Meta(ge=1, le=3_650), "Days after which an unproven claim expires."] = 30
    grace_seconds: Annotated[
        Seconds | None,
        "How long a holder may answer before the name goes to whoever proves it; unset, one cycle.",
    ] = None
    domains_per_team: Annotated[Count, "How many domains a team may have."] = 10_000
    registrations_per_day: Annotated[Count, "How many domains a team may register on a day of UTC."] = 1_000
    breaker_percent: Annotated[
        int,
        Meta(ge=1, le=100),
        "Percentage of lost domains above which nothing is taken from any domain; 100: no such limit.",
    ] = 25
    breaker_minimum: Annotated[Count, "Domains that must be lost before that percentage counts."] = 20

    @property
    def breaker(self) -> Limits:
        """When so many domains are lost at once that the fault may be ours."""
        return Limits(self.breaker_percent, self.breaker_minimum)


@dataclass(frozen=True, slots=True)
class Api:
    """How often the API may be asked, in a minute, by each process for itself; 0: as often as one likes."""

    requests_per_minute: Annotated[int, Meta(ge=0), "Requests of one key."] = 600
    team_requests_per_minute: Annotated[
        int, Meta(ge=0), "Requests of a team, with all of its keys together."
    ] = 1_200
    examinations_per_minute: Annotated[
        int, Meta(ge=0), "How often a team may register, verify or refresh: that makes us ask the DNS."
    ] = 120
    strangers_per_minute: Annotated[
        int, Meta(ge=0), "Requests without a valid key from one IPv4 address or IPv6 /64."
    ] = 120
    trusted_proxies: Annotated[
        tuple[str, ...], each(network), "Proxies whose X-Forwarded-For is believed: addresses or networks."
    ] = ()


@dataclass(frozen=True, slots=True)
class Notices:
    """How owners are told by e-mail what became of their domains."""

    smtp_url: Annotated[
        str | None,
        smarthost_url,
        "The smarthost, `smtp://user:password@host:587` or `smtps://…:465`; unset: notices are only kept.",
    ] = field(default=None, repr=False)  # it may hold a password
    from_: Annotated[str, mailbox, "The address that notices come from."] = "letterhead@{name}"


SECTIONS: dict[str, type] = {
    "server": Server,
    "store": Store,
    "site": SiteNames,
    "dns": Dns,
    "lifecycle": Lifecycle,
    "api": Api,
    "notices": Notices,
}

LATER: dict[str, frozenset[str]] = {
    "dkim": frozenset({"update_server", "update_zone", "tsig_name", "tsig_secret"}),
    "smtp": frozenset({"mx_port", "submission_port", "submissions_port", "tls_cert", "tls_key"}),
    "imap": frozenset({"port"}),
    "provider": frozenset({"default", "loopback", "relay", "resend", "ses"}),
}
"""Keys that have their meaning already and take no effect in this version; only their spelling is checked."""


OVERRIDES: Final = {f"profiles.{name}": frozenset(WORDS) for name in PROFILES}
"""Tables of a profile's own words, each by role: `values = { mx = "mx.acme.com" }`; see core/override.py."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key as the sections above declare it."""

    section: str
    name: str
    type: Any
    checks: tuple[Callable[[Any], Any], ...]
    default: Any
    meaning: str


def _keys() -> dict[tuple[str, str], Key]:
    keys = {}
    for section, declared in SECTIONS.items():
        hints = get_type_hints(declared, include_extras=True)
        for one in fields(declared):
            *marks, meaning = hints[one.name].__metadata__
            checks = tuple(mark for mark in marks if callable(mark))
            name = one.name.removesuffix("_")
            keys[section, name] = Key(section, name, hints[one.name], checks, one.default, meaning)
    return keys


def attribute(name: str) -> str:
    """The field of a section that holds a key: `from` is a word of Python's, and its field `from_`."""
    return f"{name}_" if iskeyword(name) else name


KEYS = _keys()
"""Every key that takes effect, by section and name, in the order written above."""


class Setting(NamedTuple):
    """A key for documentation. `default` in TOML notation, "" where unset; derived ones as written above."""

    section: str
    key: str
    default: str
    meaning: str


def describe() -> list[Setting]:
    """Every key that takes effect, in order."""
    return [Setting(key.section, key.name, in_toml(key.default), key.meaning) for key in KEYS.values()]


def in_toml(value: object) -> str:
    """A setting's value in TOML notation; "" for one that is unset."""
    # Strings, numbers, booleans and lists are written alike in JSON and TOML (TOML 1.0 §string, §array).
    return "" if value is None else msgspec.json.encode(value, enc_hook=str).decode()
