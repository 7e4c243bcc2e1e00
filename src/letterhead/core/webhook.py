"""Webhooks: where a team wants to be told what happens to its domains, and which URLs can be such a place."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import SplitResult, urlsplit

from letterhead.core.egress import may_connect
from letterhead.core.event import EventKind
from letterhead.core.pasted import is_ip_address, is_number
from letterhead.core.refusal import Refusal, invalid
from letterhead.core.spelling import a_label_form

MOST_WEBHOOKS: Final = 20
"""Webhooks that a team may have: each event is sent to all of them."""

OVERLAP: Final = timedelta(hours=24)
"""How long the secret before still signs beside the new one."""

MAX_URL: Final = 2_048

KINDS: Final = frozenset(kind.value for kind in EventKind if kind.startswith("domain."))
"""The kinds of events that are sent: those of domains."""

USUAL: Final = frozenset(
    {
        EventKind.CREATED.value,
        EventKind.VERIFIED.value,
        EventKind.LAPSED.value,
        EventKind.FAILED.value,
        EventKind.RECOVERED.value,
        EventKind.SUSPENDED.value,
        EventKind.DELETED.value,
    }
)
"""The kinds that are sent to a webhook that names none."""


class Disabled(StrEnum):
    """Why nothing is sent to a webhook."""

    BY_HAND = "by_hand"
    FAILING = "failing"  # nothing arrived for three days
    GONE = "gone"  # it answered 410, which says that it never wants anything again


@dataclass(frozen=True, slots=True)
class Webhook:
    """A place that is told of events.

    secret        sealed: what signs the messages. `old_secret` signs them as well until `old_until`.
    disabled      why nothing is sent there, None while it is.
    failing_since when the first of the attempts failed that have all failed since; None after a success.
    rests_until   until when its whole queue waits, because nobody was found there; None while it does not.
    version       grows by one with each change that somebody asks for; compare-and-set is on it.
    """

    id: str
    team: str
    url: str
    kinds: frozenset[str]
    secret: bytes
    created_at: datetime
    old_secret: bytes | None = None
    old_until: datetime | None = None
    disabled: Disabled | None = None
    disabled_at: datetime | None = None
    failing_since: datetime | None = None
    rests_until: datetime | None = None
    version: int = 1

    def sealed_secrets(self, now: datetime) -> tuple[bytes, ...]:
        """The secrets that sign at this moment, the newest first; sealed as they are kept."""
        if self.old_secret is not None and self.old_until is not None and now < self.old_until:
            return self.secret, self.old_secret
        return (self.secret,)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads: what is connected to, and what is asked for there."""

    is_tls: bool
    host: str
    port: int
    path: str

    @property
    def is_address(self) -> bool:
        """Whether the host is an IP address and needs no looking up."""
        return ":" in self.host or is_ip_address(self.host)

    @property
    def authority(self) -> str:
        """The Host field: the port only where it is not the scheme's own (RFC 9110 §7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_tls else 80) else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{'https' if self.is_tls else 'http'}://{self.authority}{self.path}"


# RFC 3986 §2: nothing but what may stand in a URL. No backslash, which some take for a slash; no fragment.
_URL = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]+")
_FIRST_FREE_PORT = 1024


def target(url: str, *, allow_private: bool) -> Target:
    """What a URL leads to, in one spelling. Raises `webhook_url`.

    allow_private  (tests, demo, a lab) lets plain http, private addresses, single labels and any port pass.
    Names are not looked up here: who connects checks the address that it connects to (core/egress.py).
    """
    if len(url) > MAX_URL or not url.isascii() or not _URL.fullmatch(url):
        raise _refused("It is too long, or holds what no URL holds unescaped.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused("It is no URL.") from error
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise _refused("It does not begin with https://.")
    if "@" in parts.netloc:
        raise _refused("It names a user or a password.")
    is_tls = parts.scheme == "https"
    port = (443 if is_tls else 80) if port is None else port
    if not (port == 443 or port >= _FIRST_FREE_PORT or (allow_private and port)):
        raise _refused("Its port belongs to another protocol: 443, and those from 1024 on, can be used.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(is_tls, _host(parts, allow_private=allow_private), port, path)


def _host(parts: SplitResult, *, allow_private: bool) -> str:
    host = parts.hostname or ""
    if may_connect(host, allow_private=allow_private):
        return host
    if ":" in host or is_ip_address(host):
        raise _refused("Its address is not a public one.")
    try:
        name = a_label_form(host)
    except Refusal as refusal:
        raise _refused(f"Its host is no hostname. {refusal.text}") from refusal
    last = name.rpartition(".")[2]
    if is_number(last) or ("." not in name and not allow_private):
        raise _refused("Its host is no public hostname.")
    return name


def _refused(why: str) -> Refusal:
    return invalid(
        "webhook_url",
        f"Nothing can be sent to this URL. {why}",
        mend="Give a URL such as https://hooks.acme.com/letterhead that the internet can reach.",
        param="url",
    )


def kinds_of(names: Iterable[str] | None) -> frozenset[str]:
    """The kinds of events that somebody asks for; the usual ones where they name none.

    Raises `unknown_event_kind`.
    """
    chosen = frozenset(names or USUAL)
    if unknown := sorted(chosen - KINDS):
        raise invalid(
            "unknown_event_kind",
            f"There is no kind of event {unknown[0]!r} that is sent.",
            mend="Use kinds such as domain.failed; docs/events.md lists them, and those of domains are sent.",
            param="kinds",
        )
    return chosen
