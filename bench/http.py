"""The HTTP API at 100,000 domains: one domain by its id, a page at any depth, a durable registration."""

import hmac
import json
import random
import shutil
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import uvloop

from bench.http_rounds import Result, Served, Work, measured, served, wire
from bench.population import DOMAINS, configured, fill, identifier
from letterhead import app
from letterhead.api.cursor import Cursors
from letterhead.api.native.domains import LISTING
from letterhead.provider.master_key import master_key

GETS, PEER_GETS, PAGES, REGISTRATIONS = 20_000, 1_000, 300, 3_000
REGISTERING = 128
"""Clients that register at the same time."""
DEPTH = 90_000
POLLED = 500
"""Domains that are asked for again and again, as pages and scripts that wait for them do."""

_numbers = count()


@dataclass(frozen=True, slots=True)
class Ratio:
    """Two results held against each other, and what is asked of them."""

    name: str
    value: float
    target: str

    def __str__(self) -> str:
        return f"{self.name:<58} {self.value:>10.2f} ×    (target: {self.target})"


@dataclass(frozen=True, slots=True)
class Site:
    """A filled data directory, a key to it and the team that the key belongs to."""

    directory: Path
    key: str
    team: str


def results() -> Iterator[Result | Ratio | str]:
    """Every number, as it is measured."""
    with tempfile.TemporaryDirectory(prefix="letterhead-bench-") as temporary:
        site = _filled(Path(temporary) / "one")
        yield from _one_domain(site)
        yield from _pages(site)
        yield from _registrations(site, Path(temporary) / "two")


def _filled(directory: Path) -> Site:
    directory.mkdir()
    key, team = uvloop.run(fill(configured(directory)))
    return Site(directory, key, team)


def _one_domain(site: Site) -> Iterator[Result | Ratio | str]:
    """(a) GET of any of the domains, beside the bare server and beside FastAPI with SQLAlchemy."""
    with ExitStack() as stack:
        ours = stack.enter_context(served("letterhead", site.directory))
        (site.directory / "answer.json").write_bytes(_body(ours, site))
        bare = stack.enter_context(served("constant", site.directory))
        works = [
            Work("GET one domain", ours, lambda: _gets(site, GETS)),
            Work(f"GET one of {POLLED} domains", ours, lambda: _gets(site, GETS, POLLED)),
            Work("bare ASGI, the same bytes", bare, lambda: _gets(site, GETS)),
        ]
        if find_spec("greenlet"):
            peer = stack.enter_context(served("fastapi", site.directory))
            works.append(Work("FastAPI, SQLAlchemy async", peer, lambda: _gets(site, PEER_GETS)))
        own, polled, limit, *others = measured(works).values()
    yield from (own, polled, limit, *others)
    yield Ratio("GET one domain: CPU of bare ASGI to ours", limit.cpu / own.cpu, "at least 0.30")
    yield Ratio(f"GET one of {POLLED}: CPU of bare ASGI to ours", limit.cpu / polled.cpu, "at least 0.30")
    for peer_result in others:
        yield Ratio("GET one domain: CPU of FastAPI to ours", peer_result.cpu / own.cpu, "at least 6")
    if not others:
        yield "FastAPI with SQLAlchemy async is not measured: greenlet is not installed"


def _pages(site: Site) -> Iterator[Result | Ratio]:
    """(c) The first page of a list, and one far down."""
    secret = hmac.digest(master_key(site.directory / "data"), b"letterhead cursor", "sha256")
    cursor = Cursors(secret).write(site.team, LISTING, identifier(DOMAINS - DEPTH))
    with served("letterhead", site.directory) as ours:
        first, deep = measured(
            [
                Work("a page of 50, the first", ours, lambda: _lists(site, "")),
                Work(f"a page of 50, after {DEPTH:,}", ours, lambda: _lists(site, f"?cursor={cursor}")),
            ]
        ).values()
    yield from (first, deep)
    yield Ratio("a page: CPU of the deep one to the first", deep.cpu / first.cpu, "1")


def _registrations(site: Site, other: Path) -> Iterator[Result | Ratio]:
    """(b) Registering under many clients, synced to the disk before the answer, and never synced.

    By a team that has few domains, and by one that has 100,000, which must not matter.
    """
    config = configured(site.directory)
    key, team = app.create_key(config, team="newcomer", role="root:full", style="letterhead", name="bench")
    durable, careless = Site(site.directory, key, team.id), Site(other, key, team.id)
    shutil.copytree(site.directory, other)
    with served("letterhead", durable.directory) as ours, served("careless", careless.directory) as loose:
        synced, unsafe = measured(
            [
                Work("register, durable", ours, lambda: _registering(durable), 201, REGISTERING),
                Work("register, never synced", loose, lambda: _registering(careless), 201, REGISTERING),
            ]
        ).values()
        crowded = Work(
            "register, durable, by the team with 100,000",
            ours,
            lambda: _registering(site),
            201,
            REGISTERING,
        )
        counted = measured([crowded])[crowded.name]
    yield from (synced, unsafe, counted)
    yield Ratio("register: CPU of never synced to durable", unsafe.cpu / synced.cpu, "at least 0.9")
    yield Ratio("register: rate of durable to never synced", synced.rate / unsafe.rate, "at least 0.9")


def _body(server: Served, site: Site) -> bytes:
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/api/v2/domains/{identifier(7)}",
        headers={"authorization": f"Bearer {site.key}"},
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own server on loopback
        body: bytes = answer.read()
    return body


def _gets(site: Site, number: int, among: int = DOMAINS) -> list[str]:
    chosen = random.choices(range(among), k=number)  # noqa: S311 - no secret
    return [wire("GET", f"/api/v2/domains/{identifier(each)}", site.key) for each in chosen]


def _lists(site: Site, query: str) -> list[str]:
    return [wire("GET", f"/api/v2/domains{query}", site.key)] * PAGES


def _registering(site: Site, number: int = REGISTRATIONS) -> list[str]:
    """A profile without keys of its own: making RSA keys is no matter of HTTP or of the store."""
    names = (f"fresh-{next(_numbers)}.com" for _ in range(number))
    bodies = (json.dumps({"domain": name, "profile": "mails"}) for name in names)
    return [wire("POST", "/api/v2/domains", site.key, body) for body in bodies]
