"""Whom the program tells: a receiver of webhooks and a smarthost, real servers on loopback.

Each serves in a thread, so that nothing a test does holds it up, and keeps what it was sent.
"""

import base64
import email
import email.policy
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, TCPServer, ThreadingTCPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """One POST to the receiver: its headers by their names in lower case, and its body."""

    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read

    def is_signed_by(self, secret: str) -> bool:
        """As Standard Webhooks 1.0.0 has its receivers check it, "Verifying webhook authenticity"."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return f"v1,{wanted}" in self.headers["webhook-signature"].split(" ")


class Receiver:
    """Takes whatever is posted to it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/letterhead"
        self.port = port
        self.got: list[Message] = []

    def kinds(self, domain: str) -> list[str]:
        """What it was told of a domain, in the order in which that came."""
        told = [message.json["data"] for message in self.got]
        return [each["kind"].removeprefix("domain.") for each in told if each["domain"] == domain]


class Postbox:
    """Takes every letter."""

    def __init__(self, port: int) -> None:
        self.url = f"smtp://127.0.0.1:{port}"
        self.got: list[EmailMessage] = []
        self.recipients: list[str] = []

    def subjects(self) -> list[str]:
        """Of all letters, in the order in which they came."""
        return [letter["Subject"] for letter in self.got]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that serves as long as this lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.got.append(Message({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        receiver = Receiver(port)
        yield receiver


@contextmanager
def postbox() -> Iterator[Postbox]:
    """A smarthost that serves as long as this lasts: the least that it has to say (RFC 5321 §4.1)."""

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 postbox\r\n")
            while line := self.rfile.readline():
                verb = line[:4].upper()
                if verb == b"RCPT":
                    box.recipients.append(line.decode().strip()[len("RCPT TO:<") : -1])
                if verb == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    self._take()
                self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 fine\r\n")
                if verb == b"QUIT":
                    return

        def _take(self) -> None:
            lines = iter(self.rfile.readline, b".\r\n")
            raw = b"".join(line.removeprefix(b".") for line in lines)  # RFC 5321 §4.5.2
            box.got.append(email.message_from_bytes(raw, policy=email.policy.default))

    class Server(ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with _serving(Server(("127.0.0.1", 0), Handler)) as port:
        box = Postbox(port)
        yield box


@contextmanager
def _serving(server: TCPServer) -> Iterator[int]:
    """Serve in a thread; yields the port."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
