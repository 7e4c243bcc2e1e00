"""U06: a configuration that can't be used is refused at start, one clear line for each problem."""

from pathlib import Path

import pytest

from letterhead.config import ConfigError, load

FILE = "letterhead.toml"

# What the file says; where the problem is; a piece of its text.
IN_THE_FILE = {
    "no TOML": ("[dns", FILE, "is no TOML"),
    "a key twice": ("[dns]\nquorum = 1\nquorum = 2", FILE, "is no TOML"),
    "a key outside of every section": ("port = 8080", f"{FILE}: port", "outside of every section"),
    "a section that is no table": ("server = 8080", f"{FILE}: server", "written as [server]"),
    "a section that is a list": ("[[dns]]\nquorum = 1", f"{FILE}: dns", "written as [dns]"),
    "profiles that are no table": ("profiles = 1", f"{FILE}: profiles", "outside of every section"),
    "an unknown section": ("[domain]\nname = 1", "[domain] name", "no such section"),
    "a misspelt section": ("[severs]\nport = 1", "[severs] port", "did you mean server?"),
    "a misspelt key": ("[dns]\nresolver = []", "[dns] resolver:", "did you mean resolvers?"),
    "an unknown key": ("[store]\nfrobnicate = 1", "[store] frobnicate", "there are url"),
    "a misspelt file key": ("[store]\nurrl_file = 'x'", "[store] urrl_file", "did you mean url?"),
    "a misspelt key of a later version": ("[smtp]\nmxport = 25", "[smtp] mxport", "did you mean mx_port?"),
    "an unknown profile": (
        "[profiles.sendmx]\nhosts = {}",
        "[profiles.sendmx]",
        "did you mean profiles.sendmux?",
    ),
    "a misspelt key of a profile": (
        "[profiles.mails]\nhost = {}",
        "[profiles.mails] host:",
        "did you mean hosts?",
    ),
    "a word of a profile that is no table": (
        "[profiles.mails]\nvalues = 'x'",
        "[profiles.mails] values:",
        "expected a table",
    ),
    "a word of a profile that is no text": (
        "[profiles.mails.values]\nmx = 3",
        "[profiles.mails] values",
        "text",
    ),
    "a record that the profile does not ask for": (
        "[profiles.mails.values]\ndkim = 'x'",
        "[profiles.mails] values.dkim:",
        "there are dmarc, mx, ownership, spf",
    ),
    "a template that is none": ("[profiles.mails.values]\nmx = 'mx.{'", "values.mx:", "is no template"),
    "a word that stands for nothing": (
        "[profiles.mails.values]\nmx = 'mx.{zone}'",
        "values.mx:",
        "{zone} stands for nothing",
    ),
    "a way into the program": (
        "[profiles.mails.values]\nmx = '{domain.__class__}'",
        "values.mx:",
        "stands for nothing",
    ),
    "an owner in somebody else's zone": (
        "[profiles.mails.hosts]\nmx = 'acme.com'",
        "hosts.mx:",
        "must end with {domain}",
    ),
    "an owner that is no name": ("[profiles.mails.labels]\nmx = 'a b'", "labels.mx:", "no name of a record"),
    "a proof without a token": (
        "[profiles.sendmux.values]\nownership = 'mine'",
        "values.ownership:",
        "must hold {token}",
    ),
    "an alias without a selector": (
        "[profiles.sendmux.values]\ndkim = 'dkim.acme.com'",
        "values.dkim:",
        "must hold {selector}",
    ),
    "aliases that share a name": ("[profiles.sendmux.labels]\ndkim = 'a'", "labels.dkim:", "{selector}"),
    "an exchange with its preference": (
        "[profiles.mails.values]\nmx = '10 mx.acme.com'",
        "values.mx:",
        "",
    ),
    "an exchange in capitals": ("[profiles.mails.values]\nmx = 'MX.acme.com'", "values.mx:", "in lower case"),
    "a broken SPF": ("[profiles.mails.values]\nspf = 'v=spf1 include: ~all'", "values.spf:", "include:"),
    "a broken DMARC": ("[profiles.mails.values]\ndmarc = 'p=none'", "values.dmarc:", "v=DMARC1; p=none"),
    "a quotation mark in a value": (
        "[profiles.sendmux.values]\nownership = '\"{token}\"'",
        "values.ownership:",
        "quotation",
    ),
    "a purpose of two lines": ('[profiles.mails.purposes]\nmx = "a\\nb"', "purposes.mx:", "one line"),
    "a region that is no label": ("[site]\nregions = ['EU west']", "[site] regions", "no label"),
    "an exchange in a region in capitals": (
        "[site]\nmx_host = 'MX.{region}.acme.com'",
        "[site] mx_host",
        "lower-case",
    ),
    "a file that is not there": (
        "[site]\nname_file = 'gone'",
        "[site] name_file",
        "cannot read gone: No such file",
    ),
    "a file that is a directory": ("[site]\nname_file = '.'", "[site] name_file", "cannot read ."),
    "a file that is no text": ("[site]\nname_file = 'bytes'", "[site] name_file", "no UTF-8 text"),
    "a file that is a number": ("[site]\nname_file = 3", "[site] name_file", "expected the path"),
    "a key and its file": (
        "[site]\nname = 'acme.com'\nname_file = 'name'",
        "[site] name_file",
        "given twice",
    ),
    "a text for a number": ("[server]\nport = '8080'", "[server] port", "expected a whole number"),
    "a boolean for a number": ("[server]\nport = true", "[server] port", "expected a whole number"),
    "a fraction for a number": (
        "[lifecycle]\ncycle_seconds = 1.5",
        "[lifecycle] cycle_seconds",
        "whole number",
    ),
    "a number for a text": ("[site]\nname = 3", "[site] name", "expected a text"),
    "a text for a boolean": ("[dns]\nauthoritative = 'no'", "[dns] authoritative", "expected true or false"),
    "a text for a list": ("[dns]\nresolvers = 'udp://127.0.0.1'", "[dns] resolvers", "expected a list"),
    "a number in a list": ("[dns]\nresolvers = [53]", "[dns] resolvers", "expected a text"),
    "a table for a text": ("[site.name]\nx = 1", "[site] name", "expected a text, got a table"),
    "a directory that is a number": (
        "[server]\ndata_dir = 7",
        "[server] data_dir",
        "path of a file or a directory",
    ),
    "no directory": ("[server]\ndata_dir = ''", "[server] data_dir", "path of a file or a directory"),
    "a directory that is a file": ("[server]\ndata_dir = 'name'", "[server] data_dir", "is no directory"),
    "a control character": ('[server]\ndata_dir = "a\\u0000b"', "[server] data_dir", "can't be printed"),
    "port 0": ("[server]\nport = 0", "[server] port", ">= 1"),
    "a port beyond 65535": ("[dns]\nauthoritative_port = 65536", "[dns] authoritative_port", "<= 65535"),
    "a host that is none": ("[server]\nhost = 'my host'", "[server] host", "'my host' is no hostname"),
    "a public URL without a scheme": (
        "[server]\npublic_url = 'mail.acme.com'",
        "[server] public_url",
        "https://",
    ),
    "a public URL of ftp": ("[server]\npublic_url = 'ftp://acme.com'", "[server] public_url", "https://"),
    "a public URL with a path": (
        "[server]\npublic_url = 'https://acme.com/mail'",
        "[server] public_url",
        "no path",
    ),
    "a public URL with a query": (
        "[server]\npublic_url = 'https://acme.com?a=b'",
        "[server] public_url",
        "no query",
    ),
    "a public URL with a wild port": (
        "[server]\npublic_url = 'https://acme.com:99999'",
        "[server] public_url",
        "Port out of range",
    ),
    "a public URL of no hostname": (
        "[server]\npublic_url = 'https://a_b.com'",
        "[server] public_url",
        "no hostname",
    ),
    "a server without a database": ("[store]\nurl = 'postgresql://db'", "[store] url", "host/database"),
    "a password that is not escaped": (
        "[store]\nurl = 'postgresql://me:a/b@db/x'",
        "[store] url",
        "write @ as %40, / as %2F",
    ),
    "a database of another kind": ("[store]\nurl = 'mysql://db/x'", "[store] url", "sqlite:///"),
    "a database without a path": ("[store]\nurl = 'sqlite:///'", "[store] url", "sqlite:///"),
    "a site with an underscore": ("[site]\nname = 'my_site.com'", "[site] name", "no hostname"),
    "a site of one label": ("[site]\nname = 'localhost'", "[site] name", "no hostname such as"),
    "a site that is an address": ("[site]\nname = '192.0.2.1'", "[site] name", "an IP address"),
    "a site that ends in a number": ("[site]\nname = 'acme.7'", "[site] name", "no hostname such as"),
    "a site that is a URL": ("[site]\nname = 'https://acme.com'", "[site] name", "no hostname"),
    "a wildcard": ("[site]\nmx_host = '*.acme.com'", "[site] mx_host", "no hostname"),
    "a name too long": (f"[site]\ndkim_zone = '{'a.' * 130}com'", "[site] dkim_zone", "too long"),
    "an empty name": ("[site]\nspf_include = ''", "[site] spf_include", "no hostname"),
    "a label with a dot": ("[site]\nproof_label = 'a.b'", "[site] proof_label", "no label"),
    "a label in capitals": ("[site]\nregion = 'EU'", "[site] region", "no label"),
    "a policy that is none": (
        "[site]\ndmarc_policy = 'hard'",
        "[site] dmarc_policy",
        "none, quarantine, reject",
    ),
    "reports to no address": ("[site]\ndmarc_rua = 'acme.com'", "[site] dmarc_rua", "no mail address"),
    "reports that break the record": (
        "[site]\ndmarc_rua = 'a;b@acme.com'",
        "[site] dmarc_rua",
        "no mail address",
    ),
    "fewer addresses than none": (
        "[site]\nplatform_addresses_per_team = -1",
        "[site] platform_addresses_per_team",
        ">= 0",
    ),
    "a resolver by name": ("[dns]\nresolvers = ['udp://dns.acme.com']", "[dns] resolvers", "no address"),
    "a resolver without a scheme": ("[dns]\nresolvers = ['127.0.0.1']", "[dns] resolvers", "is no resolver"),
    "a resolver with a path": (
        "[dns]\nresolvers = ['udp://127.0.0.1/x']",
        "[dns] resolvers",
        "is no resolver",
    ),
    "a resolver at port 0": ("[dns]\nresolvers = ['udp://127.0.0.1:0']", "[dns] resolvers", "port 0"),
    "a resolver twice": (
        "[dns]\nresolvers = ['udp://127.0.0.1', 'udp://127.0.0.1:53']",
        "[dns] resolvers",
        "udp://127.0.0.1:53 twice",
    ),
    "nobody to ask": ("[dns]\nauthoritative = false", "[dns] authoritative", "nobody to ask"),
    "no root hints": ("[dns]\nroot_hints = []", "[dns] root_hints", "length >= 1"),
    "a root hint by name": ("[dns]\nroot_hints = ['a.root-servers.net']", "[dns] root_hints", "no address"),
    "a root hint nobody can reach": ("[dns]\nroot_hints = ['0.0.0.0']", "[dns] root_hints", "no address"),
    "a quorum of none": ("[dns]\nquorum = 0", "[dns] quorum", ">= 1"),
    "a quorum beyond reach": (
        "[dns]\nquorum = 2\nresolvers = ['udp://9.9.9.9']",
        "[dns] quorum",
        "2 of 1 resolvers can never agree",
    ),
    "a rate below nothing": ("[api]\nrequests_per_minute = -1", "[api] requests_per_minute", ">= 0"),
    "a proxy with bits beyond its network": (
        "[api]\ntrusted_proxies = ['10.0.0.1/8']",
        "[api] trusted_proxies",
        "host bits set",
    ),
    "a proxy by name": (
        "[api]\ntrusted_proxies = ['proxy.acme.com']",
        "[api] trusted_proxies",
        "is no address or network",
    ),
    "a breaker at more than all": (
        "[lifecycle]\nbreaker_percent = 101",
        "[lifecycle] breaker_percent",
        "<= 100",
    ),
    "a breaker without a minimum": (
        "[lifecycle]\nbreaker_minimum = 0",
        "[lifecycle] breaker_minimum",
        ">= 1",
    ),
    "a canary that is no name": ("[dns]\ncanary_good = 'udp://9.9.9.9'", "[dns] canary_good", "no hostname"),
    "no rungs": ("[lifecycle]\npending_ladder = []", "[lifecycle] pending_ladder", "length >= 1"),
    "a rung without a delay": ("[lifecycle]\npending_ladder = [5, 0]", "[lifecycle] pending_ladder", ">= 1"),
    "a cycle beyond all measure": (
        "[lifecycle]\ncycle_seconds = 999999999",
        "[lifecycle] cycle_seconds",
        "<=",
    ),
    "careful less often than at all": (
        "[lifecycle]\ncareful_seconds = 3600",
        "[lifecycle] careful_seconds",
        "shorter than a cycle of 21600 seconds",
    ),
    "claims that never last": ("[lifecycle]\nclaim_days = 0", "[lifecycle] claim_days", ">= 1"),
    "teams without domains": ("[lifecycle]\ndomains_per_team = 0", "[lifecycle] domains_per_team", ">= 1"),
}

IN_THE_ENVIRONMENT = {
    "a misspelt key": ("LETTERHEAD_DNS_RESOLVER", "", "[dns] resolver:", "did you mean resolvers?"),
    "a misspelt section": ("LETTERHEAD_DSN_QUORUM", "1", "[dsn] quorum", "did you mean dns?"),
    "a section without a key": ("LETTERHEAD_DNS", "1", "[dns] ", "no such key"),
    "no number": ("LETTERHEAD_SERVER_PORT", "eighty", "[server] port", "expected a whole number"),
    "no number in a list": (
        "LETTERHEAD_LIFECYCLE_PENDING_LADDER",
        "5, x",
        "[lifecycle] pending_ladder",
        "number",
    ),
    "no boolean": ("LETTERHEAD_DNS_AUTHORITATIVE", "maybe", "[dns] authoritative", "expected true or false"),
    "a file that is not there": ("LETTERHEAD_STORE_URL_FILE", "gone", "[store] url_file", "cannot read gone"),
}


def problems(environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(None, environ)
    assert str(caught.value).splitlines() == list(caught.value.problems)
    return caught.value.problems


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "name").write_text("acme.com\n")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    return tmp_path


@pytest.mark.parametrize(("text", "place", "wrong"), IN_THE_FILE.values(), ids=IN_THE_FILE.keys())
def test_U06_a_bad_file_is_refused_with_one_line(directory: Path, text: str, place: str, wrong: str) -> None:
    (directory / FILE).write_text(text)
    (problem,) = problems({})
    assert problem.startswith(FILE + ": ")
    assert place in problem
    assert wrong in problem


@pytest.mark.parametrize(
    ("variable", "value", "place", "wrong"), IN_THE_ENVIRONMENT.values(), ids=IN_THE_ENVIRONMENT.keys()
)
def test_U06_a_bad_variable_is_refused_with_one_line(
    variable: str, value: str, place: str, wrong: str
) -> None:
    (problem,) = problems({variable: value})
    assert problem.startswith(f"{variable}: {place}")
    assert wrong in problem


def test_U06_every_problem_is_named_at_once_in_order(directory: Path) -> None:
    (directory / FILE).write_text("[dns]\nquorum = 0\nresolver = []\n[smpt]\nport = 1")
    places = [problem.rpartition("] ")[0] for problem in problems({"LETTERHEAD_SERVER_PORT": "x"})]
    assert places == [f"{FILE}: [dns", f"{FILE}: [dns", f"{FILE}: [smpt", "LETTERHEAD_SERVER_PORT: [server"]


def test_U06_a_named_file_that_is_not_there_is_a_problem() -> None:
    with pytest.raises(ConfigError, match=r"other\.toml: cannot be read: No such file"):
        load(Path("other.toml"), {})


def test_U06_a_file_that_is_no_text_is_a_problem() -> None:
    with pytest.raises(ConfigError, match="bytes: is no UTF-8 text"):
        load(Path("bytes"), {})


def test_U06_a_contradiction_names_the_source_of_the_key() -> None:
    assert problems({"LETTERHEAD_DNS_QUORUM": "1"}) == (
        "LETTERHEAD_DNS_QUORUM: [dns] quorum: 1 of 0 resolvers can never agree",
    )


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("LETTERHEAD_SERVER_PUBLIC_URL", "https://me:hunter2@acme.com"),
        ("LETTERHEAD_SERVER_PUBLIC_URL", "ftp://me:hunter2@acme.com"),
        ("LETTERHEAD_STORE_URL", "postgresql://me:hunter2@db"),
        ("LETTERHEAD_STORE_URL", "postgresql://me:p@hunter2@db/letterhead"),
        ("LETTERHEAD_STORE_URL", "postgresql://me:p/hunter2@db/letterhead"),
        ("LETTERHEAD_STORE_URL", "postgresql://me:p%hunter2@db/letterhead"),
        ("LETTERHEAD_STORE_URL", "postgresql://me:p#hunter2@db/letterhead"),
        ("LETTERHEAD_STORE_URL", "postgresql://me:hunter2:p@db/letterhead"),
        ("LETTERHEAD_STORE_URL", "postgresql://db/letterhead?password=hunter2"),
        ("LETTERHEAD_STORE_URL", "mysql://me:hunter2@db/letterhead"),
    ],
)
def test_K09_a_refused_url_does_not_show_its_password(variable: str, url: str) -> None:
    (problem,) = problems({variable: url})
    assert "hunter2" not in problem


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/dns-query",  # never without TLS
        "file:///dns-query",
        "https://dns.acme.com/dns-query",  # an address, so that no resolver is needed to find it
        "https://127.0.0.1/dns-query?to=http://10.0.0.1",
        "https://me:hunter2@127.0.0.1/dns-query",
        "tls://127.0.0.1/dns-query",
    ],
)
def test_R23_a_resolver_is_an_address_behind_one_of_four_schemes(url: str) -> None:
    (problem,) = problems({"LETTERHEAD_DNS_RESOLVERS": url})
    assert problem.startswith("LETTERHEAD_DNS_RESOLVERS: [dns] resolvers: ")
    assert "hunter2" not in problem


@pytest.mark.parametrize(("name", "why"), [("none.pem", "No such file"), ("", "holds no certificates")])
def test_R23_certificates_that_cannot_be_read_are_found_out_at_once(
    name: str, why: str, tmp_path: Path
) -> None:
    (tmp_path / "empty.pem").write_text("no certificate")
    (problem,) = problems({"LETTERHEAD_DNS_CA_FILE": str(tmp_path / (name or "empty.pem"))})
    assert problem.startswith("LETTERHEAD_DNS_CA_FILE: [dns] ca_file: ")
    assert why in problem


@pytest.mark.parametrize("ip", ["0.0.0.0", "255.255.255.255", "224.0.0.251", "2130706433", "localhost"])
def test_R23_a_resolver_is_a_unicast_address(ip: str) -> None:
    (problem,) = problems({"LETTERHEAD_DNS_RESOLVERS": f"udp://{ip}"})
    assert "is no address of a name server" in problem
