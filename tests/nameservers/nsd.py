"""NSD as a test's name server."""

import subprocess
from collections.abc import Callable
from typing import ClassVar

import psutil

from tests.nameservers import program
from tests.nameservers.server import Server


class Nsd(Server):
    """An nsd process, told of changes through nsd-control."""

    program: ClassVar[str] = "nsd"

    def command(self) -> list[str]:
        return ["-d", "-c", "server.conf"]

    def notify(self) -> None:
        for order in ("reconfig", "reload"):  # the list of zones, then the files of those known before
            subprocess.run(
                [program.find("nsd-control"), "-c", "server.conf", order],
                cwd=self.directory,
                check=True,
                capture_output=True,
            )

    def _change(self, is_visible: Callable[[], bool]) -> None:
        """Wait also for the end of the processes with the old content: they share the sockets of the new."""
        old = [process for process in self.family() if _serves(process)]
        super()._change(is_visible)
        psutil.wait_procs(old, timeout=1)

    def configuration(self) -> str:
        listen = "".join(f"    ip-address: {address}@{self.port}\n" for address in self.addresses)
        zones = "".join(
            f'zone:\n    name: "{zone.rstrip(".") or "."}"\n    zonefile: "{self.zone_file(zone)}"\n'
            for zone in self.serials
        )
        return f"""
server:
{listen}
    server-count: 1
    username: ""
    chroot: ""
    zonesdir: ""
    database: ""
    pidfile: ""
    xfrdfile: ""
    zonelistfile: "zone.list"
    rrl-ratelimit: 0
    rrl-whitelist-ratelimit: 0
    verbosity: 1
remote-control:
    control-enable: yes
    control-interface: "/proc/self/cwd/control"
{zones}"""


def _serves(process: psutil.Process) -> bool:
    """Whether it is one of the processes at the end, which answer; False too where it has just ended."""
    try:
        return not process.children()
    except psutil.NoSuchProcess:
        return False
