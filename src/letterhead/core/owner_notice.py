"""Owner notices: the e-mail that tells owners of a team what became of a domain, and how to mend it.

What stands in somebody's DNS is foreign text: it is escaped, shortened, and never a link (L17). Nobody is
written to at an address whose mail goes the way of a broken domain: their notices wait (L15). One letter
tells of everything that came together (L16), of one team's domains alone.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from letterhead.core.delivery import SCHEDULE
from letterhead.core.domain import Status
from letterhead.core.event import Event, EventKind
from letterhead.core.finding import Finding, Outcome, Report, shortened

TOLD: Final = frozenset({EventKind.FAILED, EventKind.RECOVERED, EventKind.BROKEN, EventKind.EXPIRED})
"""The kinds of events that owners are written about; see `is_told`."""

BROKEN: Final = frozenset({EventKind.FAILED, EventKind.BROKEN})
"""Those after which mail to the domain itself may arrive nowhere."""

GATHERING: Final = timedelta(minutes=5)
"""How long a notice waits for others that belong into the same letter."""

PATIENCE: Final = timedelta(days=30)
"""How long a notice waits for a way to its owner that is broken; then it is given up."""

MOST_AT_ONCE: Final = 1_000
"""Notices in one letter; the next letter has the rest."""

IN_FULL: Final = 25
"""Notices of a letter that are told in full; of the others each has a line."""

MAX_FOREIGN: Final = 200
"""Characters of a foreign value that a letter shows."""

MOST_FINDINGS: Final = 5
"""Findings of one domain that are told."""


@dataclass(frozen=True, slots=True)
class OwnerNotice:
    """What one owner is to be told of one event.

    text     the passage about it, in plain text.
    due_at   when its letter may be written; None once it has one, and where it was given up.
    letter   the letter that it went into; sent_at: when that left, as the store sees it.
    """

    id: str
    team: str
    domain: str
    hostname: str
    email: str
    kind: str
    at: datetime
    text: str
    due_at: datetime | None = None
    letter: str | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail to one owner of a team.

    due_at    when it is to be sent, again where it could not be; None where it was, or is only kept.
    attempts  how many were begun; each write is fenced by it.
    fault     what the smarthost said last, where it did not take it.
    """

    id: str
    team: str
    email: str
    subject: str
    text: str
    created_at: datetime
    due_at: datetime | None
    attempts: int = 0
    sent_at: datetime | None = None
    fault: str = ""


def way_of(email: str) -> tuple[str, ...]:
    """The hostnames that must work for mail to reach an address: its domain, and every name above."""
    labels = email.rpartition("@")[2].split(".")
    return tuple(".".join(labels[index:]) for index in range(len(labels) - 1))


def is_on(email: str, hostnames: Collection[str]) -> bool:
    """Whether mail to the address goes to one of these domains, or below it."""
    return any(name in hostnames for name in way_of(email))


def is_told(event: Event) -> bool:
    """Whether owners are written about an event: what passed before they were told of it is none (L06).

    Nor are they of a claim that ended because one of them was just about to begin it anew.
    """
    match event.kind:
        case EventKind.RECOVERED:
            return event.data.get("from") == Status.FAILED or "told" in event.data
        case EventKind.EXPIRED:
            return "actor" not in event.data
        case _:
            return event.kind in TOLD


def reachable(emails: Iterable[str], event: Event) -> tuple[str, ...]:
    """The addresses at which somebody can be told of an event, as far as the event itself says."""
    if event.kind not in BROKEN or is_claim(event):
        return tuple(emails)
    return tuple(email for email in emails if not is_on(email, {event.hostname}))


def is_claim(event: Event) -> bool:
    """Whether a mere claim has failed: that says nothing of the mail there."""
    return event.kind == EventKind.FAILED and event.data.get("from") == Status.PENDING


def newest(notices: Iterable[OwnerNotice]) -> list[OwnerNotice]:
    """Of each domain the last notice, in their order: those before it tell what is no longer so."""
    last = {each.domain: each for each in notices}
    return sorted(last.values(), key=lambda each: each.id)


def put_off(letter: Letter, now: datetime, fault: str, *, at_least: timedelta = timedelta(0)) -> Letter:
    """The letter after an attempt that failed: due again on the schedule of deliveries, or never again."""
    due_at = None
    if letter.attempts <= len(SCHEDULE):
        due_at = now + max(SCHEDULE[letter.attempts - 1], at_least)
    return replace(letter, due_at=due_at, fault=fault)


def passage(event: Event, report: Report | None) -> str:
    """What an owner is told of one event, in plain text; `report` is the domain's newest."""
    at = f"{event.at:%Y-%m-%d %H:%M} UTC"
    if event.kind == EventKind.RECOVERED:
        return f"{event.hostname} has recovered ({at}): all that is required is there again, mail flows."
    if event.kind == EventKind.EXPIRED:
        return (
            f"The claim on {event.hostname} has expired ({at}): nobody proved it in time, and its token\n"
            "proves nothing any more. Verify it, and it begins anew with a fresh one."
        )
    if event.kind == EventKind.BROKEN:
        since = harmless(event.data.get("since", ""))
        lines = [
            f"None of the name servers of {event.hostname} answers, since {since}.",
            "If that lasts, the domain fails. Ask whoever runs its DNS.",
        ]
    else:
        lines = [f"{event.hostname} has failed ({at}): mail no longer flows until this is mended."]
    findings = [each for each in report.findings if _is_blamed(each)] if report else []
    for finding in findings[:MOST_FINDINGS]:
        lines += ["", *_told(finding, event.hostname)]
    if not findings and event.data.get("advice"):
        lines += ["", f"  to mend:  {harmless(event.data['advice'])}"]
    return "\n".join(lines)


def _is_blamed(finding: Finding) -> bool:
    return finding.record.required and finding.outcome in {Outcome.FAIL, Outcome.REFUSED}


def _told(finding: Finding, hostname: str) -> list[str]:
    record = finding.record
    found = "; ".join(harmless(each) for each in finding.found) or "nothing"
    # What we ask for is ours: it stays as it is, to be copied.
    advice = harmless(finding.advice, 2 * MAX_FOREIGN)
    for own in (record.text, record.value, record.host, hostname):
        advice = advice.replace(harmless(own, len(own)), own)
    return [
        f"  {record.type} {record.host}",
        f"    expected: {record.text}",
        f"    found:    {found}",
        f"    to mend:  {advice}",
    ]


_DOT = re.compile(r"\.(?=\w)")


def harmless(text: str, limit: int = MAX_FOREIGN) -> str:
    """Foreign text in one line, shortened, with nothing in it that a mail program turns into a link.

    What can't be printed is escaped; dots and schemes are written as [.] and [:]//, at signs as [at].
    """
    printable = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text
    )
    cut = shortened(printable, limit)
    return _DOT.sub("[.]", cut.replace("://", "[:]//")).replace("@", "[at]")


def composed(notices: Sequence[OwnerNotice]) -> tuple[str, str]:
    """Subject and text of one letter: the first notices in full, a line for each of the others."""
    full, rest = notices[:IN_FULL], notices[IN_FULL:]
    parts = [each.text for each in full]
    if rest:
        lines = "\n".join(f"  {each.hostname}: {_word(each.kind)}" for each in rest)
        parts.append(f"And {len(rest)} more:\n\n{lines}")
    parts.append(_FOOTER)
    return _subject(notices), "\n\n".join(parts) + "\n"


_FOOTER: Final = (
    "-- \nYou are told because you are an owner of the team. In what was found, dots are\n"
    "written as [.] so that nothing in this letter is a link. There is at most one letter in\n"
    "each cycle of checks."
)


def _word(kind: str) -> str:
    return _WORDS.get(kind, "no name server answers")


_WORDS: Final[dict[str, str]] = {
    EventKind.FAILED: "failed",
    EventKind.RECOVERED: "recovered",
    EventKind.EXPIRED: "the claim expired",
}


def _subject(notices: Sequence[OwnerNotice]) -> str:
    if len(notices) == 1:
        return f"{notices[0].hostname}: {_word(notices[0].kind)}"
    counted = Counter(_word(each.kind) for each in notices)
    return "Your domains: " + ", ".join(f"{number} {word}" for word, number in counted.items())
