"""Fixtures of this room."""

from collections.abc import Iterator

import pytest

from letterhead.resolver import transport
from letterhead.resolver.authoritative import Authoritative
from tests.clock import ManualClock
from tests.nameservers.internet import Internet
from tests.nameservers.liar import Liar


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "UDP_PATIENCE", 0.05)


@pytest.fixture
def udp_only() -> Iterator[Liar]:
    liar = Liar(tcp=False).start()
    yield liar
    liar.stop()


@pytest.fixture
def resolver(internet: Internet, clock: ManualClock) -> Authoritative:
    return Authoritative(internet.hints, clock, port=internet.port, allow_private=True)
