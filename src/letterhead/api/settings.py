"""Settings: what the HTTP entrance is told at start, and the limits that it holds every client to."""

from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from letterhead.api.client import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one client may ask of the server. Sizes in bytes, times in seconds.

    body                     of one request, as it comes over the wire; compressed bodies are refused.
    depth                    of arrays and objects within each other in a JSON body.
    head, fields             of the request line and the header fields together; how many fields.
    head_time                from the connection, or the last answer, to the end of the next head.
    chunk_time, body_time    between two pieces of a body; from the head to the end of the body.
    read_time                that a client may leave what we have for it unread before it is cut off.
    connections              open at the same time, from everybody: also the most requests at work at once.
    connections_per_address  from one IPv4 address or one IPv6 /64. A reverse proxy is one address.
    drain_time               that requests at work are given to finish when the server stops.
    stream_time              that an event stream lasts; its client then comes back for more.
    """

    body: int = 64 * 1024
    depth: int = 32
    head: int = 16 * 1024
    fields: int = 100
    head_time: float = 10
    chunk_time: float = 10
    body_time: float = 30
    read_time: float = 30
    connections: int = 1024
    connections_per_address: int = 256
    drain_time: int = 30
    stream_time: float = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """How often somebody may ask, in a minute; a minute's worth may come at once. 0: as often as they like.

    requests      of a key.
    team          of a team, with whichever of its keys.
    examinations  of a team: what makes us ask the DNS.
    strangers     without a key in force, from one IPv4 address or one IPv6 /64.
    """

    requests: int = 0
    team: int = 0
    examinations: int = 0
    strangers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the entrance is told.

    public_url     where clients reach us, without a final slash; links are built from it alone, never from
                   a Host or Forwarded header (A15).
    cursor_secret  signs cursors; the same on every node.
    trusted_proxies  whose X-Forwarded-For is believed; nobody's unless they are named.
    lines_dropped  how many lines of the log were lost since the start, because nobody took them.
    registry       collects the numbers of the whole process for /metrics.
    """

    public_url: str
    cursor_secret: bytes
    limits: Limits = field(default_factory=Limits)
    rates: RateLimits = field(default_factory=RateLimits)
    trusted_proxies: tuple[Network, ...] = ()
    lines_dropped: Callable[[], int] = int
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
