"""Questions to the DNS, the observations that come back, and the answers they establish.

An *observation* is one server's word. An *answer* is what the observations together establish:
found, absent, or could not find out. Only the first two may ever change a domain's state.
Names are written in lower-case ASCII presentation form without the final dot.
"""

from datetime import datetime
from enum import StrEnum

import msgspec


class RecordType(StrEnum):
    """The record types that Letterhead asks for (RFC 1035 §3.2.2, RFC 3596, RFC 7208 §3.1)."""

    A = "A"
    AAAA = "AAAA"
    CNAME = "CNAME"
    MX = "MX"
    NS = "NS"
    PTR = "PTR"
    SOA = "SOA"
    SPF = "SPF"  # type 99: obsolete, asked for only to say "you published it under the wrong type"
    TXT = "TXT"


class Question(msgspec.Struct, frozen=True, order=True):
    """One DNS query: a name and a type; the class is always IN.

    Questions are keys, looked up more than a hundred times in an examination; so they are hashed in C.
    """

    name: str
    type: RecordType


class Sighting(Question, frozen=True):
    """A question once more, put to resolvers when what the zone's own servers answered is right.

    A cache that is asked any earlier remembers what is wrong or missing for as long as TTL or SOA say.
    """


class Probe(Question, frozen=True):
    """A question about a random label that nobody publishes, to tell a wildcard; no zone begins there."""


class Mx(msgspec.Struct, frozen=True):
    """One MX record: a lower preference is tried first; a null MX has the exchange "" (RFC 7505)."""

    preference: int
    exchange: str

    def __str__(self) -> str:
        return f"{self.preference} {self.exchange or '.'}"


class Txt(msgspec.Struct, frozen=True):
    """One TXT record: its character-strings as bytes, never empty as a tuple."""

    strings: tuple[bytes, ...]

    @property
    def joined(self) -> bytes:
        """The strings joined without a blank (RFC 7208 §3.3, RFC 6376 §3.6.2.2)."""
        return b"".join(self.strings)

    @property
    def text(self) -> str:
        r"""The joined strings for people: printable ASCII as it is, every other byte as \xNN."""
        text = self.joined.decode("latin-1")
        if text.isascii() and text.isprintable():
            return text
        return "".join(chr(b) if 0x20 <= b < 0x7F else f"\\x{b:02x}" for b in self.joined)

    def __str__(self) -> str:
        return self.text


class Target(msgspec.Struct, frozen=True):
    """The name that a CNAME, NS or PTR record points to."""

    name: str

    def __str__(self) -> str:
        return self.name


class Address(msgspec.Struct, frozen=True):
    """The address of an A or AAAA record, in its canonical text form."""

    ip: str

    def __str__(self) -> str:
        return self.ip


class Soa(msgspec.Struct, frozen=True):
    """A zone's start of authority; `minimum` (seconds) bounds negative caching (RFC 2308 §4)."""

    mname: str
    rname: str
    serial: int
    minimum: int

    def __str__(self) -> str:
        return f"{self.mname} {self.rname} {self.serial} {self.minimum}"


Rdata = Mx | Txt | Target | Address | Soa


class ResourceRecord(msgspec.Struct, frozen=True):
    """One record of an answer section. `ttl` in seconds, 0 to 2^31-1 (RFC 2181 §8)."""

    owner: str
    type: RecordType
    ttl: int
    data: Rdata


class Fault(StrEnum):
    """Why a server, or all of them together, could not tell us."""

    TIMEOUT = "timeout"
    NETWORK = "network"  # refused, unreachable, reset
    SERVFAIL = "servfail"
    REFUSED = "refused"
    RCODE = "rcode"  # FORMERR, NOTIMP, BADVERS, or one nobody knows
    LAME = "lame"  # named in the delegation, yet does not answer for the zone (RFC 1912 §2.8)
    NO_SOA = "no_soa"  # a negative answer without the SOA that proves it (RFC 2308 §5)
    TRUNCATED = "truncated"  # TC over UDP, and TCP did not work
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"  # more records or bytes than we read
    PRIVATE_SERVER = "private_server"  # the delegation points into a private network; we don't go there
    NO_SERVERS = "no_servers"  # the walk found no name server to ask
    TOO_DEEP = "too_deep"  # the delegation needs more steps than we take
    DISAGREEMENT = "disagreement"  # definite answers that contradict each other
    NOT_VISIBLE = "not_visible"  # published at the zone's own servers, but resolvers still say otherwise
    TOO_FEW = "too_few"  # fewer witnesses than the quorum asks for
    NOT_ASKED = "not_asked"  # the budget of this examination was spent before
    BOGUS = "bogus"  # a resolver says that the zone's DNSSEC is broken (RFC 4035 §5.5, EDE 6 to 12)
    ILL = "ill"  # not asked: its canaries say that it is ill (core/canary.py)
    STALE = "stale"  # a cache served what it may no longer vouch for (RFC 8767, EDE 3 and 19)


class Source(StrEnum):
    """Whose word an observation is."""

    AUTHORITATIVE = "authoritative"  # one of the zone's own servers
    RECURSIVE = "recursive"  # a resolver with a cache


class Observation(msgspec.Struct, frozen=True):
    """What one server said to one question, or why it said nothing.

    server   the address that was asked: "udp://192.0.2.53:53" or "tcp://[2001:db8::53]:53".
    name     the server's own name where known ("ns1.acme.com"), else "".
    zone     for authoritative servers the zone they were asked for, else "".
    rcode    "NOERROR", "NXDOMAIN", … or "" when nothing usable came back.
    records  the answer section, in the order received, CNAMEs included.
    soa      the SOA record of the authority section, if there was one.
    fault    None for a definite answer; otherwise why there is none, with `detail` for people.
    nsid     which of the servers behind the address spoke, by its own word (RFC 5001); "" mostly.
    """

    question: Question
    source: Source
    server: str
    name: str
    zone: str
    asked_at: datetime
    elapsed_ms: float
    rcode: str = ""
    authoritative: bool = False
    authenticated: bool = False
    records: tuple[ResourceRecord, ...] = ()
    soa: ResourceRecord | None = None
    fault: Fault | None = None
    detail: str = ""
    nsid: str = ""


class Absence(StrEnum):
    """In which way a record is definitely not there."""

    NXDOMAIN = "nxdomain"  # the name does not exist
    NODATA = "nodata"  # the name exists, without a record of this type
    ALIAS_LOOP = "alias_loop"  # the CNAMEs lead in a circle
    ALIAS_TOO_LONG = "alias_too_long"  # the CNAMEs lead on for more hops than anyone follows


class Found(msgspec.Struct, frozen=True):
    """The records are there.

    records  those of the asked type, at the end of the chain; empty when `aliases` lead out of the
             zone and the rest has still to be asked for (see inquiry.ask).
    aliases  the CNAME records on the way, in order.
    unseen   why too few resolvers see what is published; None where enough do, or where none was asked.
             What is there can be judged wrong at once, and right only when it is seen (inquiry.sighted).
    """

    question: Question
    records: tuple[ResourceRecord, ...]
    aliases: tuple[ResourceRecord, ...] = ()
    observations: tuple[Observation, ...] = ()
    unseen: "Unreachable | None" = None

    @property
    def end(self) -> str:
        """The name at which the chain of aliases ends; the asked one when there are none."""
        if not self.aliases:
            return self.question.name
        last = self.aliases[-1].data
        assert isinstance(last, Target)
        return last.name

    @property
    def ttl(self) -> int:
        """How long caches may keep this, in seconds."""
        return min((r.ttl for r in self.aliases + self.records), default=0)


class Absent(msgspec.Struct, frozen=True):
    """The record is definitely not there. `negative_ttl`: how long caches may remember that, in seconds."""

    question: Question
    reason: Absence
    aliases: tuple[ResourceRecord, ...] = ()
    negative_ttl: int = 0
    observations: tuple[Observation, ...] = ()


class Unreachable(msgspec.Struct, frozen=True):
    """We could not find out. Never to be taken for "no".

    visible_in  seconds until resolvers have forgotten what they still say; 0 where that is not the matter.
    """

    question: Question
    fault: Fault
    detail: str = ""
    observations: tuple[Observation, ...] = ()
    visible_in: int = 0


Answer = Found | Absent | Unreachable
