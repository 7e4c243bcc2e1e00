"""Knot DNS as a test's name server."""

import signal
from typing import ClassVar

from tests.nameservers.server import Server


class Knot(Server):
    """A knotd process; SIGHUP makes it read its configuration and every changed zone file."""

    program: ClassVar[str] = "knotd"

    def command(self) -> list[str]:
        return ["-c", "server.conf"]

    def notify(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def configuration(self) -> str:
        listen = ", ".join(f"{address}@{self.port}" for address in self.addresses)
        zones = "".join(
            f'  - domain: "{zone.rstrip(".")}."\n    file: "{self.zone_file(zone)}"\n'
            for zone in self.serials
        )
        return f"""
server:
    listen: [ {listen} ]
    rundir: "/proc/self/cwd"
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
control:
    listen: "/proc/self/cwd/control"
log:
  - target: stderr
    any: info
database:
    storage: "."
template:
  - id: default
    storage: "."
    zonefile-sync: -1
    journal-content: none
{"zone:" if zones else ""}
{zones}"""
