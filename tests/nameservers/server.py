"""What Knot and NSD have in common: a process that serves zone files and is told when they change."""

import os
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import ClassVar, Self

import dns.exception
import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import psutil

from tests.nameservers import program, zonetext

PATIENCE = 10.0  # seconds for a start or a change; both take milliseconds on an idle machine

_stamps = count(1)


class Server(ABC):
    """An authoritative server at `address` (and `also` at others), all of them at `port`.

    `directory` is its own: configuration, zone files, socket and log. The process runs inside it, and
    calls it /proc/self/cwd where a path must be absolute: a socket's may have no more than 107 bytes.
    """

    program: ClassVar[str]

    def __init__(self, address: str, port: int, directory: Path, *, also: Sequence[str] = ()) -> None:
        self.address = address
        self.addresses = (address, *also)
        self.port = port
        self.directory = directory
        self.serials: dict[str, int] = {}
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """The arguments that start the server in the foreground."""

    @abstractmethod
    def configuration(self) -> str:
        """The text of server.conf for the zones in `self.serials`."""

    @abstractmethod
    def notify(self) -> None:
        """Tell the running server that configuration and zone files have changed."""

    def start(self) -> Self:
        """Start the server, also again after stop(); returns once it serves its zones at every address."""
        path = program.find(self.program)
        self.directory.mkdir(parents=True, exist_ok=True)
        self._configure()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [path, *self.command()],
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._until(self._is_up, "start")
        return self

    def stop(self) -> None:
        """Stop the server and all its processes; harmless when it does not run."""
        if self._process is None or self._process.poll() is not None:
            return
        _, *children = self.family()
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        finally:
            for process in (self._process, *children):
                with suppress(psutil.NoSuchProcess):
                    process.kill()

    def family(self) -> list[psutil.Process]:
        """The server's process and its children, the first one first."""
        assert self._process is not None
        first = psutil.Process(self._process.pid)
        return [first, *first.children(recursive=True)]

    def publish(self, zone: str, text: str, *, servers: Sequence[tuple[str, str]] | None = None) -> None:
        """Serve `text` as the content of `zone` ("acme.com", ".") from now on; returns once the server does.

        zonetext.complete() adds what the text lacks; `servers` are the pairs of name and address for its
        NS records, without them ns1 in the zone at this server. A text that brings a SOA of its own is
        published as it stands and must bring a new serial each time.
        """
        self.publish_all({zone: text}, servers=servers)

    def publish_all(
        self, texts: Mapping[str, str], *, servers: Sequence[tuple[str, str]] | None = None
    ) -> None:
        """Publish several zones at once, with one reload."""
        for zone, text in texts.items():
            own = ((f"ns1.{zone}".rstrip("."), self.address),)
            whole, serial = zonetext.complete(zone, text, own if servers is None else servers)
            if self.serials.get(zone) == serial:
                raise ValueError(f"{zone} is served with serial {serial} already: raise it")
            self.serials[zone] = serial
            self._write_zone(zone, whole)
        self._configure()
        self._change(lambda: all(self._serves(zone, self.serials[zone]) for zone in texts))

    def withdraw(self, zone: str) -> None:
        """Stop serving `zone`; returns once the server has forgotten it. Harmless when it is not served."""
        if self.serials.pop(zone, None) is None:
            return
        self._configure()
        self._change(lambda: self._serves(zone, None))

    def zone_file(self, zone: str) -> str:
        """The name of the file with the content of `zone`, inside the directory."""
        return f"{zone.rstrip('.') or 'root'}.zone"

    def _change(self, is_visible: Callable[[], bool]) -> None:
        self.notify()
        self._until(is_visible, "take over the change")

    @property
    def _log(self) -> Path:
        return self.directory / "server.log"

    def _configure(self) -> None:
        (self.directory / "server.conf").write_text(self.configuration())

    def _write_zone(self, zone: str, text: str) -> None:
        path = self.directory / self.zone_file(zone)
        path.write_text(text)
        # Both servers pass over a file whose time has not moved, and that clock ticks in milliseconds.
        os.utime(path, times=(next(_stamps),) * 2)

    def _is_up(self) -> bool:
        answers = all(self._soa(address, ".") for address in self.addresses)
        return answers and all(self._serves(zone, serial) for zone, serial in self.serials.items())

    def _serves(self, zone: str, serial: int | None) -> bool:
        """Whether all addresses serve the zone with this serial; None: don't serve it."""
        for address in self.addresses:
            answer = self._soa(address, zone)
            if answer is None:
                return False
            soa = answer.get_rrset(
                answer.answer, dns.name.from_text(zone), dns.rdataclass.IN, dns.rdatatype.SOA
            )
            if (soa[0].serial if soa else None) != serial:
                return False
        return True

    def _soa(self, address: str, zone: str) -> dns.message.Message | None:
        """Ask for the SOA record of the zone; None when nothing usable came back."""
        query = dns.message.make_query(zone, dns.rdatatype.SOA)
        # Connected, so that the kernel tells at once that nobody listens yet.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.settimeout(0.5)
            try:
                asker.connect((address, self.port))
                asker.send(query.to_wire())
                return dns.message.from_wire(asker.recv(65_535))
            except (OSError, dns.exception.DNSException):
                return None

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        assert self._process is not None, f"{self.program} has not been started"
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.program} did not {what}:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.002)
