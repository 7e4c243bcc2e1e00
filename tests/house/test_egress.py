"""W02: connections are opened in a handful of files, each for its reason, and nowhere else."""

import re

from scripts.house import imports, sources

OPENS = re.compile(r"\b(?:open_connection|create_connection|create_datagram_endpoint|sock_connect)\(")
CLIENTS = {"httpx", "httpx2", "smtplib", "urllib.request", "http.client", "requests", "urllib3", "aiohttp"}
CLIENTS |= {"dns.asyncquery", "dns.asyncresolver", "dns.query", "dns.resolver"}

KNOWN = {
    "outgoing/post.py": "where strangers point us: every address is judged",
    "outgoing/names.py": "the machine's own name servers",
    "smarthost/smtp.py": "the operator's own mail server",
    "smarthost/session.py": "the client that speaks to it",
    "sandbox/nameserver.py": "listens on loopback, and connects to nobody",
    "cli/client.py": "the server that the user of the command line names",
}
"""Beside resolver/, which asks name servers whose addresses were judged where they were learnt."""

JUDGES = ("outgoing/post.py", "core/endpoint.py", "resolver/authoritative.py")
"""Where an address that came from outside is shown to the guard."""


def test_W02_nobody_else_opens_connections() -> None:
    opening = {path for path, text in sources().items() if OPENS.search(text) or CLIENTS & {*imports(text)}}
    assert {path for path in opening if not path.startswith("resolver/")} == set(KNOWN)


def test_W02_whoever_goes_where_strangers_point_asks_the_guard() -> None:
    for path in JUDGES:
        assert "may_connect(" in sources()[path], path
