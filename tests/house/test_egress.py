"""W02: connections are opened in a handful of files, each for its reason, and nowhere else."""

import ast

import pytest

from scripts.house import imports, room_of, sources

OPENERS = frozenset(
    {
        "open_connection",
        "open_unix_connection",
        "create_connection",
        "create_unix_connection",
        "create_datagram_endpoint",
        "create_subprocess_exec",
        "create_subprocess_shell",
        "sock_connect",
        "sock_sendto",
        "connect_ex",
        "sendmsg",
        "posix_spawn",
    }
)
"""Functions and methods that reach somebody, or start a program that may, whatever they are called on."""

OF_SOCKETS = frozenset({"connect", "sendto"})
"""Methods that do so of a socket; in the store the first of them opens a database."""

CLIENTS = """
    aiodns aiohttp aioquic aiosmtplib asyncssh boto3 botocore ftplib grpc http.client httpcore httpx httpx2
    imaplib ldap3 niquests nntplib obstore os.popen os.system paramiko poplib pycares pycurl redis requests
    smtplib socks subprocess telnetlib treq urllib.request urllib3 websocket websockets wsproto xmlrpc
    dns.asyncquery dns.asyncresolver dns.query dns.resolver
"""
"""Modules that connect by themselves."""

KNOWN = {
    "outgoing/post.py": "where strangers point us: every address is judged",
    "outgoing/names.py": "the machine's own name servers",
    "smarthost/smtp.py": "the operator's own mail server",
    "smarthost/session.py": "the client that speaks to it",
    "sandbox/nameserver.py": "listens on loopback, and connects to nobody",
    "sandbox/stage.py": "starts the command line of its own demo",
    "cli/client.py": "the server that the user of the command line names",
    "resolver/transport.py": "name servers whose address resolver/authoritative.py has judged, and resolvers",
    "resolver/http1.py": "resolvers, which the operator names",
    "resolver/connection.py": "as above",
    "resolver/bulk/engine.py": "as above",
}

JUDGES = ("outgoing/post.py", "core/endpoint.py", "resolver/authoritative.py")
"""Where an address that came from outside is shown to the guard."""


def opens(path: str, text: str) -> bool:
    """Whether a source may open a connection, by any of the words above, be it called or only named."""
    names = {*imports(text)}
    if any(name == client or name.startswith(f"{client}.") for name in names for client in CLIENTS.split()):
        return True
    named = {name.rpartition(".")[2] for name in names}
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Attribute(attr=word) | ast.Name(id=word) | ast.Constant(value=str(word)):
                named.add(word)
    of_sockets = OF_SOCKETS if room_of(path) != "store" or "socket" in names else frozenset()
    return not named.isdisjoint(OPENERS | of_sockets)


def asks_the_guard(text: str) -> bool:
    """Whether a source calls `may_connect`."""
    calls = (node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    return any(isinstance(called, ast.Name) and called.id == "may_connect" for called in calls)


def test_W02_nobody_else_opens_connections() -> None:
    assert {path for path, text in sources().items() if opens(path, text)} == KNOWN.keys()


def test_W02_whoever_goes_where_strangers_point_asks_the_guard() -> None:
    assert [path for path in JUDGES if not asks_the_guard(sources()[path])] == []


@pytest.mark.parametrize(
    "text",
    [
        "import socket\ndef f(s: socket.socket): s.connect(('192.0.2.1', 80))",
        "def f(sock): sock.connect(('192.0.2.1', 80))",
        "def f(sock): sock.sendto(b'', ('192.0.2.1', 53))",
        "import socket\nsocket.create_connection(('192.0.2.1', 80))",
        "from socket import create_connection as reach\nreach(('192.0.2.1', 80))",
        "async def f(loop, s): await loop.sock_connect(s, ('192.0.2.1', 80))",
        "async def f(loop, s): await loop.sock_sendto(s, b'', ('192.0.2.1', 53))",
        "import asyncio\nasync def f(): await asyncio.open_connection('192.0.2.1', 80)",
        "from asyncio import open_connection as reach",
        "async def f(loop): await loop.create_datagram_endpoint(list, remote_addr=('192.0.2.1', 53))",
        "def f(loop): return getattr(loop, 'create_connection')",
        "import aiosmtplib",
        "import websockets",
        "from websockets.asyncio.client import connect",
        "import httpx",
        "async def f():\n    import httpx2",
        "from urllib import request",
        "from http import client",
        "import requests.adapters",
        "import urllib3",
        "import dns.resolver",
        "from dns import asyncquery",
        "import boto3",
        "from smtplib import SMTP",
        "import subprocess",
        "from os import system",
        "import asyncio\nasync def f(): await asyncio.create_subprocess_exec('curl', 'http://192.0.2.1/')",
    ],
)
@pytest.mark.parametrize("path", ["service/webhooks.py", "resolver/walk.py"])
def test_W02_a_planted_violation_is_found(path: str, text: str) -> None:
    assert opens(path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("service/sweep.py", "from urllib.parse import urlsplit\nimport h11\nfrom http import HTTPStatus"),
        (
            "service/sweep.py",
            "# open_connection(\ndef reconnect(): '''Says nothing of create_connection().'''",
        ),
        ("api/server.py", "import socket\ndef f(s: socket.socket): s.bind(('127.0.0.1', 0))"),
        ("store/sqlite.py", "import sqlite3\nsqlite3.connect('letterhead.db')"),
        ("resolver/message.py", "import dns.message\nimport dns.rdata"),
    ],
)
def test_W02_what_opens_nothing_is_not_called_a_violation(path: str, text: str) -> None:
    assert not opens(path, text)


def test_W02_a_guard_that_is_only_spoken_of_is_not_asked() -> None:
    assert not asks_the_guard("# may_connect(ip)\ndef f(): '''may_connect(ip) would say no.'''")
    assert asks_the_guard(
        "from letterhead.core.egress import may_connect\nmay_connect('x', allow_private=False)"
    )
