"""Wording: each kind of event in words for people, and which members its data has for programs.

docs/events.md is drawn from here. What another version wrote and we do not know is shown as it is (U04).
"""

import re
from dataclasses import dataclass
from typing import Final

from letterhead.core.event import Event, EventKind
from letterhead.core.tenure import Yielding
from letterhead.core.webhook import Disabled


@dataclass(frozen=True, slots=True)
class Wording:
    """How a kind of event reads.

    text  a sentence, without its full stop; what stands in brackets is left out where the data does not have
          all that is named there.
    data  the members that its data can have.
    """

    text: str
    data: tuple[str, ...] = ()


_TURN = ("from", "to")
_SEEN = (*_TURN, "seen_on")
_ACT = (*_TURN, "actor")
_BLAME = (*_SEEN, "cause", "record", "advice")
_CHANGE = (*_SEEN, "record", "was", "found")
_PERSON = ("member", "email", "role", "actor")
_PLACE = ("webhook", "url", "actor")
_MAILBOX = ("platform_address", "address", "actor")
_BELOW = ("name", "above", "team", "actor")

WORDINGS: Final[dict[EventKind, Wording]] = {
    EventKind.CREATED: Wording("The domain was registered[ with the profile {profile}]", ("profile",)),
    EventKind.VERIFIED: Wording(
        "All that is required is there: the domain is verified[, seen on {seen_on}]", _SEEN
    ),
    EventKind.LAPSED: Wording(
        "The domain lapsed: mail keeps flowing for now[; wrong is {record} ({cause})][, seen on {seen_on}]",
        _BLAME,
    ),
    EventKind.FAILED: Wording(
        "The domain failed[: wrong is {record} ({cause})][, seen on {seen_on}]", _BLAME
    ),
    EventKind.RECOVERED: Wording(
        "All that is required is there again[, seen on {seen_on}]", (*_SEEN, "told")
    ),
    EventKind.SUSPENDED: Wording("The domain was suspended[ by {actor}]", _ACT),
    EventKind.RESUMED: Wording("The domain was resumed, and is verified anew[, by {actor}]", _ACT),
    EventKind.EXPIRED: Wording("Nobody proved the claim in time, so it expired", _ACT),
    EventKind.RENEWED: Wording("The claim starts over, with a fresh token", data=_TURN),
    EventKind.SUPERSEDED: Wording("The name is no longer this domain's[: {reason}]", (*_TURN, "cause")),
    EventKind.CONTESTED: Wording("Another team claims {name}", data=("name",)),
    EventKind.OUTPROVEN: Wording(
        "Another team has proven {name}: who holds it must prove it too"
        "[, and will lose it once its own records have been gone for the grace period, not before {until}]",
        ("name", "until"),
    ),
    EventKind.RELATED: Wording("Another team registered or proved {name}", data=("name",)),
    EventKind.APPROVED: Wording("The team that holds {above} lets another have {name}", data=_BELOW),
    EventKind.REVOKED: Wording(
        "The team that holds {above} no longer lets another have {name}"
        "[, which ends on {until} unless it is a zone of its own by then]",
        (*_BELOW, "until"),
    ),
    EventKind.BROKEN: Wording(
        "None of the zone's servers answers[: that is so since {since}]", ("since", "cause", "advice")
    ),
    EventKind.OFFERED: Wording("The domain was offered to the team {to}", data=("to", "actor")),
    EventKind.WITHDRAWN: Wording("The offer to another team was taken back", data=("to", "actor")),
    EventKind.TRANSFERRED: Wording(
        "The domain went from the team {giver} to the team {receiver}",
        data=(*_ACT, "giver", "receiver"),
    ),
    EventKind.DELETED: Wording("The domain was removed and its keys were destroyed[ by {actor}]", _ACT),
    EventKind.EXTENDED: Wording("The domain receives mail as well from now on[, by {actor}]", _ACT),
    EventKind.UPDATED: Wording("A setting of the domain was changed[ by {actor}]", ("is_default", "actor")),
    EventKind.KEY_CREATED: Wording(
        "The key {name} ({key}) was made[ by {actor}]", ("key", "name", "member", "actor")
    ),
    EventKind.KEY_REVOKED: Wording("The key {key} was revoked[ by {actor}]", ("key", "actor")),
    EventKind.MEMBER_ADDED: Wording("{email} became a member, as {role}[, by {actor}]", _PERSON),
    EventKind.MEMBER_CHANGED: Wording(
        "{email} went from {from} to {to}[, by {actor}]", ("member", "email", "from", "to", "actor")
    ),
    EventKind.MEMBER_REMOVED: Wording("{email} was removed, with their keys[ by {actor}]", _PERSON),
    EventKind.ADDRESS_TAKEN: Wording("The address {address} is the team's[, taken by {actor}]", _MAILBOX),
    EventKind.ADDRESS_RELEASED: Wording("The address {address} was released[ by {actor}]", _MAILBOX),
    EventKind.WEBHOOK_CREATED: Wording("Events are sent to {url} from now on[, by {actor}]", _PLACE),
    EventKind.WEBHOOK_CHANGED: Wording("The webhook {url} was changed[ by {actor}]", _PLACE),
    EventKind.UNTOLD: Wording(
        "No owner can be told of this domain by e-mail: "
        "all their addresses are on it, or on others that have failed"
    ),
    EventKind.WEBHOOK_DISABLED: Wording(
        "Nothing is sent to {url} any more[: {reason}]", ("webhook", "url", "cause", "actor")
    ),
    EventKind.WEBHOOK_DELETED: Wording("The webhook {url} was removed[ by {actor}]", _PLACE),
    EventKind.CHANGED: Wording(
        "{record} changed[ from {from}][ ({was})] to {to}[ ({found})][, seen on {seen_on}]", _CHANGE
    ),
}

MEMBERS: Final[dict[str, str]] = {
    "from": "what it was before: a state, or of a changed record its cause, empty where none was known",
    "to": "what it is now; of an offer the id of the team, of a member the role",
    "cause": "why: one of the [causes](causes.md); of a superseded domain `proven`, `outproven` or "
    "`revoked`; of a disabled webhook `by_hand`, `failing` or `gone`",
    "told": "`domain.broken` where owners were told of that, and it is over",
    "record": "the record that is meant, by its name",
    "was": "what stood there when it was last seen, empty for nothing",
    "found": "what stands there now, empty for nothing",
    "seen_on": "how many of the servers that were asked said so",
    "advice": "one sentence that mends it",
    "actor": "the id of the key that asked for it, `operator` for whoever sat at the machine, or "
    "`letterhead` where nobody did",
    "since": "when nobody answered for the first time",
    "profile": "which records are asked for",
    "is_default": "`true` if it became the domain of mailboxes that name none, `false` if it ceased to be",
    "name": "the name that another team claims, holds, proved, or may have, never whose it is; or of a key",
    "key": "the id of the key that is meant",
    "member": "the id of the member that is meant",
    "email": "the address by which that member is known",
    "role": "what that member is to the team, or was",
    "above": "the name above it, whose holder decides",
    "team": "the id of the team that may have it; told to the team that approves alone",
    "until": "the earliest moment at which the name is lost",
    "platform_address": "the id of the address on the shared domain that is meant",
    "address": "that address itself",
    "webhook": "the id of the webhook that is meant",
    "url": "where that webhook is",
    "giver": "the id of the team that had it",
    "receiver": "the id of the team that has it now",
}
"""What the members of an event's data mean; every one is a text."""

_REASONS: Final[dict[str, str]] = {
    "proven": "another team has proven it",
    Yielding.OUTPROVEN: "another team has proven it, and the records that are this domain's own are gone",
    Disabled.BY_HAND: "somebody disabled it",
    Disabled.FAILING: "nothing has arrived there for three days",
    Disabled.GONE: "it answered that it is gone for good",
    Yielding.REVOKED: "the team that holds the name above does not let this one have it",
}


_PART: Final = re.compile(r"\[(.*?)\]")
"""A part of a text that may be left out."""


def in_words(event: Event) -> str:
    """One sentence about an event. Of a kind that this version does not know, its bare name and data."""
    if event.kind not in WORDINGS:
        told = ", ".join(f"{name} {value}" for name, value in event.data.items())
        return f"{event.kind}: {told}" if told else event.kind
    wording = WORDINGS[EventKind(event.kind)]
    names = {name: value for name, value in event.data.items() if value}
    if names.get("cause") in _REASONS:
        names["reason"] = _REASONS[names["cause"]]
    always, *parts = _PART.split(wording.text)
    shown = (_filled(part, names) for part in parts)
    return f"{_filled(always, names) or always}{''.join(shown)}."


def _filled(text: str, names: dict[str, str]) -> str:
    """The text with its members, "" where one of them is not there."""
    try:
        return text.format_map(names)
    except KeyError:
        return ""
