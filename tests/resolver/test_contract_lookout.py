"""The lookout against a real Unbound in front of a real Knot, over TCP and TLS, on both event loops."""

import asyncio
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import uvloop

from letterhead.core.answer import Question, RecordType
from letterhead.core.endpoint import Transport, endpoint
from letterhead.ports import Glance, Snapshot
from letterhead.resolver.bulk import engine
from letterhead.resolver.bulk.lookout import DigestLookout
from tests.nameservers.authority import Authority
from tests.nameservers.knot import Knot
from tests.nameservers.ports import free_port
from tests.nameservers.unbound import Unbound

MANY = 200
_FORGETFUL = "    cache-max-negative-ttl: 1\n"
HEALTHY = "\n".join(
    f"c{n} 1 MX 10 mx.example.\n"
    f'c{n} 1 TXT "v=spf1 -all"\nc{n} 1 TXT "other"\nk.c{n} 1 CNAME k{n}.dkim.example.'
    for n in range(MANY)
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[tuple[Knot, Unbound]]:
    with ExitStack() as stack:
        knot = Knot("127.0.0.1", free_port(), tmp_path_factory.mktemp("knot"))
        stack.callback(knot.stop)
        knot.start().publish("look.test", HEALTHY)
        stubs = {"look.test": f"127.0.0.1@{knot.port}", "dead.test": f"127.0.0.1@{free_port()}"}
        directory = tmp_path_factory.mktemp("unbound")
        unbound = Unbound("127.0.0.41", directory, authority, stubs=stubs, options=_FORGETFUL)
        stack.callback(unbound.stop)
        yield knot, unbound.start()


def snapshots(zone: str = "look.test") -> list[Snapshot]:
    return [Snapshot(f"dom_{n:03}", questions(n, zone), b"") for n in range(MANY)]


def questions(number: int, zone: str) -> bytes:
    host = f"c{number}.{zone}"
    return DigestLookout.prepared(
        (
            Question(host, RecordType.MX),
            Question(host, RecordType.TXT),
            Question(f"k.{host}", RecordType.CNAME),
            Question(f"_dmarc.{host}", RecordType.TXT),
        )
    )


def looked(
    unbound: Unbound, authority: Path, scheme: str, wanted: list[Snapshot], loop: object
) -> dict[str, Glance]:
    async def run() -> dict[str, Glance]:
        at = endpoint(unbound.urls[scheme])
        tls = ssl.create_default_context(cafile=authority) if at.transport is Transport.TLS else None
        lookout = DigestLookout(at, tls, b"secret")
        try:
            return {g.snapshot.domain: g async for some in lookout.look(wanted) for g in some}
        finally:
            await lookout.close()

    with asyncio.Runner(loop_factory=loop) as runner:  # type: ignore[arg-type] - one of two factories
        return runner.run(run())


LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]


@pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("scheme", ["tcp", "tls"])
def test_the_same_answers_have_the_same_digest_and_a_change_is_noticed(
    scheme: str, loop: object, servers: tuple[Knot, Unbound], authority: Authority
) -> None:
    knot, unbound = servers
    knot.publish("look.test", HEALTHY)
    time.sleep(2.1)
    first = looked(unbound, authority.file, scheme, snapshots(), loop)
    assert len({glance.digest for glance in first.values()}) == MANY
    known = [Snapshot(g.snapshot.domain, g.snapshot.questions, g.digest or b"") for g in first.values()]
    assert all(g.is_same for g in looked(unbound, authority.file, scheme, known, loop).values())

    changes = {
        "c7 1 MX 10": "c7 1 MX 20",
        "k9.dkim": "evil",
        'c11 1 TXT "other"': "",
        "c5 1 TXT": "x.c5 1 TXT",
    }
    text = HEALTHY
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    knot.publish("look.test", text)
    time.sleep(2.1)  # longer than the TTL of a second, which Unbound rounds up
    again = looked(unbound, authority.file, scheme, known, loop)
    assert sorted(d for d, g in again.items() if not g.is_same) == [
        "dom_005",
        "dom_007",
        "dom_009",
        "dom_011",
    ]
    assert all(g.digest is not None for g in again.values())


@pytest.mark.parametrize("scheme", ["tcp", "tls"])
def test_R01_a_zone_whose_servers_are_dead_is_could_not_find_out(
    scheme: str, servers: tuple[Knot, Unbound], authority: Authority
) -> None:
    _, unbound = servers
    wanted = [*snapshots("dead.test")[:3], *snapshots()[3:6]]
    found = looked(unbound, authority.file, scheme, wanted, asyncio.new_event_loop)
    assert [g.digest is None for _, g in sorted(found.items())] == [True] * 3 + [False] * 3
    assert not any(glance.is_same for glance in found.values())


def test_a_resolver_that_nobody_vouches_for_is_not_asked(
    servers: tuple[Knot, Unbound], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BACKOFF", (0.0,))
    stranger = Authority(tmp_path / "stranger").file
    found = looked(servers[1], stranger, "tls", snapshots()[:3], asyncio.new_event_loop)
    assert [glance.digest for glance in found.values()] == [None] * 3


def test_another_secret_has_other_digests(servers: tuple[Knot, Unbound]) -> None:
    async def digest(secret: bytes) -> bytes | None:
        lookout = DigestLookout(endpoint(servers[1].urls["tcp"]), None, secret)
        try:
            (glance,) = [g async for some in lookout.look(snapshots()[:1]) for g in some]
            return glance.digest
        finally:
            await lookout.close()

    one, two = asyncio.run(digest(b"one")), asyncio.run(digest(b"two"))
    assert one is not None
    assert two is not None
    assert one != two
