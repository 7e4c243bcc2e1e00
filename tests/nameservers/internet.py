"""A little internet: a root, top-level domains and the customers' zones, each on a server of its own.

All servers share one port and differ by address, because Letterhead has one `authoritative_port`.
Root, registries and customers are separate processes, so that a walk from the hints meets the referrals
that it meets outside.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from tests.nameservers import zonetext
from tests.nameservers.knot import Knot
from tests.nameservers.liar import Liar
from tests.nameservers.ports import free_port
from tests.nameservers.server import Server

Servers = tuple[tuple[str, str], ...]
"""Name servers as pairs of name and address."""

ROOT: Servers = (("a.root-servers.net", "127.0.0.1"),)
REGISTRY: Servers = (("a.registry.net", "127.0.0.53"),)
CUSTOMER = "127.0.0.2"
SUFFIXES = ("app", "co.uk", "com", "de", "dev", "example", "io", "net", "org", "test", "uk")
"""The zones of the registries; a customer's name is delegated by the longest one that it ends with."""


class Internet:
    """Name servers on loopback; `hints` and `port` are what a walk starts from."""

    hints = tuple(address for _, address in ROOT)

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self._directory = directory
        self._servers: dict[str, Server] = {}
        self._liars: list[Liar] = []
        self._delegations = {suffix: REGISTRY for suffix in SUFFIXES if "." in suffix}

    def start(self) -> Self:
        """Start root and registries."""
        cuts = "".join(_cut(suffix, REGISTRY, ".") for suffix in SUFFIXES if "." not in suffix)
        self.server(ROOT[0][1]).publish(".", cuts, servers=ROOT)
        self._publish_registries(SUFFIXES)
        return self

    def stop(self) -> None:
        """Stop every server; the error of a liar's script is raised after the last of them."""
        with ExitStack() as stack:
            for server in (*self._servers.values(), *self._liars):
                stack.callback(server.stop)

    def server(self, address: str, kind: type[Server] = Knot) -> Server:
        """The server at this address; started, as `kind`, when it is asked for the first time."""
        if address not in self._servers:
            server = kind(address, self.port, self._directory / address)
            self._servers[address] = server
            server.start()
        return self._servers[address]

    def liar(self, address: str, *, tcp: bool = True) -> Liar:
        """Start a liar at this address; delegate() leads to it."""
        liar = Liar(address, self.port, tcp=tcp)
        self._liars.append(liar)
        return liar.start()

    def host(
        self, name: str, text: str, *, servers: Sequence[str] = (CUSTOMER,), names: Sequence[str] = ()
    ) -> None:
        """Publish the customer's zone on all `servers` (addresses) and delegate it to them.

        The servers are called `names`, or ns1, ns2, … inside the zone. Names elsewhere need a zone that
        says their addresses: host("hosting.net", "ns1 A 127.0.0.5"). Again for the same name: changes it.
        """
        called = names or [f"ns{index}.{name}" for index in range(1, len(servers) + 1)]
        pairs = tuple(zip(called, servers, strict=True))
        for address in servers:
            self.server(address).publish(name, text, servers=pairs)
        self.delegate(name, pairs)

    def delegate(self, name: str, servers: Sequence[tuple[str, str]]) -> None:
        """Point the name, in the zone of its registry, to these servers: pairs of name and address."""
        if self._delegations.get(name) != tuple(servers):
            self._delegations[name] = tuple(servers)
            self._publish_registries([_suffix(name)])

    def withdraw(self, name: str) -> None:
        """Take the delegation back and the zone off every server: the name is NXDOMAIN at its registry."""
        if self._delegations.pop(name, None) is not None:
            self._publish_registries([_suffix(name)])
        for server in self._servers.values():
            server.withdraw(name)

    def _publish_registries(self, suffixes: Sequence[str]) -> None:
        texts = {suffix: self._registry(suffix) for suffix in suffixes}
        self.server(REGISTRY[0][1]).publish_all(texts, servers=REGISTRY)

    def _registry(self, suffix: str) -> str:
        """The delegations out of a registry's zone."""
        cuts = (
            _cut(name, pairs, suffix) for name, pairs in self._delegations.items() if _suffix(name) == suffix
        )
        return "".join(cuts)


def _suffix(name: str) -> str:
    """The registry's zone that `name` is delegated by."""
    return max((suffix for suffix in SUFFIXES if name.endswith(f".{suffix}")), key=len)


def _cut(name: str, servers: Servers, zone: str) -> str:
    """The delegation of `name` out of `zone`: NS records, and glue for the servers called within it."""
    lines = [f"{name}. NS {server}.\n" for server, _ in servers]
    lines += [zonetext.address_line(s, ip) for s, ip in servers if zone == "." or s.endswith(f".{zone}")]
    return "".join(lines)
