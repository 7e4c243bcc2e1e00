"""What a good configuration becomes: defaults, precedence, files, warnings."""

from datetime import timedelta
from pathlib import Path

import pytest

from letterhead.config import Config, ConfigError, load
from letterhead.config.sections import EXAMPLE_SITE
from letterhead.core.profile import PROFILES
from letterhead.core.record import Role
from letterhead.core.site import Site
from letterhead.store.location import sqlite_path
from tests.nameservers.authority import Authority


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(text: str, **environ: str) -> Config:
    Path("letterhead.toml").write_text(text)
    return load(None, {f"LETTERHEAD_{key.upper()}": value for key, value in environ.items()})


def test_nothing_given_is_enough_to_start() -> None:
    config = load(None, {})
    assert config.server.data_dir == Path("data")
    assert config.server.public_url == "http://127.0.0.1:8080"
    assert config.store.url == "sqlite:///data/letterhead.db"
    assert config.dns.authoritative
    assert config.dns.resolvers == ()
    assert len(set(config.dns.root_hints)) == 13


def test_the_site_names_itself_in_reserved_words_and_says_so() -> None:
    config = load(None, {})
    assert config.site.name == EXAMPLE_SITE
    assert "records would name letterhead.example: set [site] name" in config.warnings


def test_every_name_of_the_site_follows_its_own() -> None:
    config = written("[site]\nname = 'Acme.com.'\nspf_include = 'senders.acme.com'")
    assert config.site == Site(
        name="acme.com",
        mx_host="mx.acme.com",
        spf_include="senders.acme.com",
        platform_domain="agents.acme.com",
        dkim_zone="dkim.acme.com",
        mail_from="bounces.acme.com",
        dmarc_rua="dmarc@acme.com",
    )
    assert not any("letterhead.example" in warning for warning in config.warnings)


def test_names_are_kept_in_their_a_label_form() -> None:
    site = written("[site]\nname = 'Münchner-Post.de'").site
    assert site.name == "xn--mnchner-post-dlb.de"
    assert site.mx_host == "mx.xn--mnchner-post-dlb.de"


def test_defaults_follow_the_data_directory_host_and_port() -> None:
    config = written("[server]\ndata_dir = '/var/lib/letterhead'\nhost = '::1'\nport = 80")
    assert config.store.url == "sqlite:////var/lib/letterhead/letterhead.db"
    assert config.server.public_url == "http://[::1]:80"


def test_braces_in_a_given_value_mean_nothing() -> None:
    assert written("[store]\nurl = 'sqlite:///{name}.db'").store.url == "sqlite:///{name}.db"


def test_the_environment_wins_over_the_file() -> None:
    config = written("[server]\nport = 1\nhost = 'localhost'", server_port="2")
    assert (config.server.port, config.server.host) == (2, "localhost")


def test_a_file_in_the_environment_wins_over_a_value_in_the_file() -> None:
    Path("secret").write_text("  sqlite:///other.db \n")
    assert (
        written("[store]\nurl = 'sqlite:///one.db'", store_url_file="secret").store.url
        == "sqlite:///other.db"
    )


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://letterhead:hunter2@db.internal/letterhead",
        "postgresql://letterhead:%40hunter2%2F@[::1]:5433/letterhead?sslmode=verify-full",
        "postgresql://db1:5432,db2:5432/letterhead?target_session_attrs=read-write",
        "postgresql:///letterhead?host=/run/postgresql",
    ],
)
def test_K09_a_database_with_a_password_comes_from_a_file_and_is_not_shown(url: str) -> None:
    Path("url").write_text(f"{url}\n")
    config = written("", store_url_file="url")
    assert config.store.url == url
    assert "hunter2" not in f"{config!r} {'; '.join(config.warnings)}"


def test_postgres_is_another_word_for_postgresql() -> None:
    assert written("[store]\nurl = 'postgres://db/x'").store.url == "postgresql://db/x"


def test_a_value_may_stand_in_a_file_of_its_own() -> None:
    Path("ports").write_text("8443\n")
    assert written("[server]\nport_file = 'ports'").server.port == 8443


def test_text_of_the_environment_becomes_what_its_key_needs() -> None:
    config = written(
        "",
        dns_resolvers="udp://127.0.0.1, udp://[::1]:5353,",
        dns_authoritative="false",
        dns_quorum="2",
        lifecycle_pending_ladder="1,2,3",
    )
    assert config.dns.resolvers == ("udp://127.0.0.1:53", "udp://[::1]:5353")
    assert not config.dns.authoritative
    assert config.dns.quorum == 2
    assert config.lifecycle.pending_ladder == (1, 2, 3)


def test_an_empty_variable_empties_a_list() -> None:
    assert written("[dns]\nresolvers = ['udp://9.9.9.9']", dns_resolvers="").dns.resolvers == ()


def test_a_named_file_is_read_instead_of_the_usual_one() -> None:
    Path("letterhead.toml").write_text("no TOML at all")
    Path("other.toml").write_text("[server]\nport = 81")
    assert load(Path("other.toml"), {}).server.port == 81


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("HTTPS://Mail.Acme.com:8443/", "https://mail.acme.com:8443"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://localhost:", "https://localhost"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_a_public_url_is_kept_in_one_form(given: str, kept: str) -> None:
    assert written(f"[server]\npublic_url = '{given}'").server.public_url == kept


def test_a_canary_called_null_is_a_bad_name_and_no_crash() -> None:
    with pytest.raises(ConfigError, match=r"\[dns\] canary_good"):
        load(None, {"LETTERHEAD_DNS_CANARY_GOOD": "null"})


@pytest.mark.parametrize(
    ("resolvers", "quorum", "agreeing"),
    [(0, None, 0), (1, None, 1), (2, None, 2), (3, None, 2), (4, None, 3), (3, 1, 1)],
)
def test_a_majority_of_the_resolvers_must_agree_unless_told_otherwise(
    resolvers: int, quorum: int | None, agreeing: int
) -> None:
    urls = ",".join(f"udp://192.0.2.{n}" for n in range(resolvers))
    environ = {"dns_resolvers": urls} | ({} if quorum is None else {"dns_quorum": str(quorum)})
    assert written("", **environ).dns.agreeing == agreeing


def test_the_cadence_is_made_of_the_lifecycle() -> None:
    cadence = written("[lifecycle]\ncycle_seconds = 60\npending_ladder = [1, 5]\nclaim_days = 2").cadence
    assert cadence.cycle == timedelta(minutes=1)
    assert cadence.ladder == (timedelta(seconds=1), timedelta(seconds=5))
    assert cadence.claim == timedelta(days=2)
    assert cadence.careful == timedelta(minutes=4), "four cycles"
    assert written("[lifecycle]\ncareful_seconds = 43_200").cadence.careful == timedelta(hours=12)


def test_the_ladder_starts_within_seconds_and_ends_at_the_cycle() -> None:
    cadence = load(None, {}).cadence
    assert cadence.ladder[0] <= timedelta(seconds=5)
    assert list(cadence.ladder) == sorted(cadence.ladder)
    assert cadence.ladder[-1] == cadence.cycle


def test_unset_canaries_are_named_in_a_warning() -> None:
    assert any("canary_good, canary_absent, canary_bogus" in warning for warning in load(None, {}).warnings)
    some = "[dns]\ncanary_good = 'a.acme.com'\ncanary_absent = 'b.acme.com'\n"
    assert "an ill resolver may go unnoticed: set [dns] canary_bogus" in written(some).warnings
    assert not any("canary" in warning for warning in written(some + "canary_bogus = 'c.acme.com'").warnings)


def test_a_host_that_nobody_can_open_is_named_in_a_warning() -> None:
    assert any("[server] public_url" in warning for warning in written("[server]\nhost = '0.0.0.0'").warnings)
    told = "[server]\nhost = '0.0.0.0'\npublic_url = 'https://acme.com'"
    assert not any("public_url" in warning for warning in written(told).warnings)


def test_resolvers_are_kept_in_full_whatever_their_transport() -> None:
    named = "udp://127.0.0.1, tcp://[::1], tls://9.9.9.9#dns.quad9.net, https://1.1.1.1"
    assert load(None, {"LETTERHEAD_DNS_RESOLVERS": named}).dns.resolvers == (
        "udp://127.0.0.1:53",
        "tcp://[::1]:53",
        "tls://9.9.9.9:853#dns.quad9.net",
        "https://1.1.1.1:443/dns-query",
    )


def test_R23_the_certificates_to_trust_come_from_a_file_or_from_the_system(tmp_path: Path) -> None:
    assert load(None, {}).dns.ca_file is None
    file = Authority(tmp_path).file
    assert load(None, {"LETTERHEAD_DNS_CA_FILE": str(file)}).dns.ca_file == file


def test_R08_resolvers_that_share_an_address_are_named_in_a_warning() -> None:
    def warned(resolvers: str) -> bool:
        given = load(None, {"LETTERHEAD_DNS_RESOLVERS": resolvers}).warnings
        return any("at 9.9.9.9" in warning for warning in given)

    assert warned("udp://9.9.9.9, tls://9.9.9.9, udp://1.1.1.1")
    assert not warned("udp://9.9.9.9, tls://1.1.1.1")
    several = "udp://127.0.0.1:5301, udp://127.0.0.1:5302"  # a lab
    assert not any("share a cache" in w for w in load(None, {"LETTERHEAD_DNS_RESOLVERS": several}).warnings)


def test_keys_of_later_versions_are_accepted_with_a_warning_and_never_kept() -> None:
    later = """
        [dkim]
        tsig_secret = "hunter2"
        update_server = "192.0.2.1"
        [provider]
        default = "ses"
        [provider.ses]
        secret_key = "hunter2"
    """
    config = written(later, dkim_tsig_name_file="/nowhere", smtp_mx_port="25")
    unused = [warning for warning in config.warnings if "does not use it yet" in warning]
    assert unused[0] == "letterhead.toml: [dkim] tsig_secret: this version does not use it yet"
    assert unused[-1] == "LETTERHEAD_SMTP_MX_PORT: [smtp] mx_port: this version does not use it yet"
    assert len(unused) == 6
    assert "hunter2" not in repr(config)


def test_A04_the_smarthost_is_read_and_its_password_shown_to_nobody() -> None:
    config = written("""
        [notices]
        smtp_url = "smtps://me:hunter2@mail.acme.com"
        from = "post@acme.com"
    """)
    assert (config.notices.smtp_url, config.notices.from_) == (
        "smtps://me:hunter2@mail.acme.com",
        "post@acme.com",
    )
    assert "hunter2" not in repr(config)
    for bad in ("http://acme.com", "smtp://", "smtp://me@acme.com", "smtp://me:hunter2@acme.com/x"):
        with pytest.raises(ConfigError) as refused:
            written(f'[notices]\nsmtp_url = "{bad}"')
        assert "hunter2" not in str(refused.value)


def test_a_profile_is_given_words_of_the_sites_own() -> None:
    config = written("""
        [profiles.sendmux]
        hosts = { dmarc = "_dmarc.{domain}" }
        labels = { ownership = "_acme", dkim = "{selector}._domainkey" }
        values = { ownership = "acme={token}", mx = "mx.{region}.acme.com" }
        [profiles.sendmux.purposes]
        spf = "Lets us send."
    """)
    sendmux = {want.role: want for want in config.profiles["sendmux"].wants}
    assert sendmux[Role.OWNERSHIP].host == "_acme.{domain}"
    assert sendmux[Role.OWNERSHIP].value == "acme={token}"
    assert sendmux[Role.MX].value == "mx.{region}.acme.com"
    assert sendmux[Role.SPF].purpose == "Lets us send."
    assert {name: p for name, p in config.profiles.items() if name != "sendmux"} == {
        name: p for name, p in PROFILES.items() if name != "sendmux"
    }


def test_variables_of_others_are_let_be() -> None:
    environ = {
        "LETTERHEAD_URL": "http://127.0.0.1:8080",
        "LETTERHEAD_KEY": "lh_key",
        "LETTERHEAD_SERVICE_HOST": "10.0.0.1",  # from here on as Kubernetes sets them
        "LETTERHEAD_SERVICE_PORT_HTTP": "80",
        "LETTERHEAD_PORT": "tcp://10.0.0.1:80",
        "LETTERHEAD_PORT_80_TCP_ADDR": "10.0.0.1",
        "LETTERHEAD_SERVER_SERVICE_HOST": "10.0.0.2",  # beside a service called letterhead-server
        "LETTERHEAD_SERVER_SERVICE_PORT_HTTP": "80",
        "LETTERHEAD_SERVER_PORT": "tcp://10.0.0.2:80",
        "LETTERHEAD_SERVER_PORT_80_TCP_ADDR": "10.0.0.2",
        "LETTERHEAD_MX_PORT": "tcp://10.0.0.3:25",
        "PATH": "/bin",
    }
    assert load(None, environ) == load(None, {})


@pytest.mark.parametrize("name", ["data", "50%20off", "a?b", "a#b", "ünï côde"])
def test_the_database_lies_in_the_data_directory_whatever_that_is_called(tmp_path: Path, name: str) -> None:
    config = load(None, {"LETTERHEAD_SERVER_DATA_DIR": str(tmp_path / name)})
    assert sqlite_path(config.store.url) == tmp_path / name / "letterhead.db"
