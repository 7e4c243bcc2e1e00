"""What Knot and NSD have in common: a process that serves zone files and is told when they change."""

import os
import socket
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path

import dns.exception
import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype

from tests.nameservers import zonetext
from tests.nameservers.daemon import Daemon

_stamps = count(1)


class Server(Daemon):
    """An authoritative server at `address` (and `also` at others), all of them at `port`.

    It is up once it serves its zones at every address. `serials` are those of the zones that it serves.
    """

    def __init__(self, address: str, port: int, directory: Path, *, also: Sequence[str] = ()) -> None:
        super().__init__(directory)
        self.address = address
        self.addresses = (address, *also)
        self.port = port
        self.serials: dict[str, int] = {}

    @abstractmethod
    def notify(self) -> None:
        """Tell the running server that configuration and zone files have changed."""

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
