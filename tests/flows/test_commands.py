"""The same by the shell: the real commands against a running server, a real Knot zone behind it."""

import json
import subprocess
import sys
from collections.abc import Callable

from tests.flows.program import Program, zone
from tests.nameservers.internet import Internet

Run = Callable[..., subprocess.CompletedProcess[str]]


def shell(program: Program) -> Run:
    """A shell with a server and a key in its environment."""
    environment = {"LETTERHEAD_URL": program.url, "LETTERHEAD_KEY": program.client().key}
    return lambda *words: subprocess.run(
        [sys.executable, "-m", "letterhead", *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_domain_is_registered_verified_and_watched_over_from_the_shell(
    program: Program, internet: Internet
) -> None:
    run, servers = shell(program), ("127.0.0.2", "127.0.0.3")
    internet.host("shell.com", "", servers=servers)
    added = run("domains", "add", "Shell.com", "--json")
    assert added.returncode == 0, added.stderr
    domain = json.loads(added.stdout)

    missing = run("domains", "verify", "shell.com")
    assert missing.returncode == 1
    assert "There is nothing at _letterhead.shell.com" in missing.stdout

    internet.host("shell.com", zone(domain), servers=servers)
    verified = run("domains", "verify", "shell.com")
    assert (verified.returncode, verified.stdout.splitlines()[-1]) == (0, "shell.com is verified.")

    internet.host("shell.com", zone(domain, but=("spf",)), servers=servers)
    lapsed = run("domains", "verify", "shell.com")
    assert lapsed.returncode == 1
    assert "shell.com is lapsed: 3 of 4 required records are right." in lapsed.stdout

    internet.host("shell.com", zone(domain), servers=servers)
    assert run("domains", "verify", "shell.com").returncode == 0
    evidence = run("domains", "evidence", "shell.com").stdout
    for address, name in zip(servers, ("ns1.shell.com", "ns2.shell.com"), strict=True):
        assert f"{name} udp://{address}:{internet.port}" in evidence
    assert "shell.com 300 MX 10 mx." in evidence


def test_the_demo_tells_its_story_to_the_end() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "letterhead", "demo", "--once"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    for words in (
        "mx_zone_appended",
        "acme.example is verified.",
        "acme.example is lapsed",
        "with a real domain",
    ):
        assert words in told.stdout
