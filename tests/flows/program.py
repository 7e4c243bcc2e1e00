"""A running Letterhead: in a thread with a loop of its own, so that nothing a test does holds it up."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Self

import httpx2

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
resolvers = [{resolvers}]
[lifecycle]
cycle_seconds = {cycle}
pending_ladder = [{ladder}]
"""

PATIENCE = 20.0
"""Seconds for what the worker does by itself; on an idle machine it takes one to three."""

Json = dict[str, Any]
_numbers = count(1)


def write_config(
    data: Path, internet: Internet, *, cycle: int = 21_600, ladder: int = 3_600, resolver: str = ""
) -> Path:
    """A configuration that leads to the little internet; nothing happens unasked unless it is told to."""
    path = data / "letterhead.toml"
    path.write_text(
        CONFIG.format(
            data=data / "data",
            http=free_port(),
            hint=internet.hints[0],
            port=internet.port,
            resolvers=f'"{resolver}"' if resolver else "",
            cycle=cycle,
            ladder=ladder,
        )
    )
    return path


class Program:
    """API and worker under one configuration."""

    def __init__(self, config: Path) -> None:
        self.config: Config = load(config, {})
        self._stopping = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="letterhead", daemon=True)
        self._error: BaseException | None = None
        self._clients: list[Client] = []
        self._port = 0

    def start(self) -> Self:
        """Start; returns once it answers."""
        self._thread.start()
        self._ready.wait(PATIENCE)
        if self._error is not None:
            raise self._error
        return self

    def stop(self) -> None:
        """Stop as SIGTERM does; raises what the program died of, if it did."""
        for client in self._clients:
            client.close()
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(PATIENCE)
        if self._error is not None:
            raise self._error
        assert not self._thread.is_alive(), "the program did not stop"

    def client(self, team: str = "", role: str = "root:full") -> "Client":
        """A client with a fresh key of a team; without a name, of a team that nobody else has."""
        team = team or f"team-{next(_numbers)}"
        key, _ = app.create_key(self.config, team=team, role=role, style="letterhead", name="test")
        return self.client_with(key, team)

    def client_with(self, key: str, team: str = "") -> "Client":
        """A client with this key."""
        client = Client(self.url, key, team)
        self._clients.append(client)
        return client

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._port}"

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(app.serve(self.config, app.ROLES, self._stopping, self._up))
        except BaseException as error:  # noqa: BLE001 - kept for start() and stop(), where the test sees it
            self._error = error
        finally:
            self._ready.set()
            self._loop.close()

    def _up(self, port: int) -> None:
        self._port = port
        self._ready.set()


class Client:
    """Talks to a program's native interface with one key; paths start below /api/v2."""

    def __init__(self, url: str, key: str, team: str) -> None:
        self.team = team
        self.key = key
        self._http = httpx2.Client(
            base_url=f"{url}/api/v2", headers={"Authorization": f"Bearer {key}"}, timeout=30, trust_env=False
        )

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> httpx2.Response:
        """Any request, whatever comes of it."""
        return self._http.request(method, path, json=body)

    def get(self, path: str) -> Json:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        body: Json = answer.json()
        return body

    def register(self, domain: str, **fields: Any) -> Json:
        answer = self.ask("POST", "/domains", {"domain": domain, **fields})
        assert answer.status_code == 201, answer.text
        registered: Json = answer.json()
        return registered

    def show(self, domain: Json) -> Json:
        return self.get(f"/domains/{domain['id']}")

    def verify(self, domain: Json) -> Json:
        answer = self.ask("POST", f"/domains/{domain['id']}/verify")
        assert answer.status_code == 200, answer.text
        verified: Json = answer.json()
        return verified

    def until(self, domain: Json, status: str, meanwhile: Callable[[], object] = lambda: None) -> Json:
        """Wait until the worker has brought a domain into a state."""
        deadline = time.monotonic() + PATIENCE
        while (now := self.show(domain))["status"] != status:
            assert time.monotonic() < deadline, f"{domain['domain']} is still {now['status']}: {now}"
            meanwhile()
            time.sleep(0.1)
        return now

    def until_checked(self, domain: Json) -> None:
        """Wait until the worker has examined a domain for the first time."""
        deadline = time.monotonic() + PATIENCE
        while self.show(domain)["checked_at"] is None:
            assert time.monotonic() < deadline, f"{domain['domain']} was never examined"
            time.sleep(0.1)

    def until_told(self, domain: Json, turn: str) -> None:
        """Wait until a domain's history tells of a turn, though it may have taken others since."""
        deadline = time.monotonic() + PATIENCE
        while turn not in self.turns(domain):
            assert time.monotonic() < deadline, f"{domain['domain']}: {self.turns(domain)}"
            time.sleep(0.1)

    def history(self, domain: Json) -> list[Json]:
        """What happened to a domain, oldest first."""
        return self.get(f"/domains/{domain['id']}/history?limit=100")["data"][::-1]

    def turns(self, domain: Json) -> list[str]:
        """The same in short, without records that came and went."""
        kinds = [event["kind"].removeprefix("domain.") for event in self.history(domain)]
        return [kind for kind in kinds if kind not in {"created", "changed"}]

    def close(self) -> None:
        self._http.close()


def record(domain: Json, role: str) -> Json:
    """The (first) record of a role, with how it stood when it was last examined."""
    found: Json = next(each for each in domain["records"] if each["role"] == role)
    return found


def zone(domain: Json, *, but: tuple[str, ...] = ()) -> str:
    """The records that a domain asks for as lines of a zone file, without those of some roles."""
    return "\n".join(zone_line(each) for each in domain["records"] if each["role"] not in but)


def zone_line(asked: Mapping[str, Any]) -> str:
    """One record as a line of a zone file."""
    value = asked["value"]
    if asked["type"] == "TXT":
        value = " ".join(f'"{value[i : i + 250]}"' for i in range(0, len(value), 250))
    elif asked["type"] == "MX":
        value = f"{asked['priority']} {value}."
    else:
        value = f"{value}."
    return f"{asked['host']}. 300 IN {asked['type']} {value}"
