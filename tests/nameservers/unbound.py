"""Unbound as a test's recursive resolver: validating, over four transports, and never beyond loopback."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import dns.exception
import dns.message
import dns.query

from tests.nameservers.authority import Authority
from tests.nameservers.daemon import Daemon
from tests.nameservers.ports import free_port

NAME = "resolver.test"
"""What the certificate bears beside the address."""


class Unbound(Daemon):
    """An unbound process at `address`.

    stubs    whom to ask about each zone and all below it: {"acme.com": "127.0.0.2@5300"}. Referrals lead to
             port 53 and thus nowhere: what is asked must answer for itself, and the root can't be.
    anchors  the DS records of zones whose signatures are checked (signing.py).
    options  further lines of the section `server`.
    """

    program: ClassVar[str] = "unbound"

    def __init__(
        self,
        address: str,
        directory: Path,
        authority: Authority,
        *,
        stubs: Mapping[str, str],
        anchors: Sequence[str] = (),
        options: str = "",
    ) -> None:
        super().__init__(directory)
        self.address = address
        self._port, self._tls_port, self._https_port = free_port(), free_port(), free_port()
        self._certificate = authority.certify(address, NAME)
        self._stubs = stubs
        self._anchors = anchors
        self._options = options
        self.urls = {
            "udp": f"udp://{address}:{self._port}",
            "tcp": f"tcp://{address}:{self._port}",
            "tls": f"tls://{address}:{self._tls_port}#{NAME}",
            "https": f"https://{address}:{self._https_port}/dns-query#{NAME}",
        }

    def command(self) -> list[str]:
        return ["-d", "-p", "-c", "server.conf"]

    def _is_up(self) -> bool:
        query = dns.message.make_query("localhost", "A")
        try:
            dns.query.tcp(query, self.address, port=self._port, timeout=0.5)
        except (OSError, EOFError, dns.exception.DNSException):
            return False
        return True

    def configuration(self) -> str:
        ports = (self._port, self._tls_port, self._https_port)
        interfaces = "\n".join(f"    interface: {self.address}@{port}" for port in ports)
        anchors = "\n".join(f'    trust-anchor: "{anchor}"' for anchor in self._anchors)
        stubs = "".join(
            f'stub-zone:\n    name: "{zone}"\n    stub-addr: {server}\n'
            for zone, server in self._stubs.items()
        )
        return f"""
server:
{interfaces}
    tls-port: {self._tls_port}
    https-port: {self._https_port}
    http-endpoint: "/dns-query"
    tls-service-pem: "{self._certificate}"
    tls-service-key: "{self._certificate}"
    access-control: 127.0.0.0/8 allow
    outgoing-interface: {self.address}
    do-not-query-localhost: no
    do-ip6: no
    local-zone: "test." nodefault
    module-config: "validator iterator"
    ede: yes
    num-threads: 1
    msg-cache-size: 1m
    rrset-cache-size: 1m
    username: ""
    chroot: ""
    directory: ""
    pidfile: ""
    use-syslog: no
    logfile: ""
    verbosity: 1
{anchors}
{self._options}
remote-control:
    control-enable: no
{stubs}"""
