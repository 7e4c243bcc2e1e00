"""Replies of a resolver as they come over the wire, made by dnspython; and many that were tampered with."""

import random
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from letterhead.core.answer import Question, RecordType
from letterhead.resolver.bulk.questions import opened, prepared

SOA = "acme.com. 600 IN SOA ns1.acme.com. host.acme.com. {} 3600 600 86400 900"

ANSWERS = [
    ("acme.com TXT", ['acme.com. 300 IN TXT "v=spf1 " "-all"'], [], 0),
    ("acme.com TXT", ['acme.com. 300 IN TXT "one"', 'acme.com. 300 IN TXT "two"'], [], 0),
    (
        "acme.com MX",
        ["acme.com. 300 IN MX 10 mx.acme.com.", "acme.com. 300 IN MX 20 MX.Other.example."],
        [],
        0,
    ),
    ("acme.com MX", ["acme.com. 300 IN MX 0 ."], [], 0),
    ("k._domainkey.acme.com CNAME", ["k._domainkey.acme.com. 60 IN CNAME k.dkim.acme.com."], [], 0),
    ("w.acme.com TXT", ["w.acme.com. 9 IN CNAME v.acme.com.", 'v.acme.com. 9 IN TXT "end"'], [], 0),
    ("w.acme.com TXT", ["w.acme.com. 9 IN CNAME no.acme.com."], [SOA.format(1)], 3),
    ("w.acme.com TXT", ["w.acme.com. 9 IN CNAME w.acme.com."], [], 0),
    ("no.acme.com TXT", [], [SOA.format(1)], 3),
    ("acme.com TXT", [], [SOA.format(1)], 0),
    ("acme.com TXT", [], [SOA.replace("acme.com. 600", "evil.org. 600").format(1)], 0),
    ("acme.com TXT", [], [], 0),
    ("acme.com TXT", [], [], 2),
    ("acme.com A", ["acme.com. 5 IN A 192.0.2.1"], [], 0),
]
"""A question, the answer section, the authority section, the rcode."""


def section(question: str) -> bytes:
    """The question section that asks this, as "acme.com TXT"."""
    name, rtype = question.split()
    shape, queries, _ = opened(prepared([Question(name, RecordType(rtype))]))
    asked: bytes = shape.sections.unpack(queries)[0]
    return asked


def reply(
    question: str, answer: list[str], authority: list[str], rcode: int = 0, *, ede: int | None = None
) -> bytes:
    """The whole reply to a question with these sections, and perhaps an extended error (RFC 8914)."""
    name, rtype = question.split()
    _, queries, _ = opened(prepared([Question(name, RecordType(rtype))]))
    message = dns.message.make_response(dns.message.from_wire(queries[2:]), recursion_available=True)
    message.flags &= ~dns.flags.AD
    message.answer = [dns.rrset.from_text(*line.split(maxsplit=4)) for line in answer]
    message.authority = [dns.rrset.from_text(*line.split(maxsplit=4)) for line in authority]
    message.set_rcode(dns.rcode.Rcode(rcode))
    options = [] if ede is None else [dns.edns.EDEOption(ede)]
    message.use_edns(0, payload=1232, options=options)
    return message.to_wire()


def mutants(count: int) -> Iterator[tuple[bytes, bytes]]:
    """Question sections and replies to them of which some bytes are others, or missing, or too many."""
    chance = random.Random(7)
    originals = [(section(a[0]), reply(*a)) for a in ANSWERS]
    for number in range(count):
        asked, whole = originals[number % len(originals)]
        mutant = bytearray(whole)
        first = chance.choice((0, 12 + len(asked)))  # half of them in the records alone
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(first, len(mutant))
            mutant[place] = chance.choice((chance.randrange(256), mutant[place] ^ 1, 0xC0, 0x0C, 0))
        if chance.random() < 0.2:
            mutant = mutant[: chance.randrange(len(mutant))]
        elif chance.random() < 0.1:
            mutant += chance.randbytes(4)
        yield asked, bytes(mutant)
