"""Fixtures for every room: name servers on loopback and a clock that stands still."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.clock import ManualClock
from tests.nameservers.internet import Internet
from tests.nameservers.knot import Knot
from tests.nameservers.liar import Liar
from tests.nameservers.nsd import Nsd
from tests.nameservers.ports import free_port
from tests.postgres import CARELESS, Postgres

# How long an example takes depends on what else the machine does; speed is for the bench to say.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def knot(tmp_path: Path) -> Iterator[Knot]:
    """A Knot DNS at 127.0.0.1, at a port of its own, without zones."""
    server = Knot("127.0.0.1", free_port(), tmp_path / "knot")
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def nsd(tmp_path: Path) -> Iterator[Nsd]:
    """An NSD at 127.0.0.1, at a port of its own, without zones."""
    server = Nsd("127.0.0.1", free_port(), tmp_path / "nsd")
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL for all tests of this process, which make databases of their own in it."""
    server = Postgres(*CARELESS)
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture
def liar() -> Iterator[Liar]:
    """A liar at 127.0.0.1, over UDP and TCP, that refuses until it has a script."""
    liar = Liar()
    try:
        yield liar.start()
    finally:
        liar.stop()


@pytest.fixture
def internet(tmp_path: Path) -> Iterator[Internet]:
    """A root and registries, no customers yet."""
    internet = Internet(tmp_path / "internet")
    try:
        yield internet.start()
    finally:
        internet.stop()


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at noon of 15 January 2026, UTC."""
    return ManualClock()
