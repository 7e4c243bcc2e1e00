"""The stage of one transcript: a Letterhead of its own, a customer with real name servers, a moved clock.

# with LETTERHEAD_LIFECYCLE_DOMAINS_PER_TEAM=1   ahead of all requests: a setting of the server
# zone acme.com                            the customer has a zone, with nothing of ours in it
# publish all records                      what the newest answer asks for, as its client would read it
# publish all records of mail.acme.com
# publish all records but spf dmarc
# publish mx spf                           these alone
# add dmarc                                these as well
# remove spf                               these no longer
# remove all records
# record acme.com. MX 5 mx.elsewhere.net.  a record that nobody asked for
# name servers stop
# name servers start                       with all they had
# 6 hours pass                             or days; the worker has done all that was due then
"""

import re
import shutil
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from letterhead import app
from letterhead.clock import SystemClock
from letterhead.config import load
from tests.flows.program import PATIENCE, Program
from tests.nameservers.internet import Internet
from tests.nameservers.ports import free_port
from tests.wire.customer import Customer

CONFIG = """
[server]
data_dir = "{data}"
port = {http}
[dns]
root_hints = ["{hint}"]
authoritative_port = {port}
allow_private_servers = true
[lifecycle]
cycle_seconds = 21600
pending_ladder = [3600]
"""
KEYS = {
    "mine": ("acme", "root:full", ""),
    "reader": ("acme", "root:readonly", ""),
    "rival": ("rival", "root:full", ""),
    "personal": ("acme", "root:full", "anyreach_personal"),
}
"""The keys of every transcript: the placeholder that stands for each, its team, its role, its style.

"" is the style of the dialect. {{acmeteam}} and {{rivalteam}} stand for the ids of the teams.
"""

LARGE = "x" * 70_000
"""More than a body may have."""

LEASE = timedelta(minutes=2)
"""What is due within it is in a worker's hands; nothing settled is due so soon."""


class NoStep(Exception):
    """A step that means nothing."""


class MovedClock(SystemClock):
    """The machine's clock, ahead by the time that a transcript let pass."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""
        return super().now() + self.ahead

    def monotonic(self) -> float:
        """Seconds that never step: apart from now(), they would say that the machine's clock was set."""
        return super().monotonic() + self.ahead.total_seconds()


class Stage:
    """`site` is a configuration with the sample values of a dialect, `empty` a database with nothing in it.

    The program takes its time from `clock` where app.SystemClock makes it.
    """

    def __init__(self, site: Path, directory: Path, empty: Path, internet: Internet) -> None:
        self.clock = MovedClock()
        self.customer = Customer(internet)
        self._style = site.stem if site.stem != "native" else "letterhead"
        self._environ: dict[str, str] = {}
        self._file = directory / "letterhead.toml"
        self._program: Program | None = None
        self._secrets: dict[str, str] = {}
        (directory / "data").mkdir()
        shutil.copyfile(empty, directory / "data" / "letterhead.db")
        at = {
            "data": directory / "data",
            "http": free_port(),
            "hint": internet.hints[0],
            "port": internet.port,
        }
        self._file.write_text(CONFIG.format(**at) + site.read_text("utf-8"), "utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.customer.leave()
        if self._program is not None:
            self._program.stop()

    def given(self) -> Mapping[str, str]:
        """What placeholders stand for from the start; makes the keys."""
        given = {"large": LARGE}
        for name, (team, role, style) in KEYS.items():
            secret, owner = app.create_key(
                self.program.config, team=team, role=role, style=style or self._style, name=name
            )
            self._secrets[name] = secret
            given |= {name: secret, f"{team}team": owner.id}
        return given

    @property
    def program(self) -> Program:
        """The running program, started by the first who asks."""
        if self._program is None:
            self._program = Program(self._file)
            self._program.config = load(self._file, self._environ)
            self._program.start()
        return self._program

    def carry_out(self, step: str) -> None:
        """Do what a step says. Raises NoStep."""
        act, words = understood(step)
        act(self, *words)

    def set(self, variable: str, value: str) -> None:
        """Give the server a setting, ahead of all requests."""
        if self._program is not None:
            raise NoStep(f"the server runs already: {variable}")
        self._environ[variable] = value

    def pass_time(self, number: str, unit: str) -> None:
        """Let time pass, and wait until the worker has examined what is due by then."""
        self.clock.ahead += timedelta(**{unit.rstrip("s") + "s": int(number)})
        deadline = time.monotonic() + PATIENCE
        for secret in (self._secrets["mine"], self._secrets["rival"]):
            client = self.program.client_with(secret)
            while any(self._is_due(each) for each in client.get("/domains?limit=100")["data"]):
                assert time.monotonic() < deadline, "the worker did not come round"
                time.sleep(0.05)

    def _is_due(self, domain: Mapping[str, Any]) -> bool:
        at = domain["next_check_at"]
        return at is not None and datetime.fromisoformat(at) < self.clock.now() + LEASE


def understood(step: str) -> tuple[Callable[..., None], list[str]]:
    """What a step does, and the words that it does it with. Raises NoStep."""
    for pattern, act in _STEPS:
        if (found := re.fullmatch(pattern, step)) is not None:
            return act, [word or "" for word in found.groups()]
    raise NoStep(step)


_STEPS: tuple[tuple[str, Callable[..., None]], ...] = (
    (r"with (LETTERHEAD_\w+)=(.+)", Stage.set),
    (r"zone (\S+)", lambda stage, name: stage.customer.zone(name)),
    (
        r"publish all records(?: but ([a-z_ ]+?))?(?: of (\S+))?",
        lambda stage, but, of: stage.customer.publish_all(but, of),
    ),
    (r"publish ([a-z_ ]+)", lambda stage, roles: stage.customer.publish(roles)),
    (r"add ([a-z_ ]+)", lambda stage, roles: stage.customer.add(roles)),
    (r"remove all records", lambda stage: stage.customer.remove_all()),
    (r"remove ([a-z_ ]+)", lambda stage, roles: stage.customer.remove(roles)),
    (r"record (.+)", lambda stage, line: stage.customer.record(line)),
    (r"name servers stop", lambda stage: stage.customer.stop()),
    (r"name servers start", lambda stage: stage.customer.start()),
    (r"(\d+) (hours?|days?) pass(?:es)?", Stage.pass_time),
)
"""Every step: how it reads, and what it does."""
