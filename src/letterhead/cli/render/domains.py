"""Domains: a list of them, one of them, what to do with a new one, and what a verification came to."""

from typing import Final

from letterhead.cli.answers import Domain, Domains
from letterhead.cli.render import records
from letterhead.cli.render.screen import Screen, moment

_STATUSES: Final = {
    "pending": "not proven yet",
    "verified": "proven; mail may flow",
    "lapsed": "was verified, and its records are wrong now; mail still flows",
    "failed": "given up until its records are right",
    "suspended": "by a decision of your team; nothing flows",
}
_FLAGS: Final = {
    "mixed_script": "It mixes letters of several scripts.",
    "confusable": "All of it can be taken for another name in Latin letters.",
    "invisible_joiner": "It holds a character that nobody sees.",
    "mail_or_www_prefix": "The records will go to exactly this name; perhaps the domain above it is meant.",
}


def listing(screen: Screen, shown: Domains) -> None:
    """A line for each domain."""
    heads = ("DOMAIN", "STATUS", "OUTCOME", "CHECKED", "NEXT CHECK", "ID")
    if not shown.data:
        screen.line("No domains. Add one with 'letterhead domains add DOMAIN'.")
        return
    screen.table(heads, [_row(each) for each in shown.data])
    if shown.next_cursor is not None:
        screen.line("There are more: --all shows them.")


def name(domain: Domain) -> str:
    """The name in A-labels, always, and beside it as people read it (N10: U-labels can deceive)."""
    if domain.domain_unicode == domain.domain:
        return domain.domain
    return f"{domain.domain} ({domain.domain_unicode})"


def detail(screen: Screen, domain: Domain) -> None:
    """How a domain stands, when it was and will be checked, and every record."""
    screen.line(name(domain), "bold")
    screen.rows([pair for pair in _facts(domain) if pair[1]], indent=2)
    for note in _notes(domain):
        screen.line(note)
    screen.line()
    records.findings(screen, domain.records)


def registered(screen: Screen, domain: Domain) -> None:
    """What to publish for a domain that was just registered, and what to do next."""
    named = domain.domain
    screen.line(f"Registered {name(domain)} as {domain.id}.")
    for note in _notes(domain):
        screen.line(note)
    screen.line()
    screen.line("Publish these records at your DNS host:")
    records.to_publish(screen, domain.records)
    screen.line()
    screen.line("Hosts are full names: a panel that appends the zone by itself wants only what is before it.")
    screen.rows(
        [
            ("Import them as a zone file:", f"letterhead domains records {named} --zone-file"),
            ("Check them now:", f"letterhead domains verify {named}"),
            ("Follow the checks:", f"letterhead domains watch {named}"),
        ]
    )


def verification(screen: Screen, domain: Domain) -> None:
    """Every finding of a verification, and what follows from all of them."""
    records.findings(screen, domain.records)
    for note in _notes(domain):
        screen.line(note)
    screen.line()
    screen.line(verdict(domain))


def verdict(domain: Domain) -> str:
    """One sentence on where a domain stands after a check."""
    if domain.proven:
        return f"{domain.domain} is verified."
    standing = f"{domain.domain} is {domain.status}"
    if domain.outcome is None:
        return f"{standing}; not checked yet."
    required = [record.state for record in domain.records if record.required]
    if domain.outcome == "unknown":
        what = f"{required.count('unknown')} of {len(required)} required records"
        return f"Could not find out about {what}: {domain.domain} stays {domain.status}."
    return f"{standing}{_why(domain, required)}."


def _row(domain: Domain) -> tuple[str, ...]:
    times = moment(domain.checked_at), moment(domain.next_check_at)
    return name(domain), domain.status, domain.outcome or "unchecked", *times, domain.id


def _facts(domain: Domain) -> list[tuple[str, str]]:
    checked = f"{moment(domain.checked_at)}: {domain.outcome}" if domain.checked_at else "not yet"
    return [
        ("status", f"{domain.status}: {_STATUSES.get(domain.status, '')}".removesuffix(": ")),
        ("mail", _mail(domain)),
        ("checked", checked),
        ("next check", moment(domain.next_check_at)),
        ("verified", moment(domain.verified_at)),
        ("lapsed", moment(domain.lapsed_at)),
        ("expires", moment(domain.expires_at)),
        ("registered", moment(domain.created_at)),
        ("profile", f"{domain.profile}, {domain.mode}"),
        ("offered to", domain.transfer_to or ""),
        ("id", domain.id),
    ]


def _mail(domain: Domain) -> str:
    may = {"sent": domain.may_send, "received": domain.may_receive}
    return " and ".join(what for what, allowed in may.items() if allowed) or "neither sent nor received"


def _why(domain: Domain, required: list[str]) -> str:
    """Why a domain is not verified although it was found out how its required records stand."""
    if domain.outcome == "refused":
        return ": the provider gave up on it"
    if domain.outcome != "pass":
        return f": {required.count('pass')} of {len(required)} required records are right"
    if domain.status == "suspended":
        return "; its records are right, and checks change nothing until it is resumed"
    return " although its records are right: somebody else holds the name or one above it"


def _notes(domain: Domain) -> list[str]:
    notes = [f"Look twice: {_FLAGS.get(flag, flag)}" for flag in domain.flags]
    if domain.held_elsewhere:
        notes.append("Another registration holds this name: yours takes it only by proving ownership.")
    elif domain.contested:
        notes.append("Another team claims this name, or held it: the ownership record must prove it yours.")
    return notes
