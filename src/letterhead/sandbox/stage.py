"""The stage of the demo: a DNS on loopback and a Letterhead that asks it, running in this process's loop."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from letterhead import app
from letterhead.config import Config, load
from letterhead.sandbox.nameserver import NameServer
from letterhead.sandbox.world import world
from letterhead.sandbox.zones import Zones

CONFIG = """\
[server]
data_dir = "{data}"
port = {http}

[site]
name = "post.example"

[dns]
root_hints = ["127.0.0.1"]
authoritative_port = {dns}
allow_reserved_names = true
allow_private_servers = true
"""

Published = dict[str, Any]
"""A record as the API shows it: role, type, host, value, priority, ttl."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the story plays: a running server, a key to it, and the zones that a DNS panel would edit."""

    url: str
    key: str
    zones: Zones

    async def command(self, *words: str) -> int:
        """Run a command of ours as a person would, its output going to ours. Returns its exit code."""
        process = await asyncio.create_subprocess_exec(*self._words(words), env=self._environment())
        return await process.wait()

    async def records(self, domain: str) -> list[Published]:
        """What a domain is asked to publish."""
        process = await asyncio.create_subprocess_exec(
            *self._words(("domains", "records", domain, "--json")),
            env=self._environment(),
            stdout=subprocess.PIPE,
        )
        output, _ = await process.communicate()
        records: list[Published] = json.loads(output)["data"]
        return records

    def publish(self, record: Published, slip: str = "") -> None:
        """Publish a record, with a slip of the pen behind its value."""
        value = f"{record['priority']} {record['value']}" if record["type"] == "MX" else record["value"]
        zone = self.zones.holding(record["host"])
        zone.put(record["host"], record["type"], [value + slip], record["ttl"])

    def withdraw(self, record: Published) -> None:
        """Delete a record."""
        self.zones.holding(record["host"]).remove(record["host"], record["type"])

    def _words(self, words: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "letterhead", *words]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "LETTERHEAD_URL": self.url, "LETTERHEAD_KEY": self.key}


@asynccontextmanager
async def stage(directory: Path, customer: str, team: str) -> AsyncIterator[Stage]:
    """Set the stage in a directory; at the end everything on it has stopped."""
    config = _config(directory)
    zones = world(config.site, [customer])
    names = await NameServer(zones, port=config.dns.authoritative_port).start()
    key, _ = await asyncio.to_thread(
        app.create_key, config, team=team, role="root:full", style="letterhead", name="demo"
    )
    stopping, port = asyncio.Event(), asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(app.serve(config, app.ROLES, stopping, port.set_result))
    try:
        await asyncio.wait([serving, port], return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
        yield Stage(f"http://127.0.0.1:{port.result()}", key, zones)
    finally:
        stopping.set()
        await serving
        await names.stop()


def _config(directory: Path) -> Config:
    path = directory / "letterhead.toml"
    http, dns = _free_port(8080), _free_port(5300)
    path.write_text(CONFIG.format(data=directory / "data", http=http, dns=dns), "utf-8")
    return load(path, {})


def _free_port(preferred: int) -> int:
    """The preferred port if it is free, so that addresses look like those in the documents; else any."""
    for port in (preferred, 0):
        with suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise OSError("no port is free on 127.0.0.1")
