"""What the sweep is measured on: 20,000 domains with seven records each, behind a Knot and a warm Unbound."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from letterhead.core.answer import Question, RecordType
from tests.nameservers.authority import Authority
from tests.nameservers.knot import Knot
from tests.nameservers.ports import free_port
from tests.nameservers.unbound import Unbound

DOMAINS = 20_000
ZONE = "sweep.test"
ADDRESS = "127.0.0.60"
DAY = 86_400

_UNBOUND = """
    msg-cache-size: 256m
    rrset-cache-size: 256m
    outgoing-range: 4096
    num-queries-per-thread: 2048
    so-rcvbuf: 0
"""
_ZONE_HEAD = f"""\
$ORIGIN {ZONE}.
$TTL {DAY}
@ IN SOA ns1 hostmaster 1 3600 600 {DAY} {DAY}
@ IN NS ns1
ns1 IN A {ADDRESS}
"""


def hostname(number: int) -> str:
    """The name of a customer's domain."""
    return f"c{number}.{ZONE}"


def questions(number: int) -> tuple[Question, ...]:
    """What is asked of a domain."""
    host = hostname(number)
    return (
        Question(host, RecordType.MX),
        Question(host, RecordType.TXT),
        Question(f"_dmarc.{host}", RecordType.TXT),
        Question(f"_letterhead.{host}", RecordType.TXT),
        *(Question(f"{each}{number}._domainkey.{host}", RecordType.CNAME) for each in "abc"),
    )


def expected(number: int) -> list[object]:
    """The data of the one right answer to each, as reading.lean leaves them."""
    return [
        (10, "inbound.mail.letterhead.example"),
        (b"v=spf1 include:spf.letterhead.example ~all",),
        (b"v=DMARC1; p=none; rua=mailto:dmarc@letterhead.example",),
        (b"letterhead-proof=%032x" % number,),
        f"a{number}.dkim.example",
        f"b{number}.dkim.example",
        f"c{number}.dkim.example",
    ]


@dataclass(frozen=True, slots=True)
class Names:
    """Where the resolver listens, over each transport, and whose certificate it bears."""

    urls: dict[str, str]
    address: str
    port: int
    authority: Path


@contextmanager
def names(directory: Path) -> Iterator[Names]:
    """Knot and Unbound on the first core, what follows on the last, where there are two."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])
    knot = Knot(ADDRESS, free_port(), directory / "knot")
    knot.directory.mkdir()
    (knot.directory / knot.zone_file(ZONE)).write_text(_ZONE_HEAD + "".join(map(_lines, range(DOMAINS))))
    knot.serials[ZONE] = 1
    authority = Authority(directory / "authority")
    stub = {ZONE: f"{ADDRESS}@{knot.port}"}
    unbound = Unbound(ADDRESS, directory / "unbound", authority, stubs=stub, options=_UNBOUND)
    try:
        knot.start()
        unbound.start()
        os.sched_setaffinity(0, cores[-1:])
        port = int(unbound.urls["udp"].rpartition(":")[2])
        yield Names(unbound.urls, ADDRESS, port, authority.file)
    finally:
        unbound.stop()
        knot.stop()
        os.sched_setaffinity(0, cores)


def _lines(number: int) -> str:
    return "".join(
        f"{q.name}. IN {q.type} {_rdata(data)}\n"
        for q, data in zip(questions(number), expected(number), strict=True)
    )


def _rdata(data: object) -> str:
    match data:
        case (int(preference), str(exchange)):
            return f"{preference} {exchange}."
        case (bytes(text),):
            return f'"{text.decode()}"'
    return f"{data}."
