"""The whole program on loopback: real name servers behind it, real HTTP in front of it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from letterhead import app
from letterhead.config import Config, load
from tests.nameservers.internet import Internet
from tests.nameservers.ports import free_port

CONFIG = """
[server]
data_dir = "{data}"
port = {http}
[site]
name = "letterhead.net"
[dns]
root_hints = ["{hint}"]
authoritative_port = {port}
allow_private_servers = true
[lifecycle]
cycle_seconds = {cycle}
pending_ladder = [{ladder}]
"""


@dataclass
class Program:
    """A running Letterhead, and the way to talk to it."""

    config: Config
    url: str
    internet: Internet
    clients: list[httpx2.AsyncClient]

    def key(self, team: str = "acme", role: str = "root:full") -> str:
        return app.create_key(self.config, team=team, role=role, style="letterhead", name="test")[0]

    async def client(self, team: str = "acme", role: str = "root:full") -> httpx2.AsyncClient:
        """A client with a key of its own for a team."""
        key = await asyncio.to_thread(self.key, team, role)
        client = httpx2.AsyncClient(
            base_url=self.url, headers={"Authorization": f"Bearer {key}"}, timeout=30, trust_env=False
        )
        self.clients.append(client)
        return client

    def publish(self, domain: str, records: list[Mapping[str, Any]], *, but: tuple[str, ...] = ()) -> None:
        """Publish records of a plan in the domain's own zone; those of the roles in `but` are left out."""
        self.internet.host(domain, "\n".join(zone_line(r) for r in records if r["role"] not in but))


def zone_line(record: Mapping[str, Any]) -> str:
    value = record["value"]
    if record["type"] == "TXT":
        value = " ".join(f'"{value[i : i + 250]}"' for i in range(0, len(value), 250))
    elif record["type"] == "MX":
        value = f"{record['priority']} {value}."
    else:
        value = f"{value}."
    return f"{record['host']}. 300 IN {record['type']} {value}"


def configured(data: Path, internet: Internet, *, cycle: int = 21_600, ladder: str = "3600") -> Config:
    path = data / "letterhead.toml"
    path.write_text(
        CONFIG.format(
            data=data / "data",
            http=free_port(),
            hint=internet.hints[0],
            port=internet.port,
            cycle=cycle,
            ladder=ladder,
        )
    )
    return load(path, {})


@pytest.fixture
async def program(tmp_path: Path, internet: Internet) -> AsyncIterator[Program]:
    """Letterhead with API and worker; the ladder is so long that nothing happens unasked."""
    async for running in started(configured(tmp_path, internet), internet):
        yield running


async def started(config: Config, internet: Internet) -> AsyncIterator[Program]:
    stopping, port = asyncio.Event(), asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(app.serve(config, app.ROLES, stopping, port.set_result))
    await asyncio.wait([serving, port], return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
    running = Program(config, f"http://127.0.0.1:{port.result()}", internet, [])
    try:
        yield running
    finally:
        for client in running.clients:
            await client.aclose()
        stopping.set()
        await serving
