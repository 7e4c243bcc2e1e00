"""Evidence: server by server, who was asked, what it said, when, and how long it took."""

from letterhead.cli.answers import Evidence, Finding, Witness
from letterhead.cli.render.screen import Screen, moment


def evidence(screen: Screen, shown: Evidence) -> None:
    """The newest report of a domain."""
    if shown.asked_at is None:
        screen.line(
            f"{shown.domain} was not examined yet: 'letterhead domains verify {shown.domain}' does it now."
        )
        return
    screen.line(shown.domain, "bold")
    facts = [("asked", moment(shown.asked_at)), ("outcome", shown.outcome or ""), ("zone", shown.zone)]
    screen.rows([fact for fact in facts if fact[1]], indent=2)
    for finding in shown.findings:
        screen.line()
        _finding(screen, finding)


def _finding(screen: Screen, finding: Finding) -> None:
    screen.rows([(finding.outcome, finding.role, finding.type, finding.host, finding.cause)])
    if finding.advice:
        screen.line(f"  {finding.advice}")
    for question in dict.fromkeys(witness.question for witness in finding.witnesses):
        screen.line(f"  {question}")
        for witness in finding.witnesses:
            if witness.question == question:
                screen.rows([_asked(witness)], indent=4)
                screen.rows(((answer,) for answer in witness.answers), indent=6)


def _asked(witness: Witness) -> tuple[str, ...]:
    """Who was asked, when, how long it took, and what came back; the records stand below."""
    flags = {"AA": witness.authoritative, "AD": witness.authenticated}
    said = " ".join((witness.rcode, *(flag for flag, holds in flags.items() if holds)))
    if witness.fault:
        said = f"{witness.fault}: {witness.detail}" if witness.detail else witness.fault
    server = f"{witness.name} {witness.server}".lstrip()
    return witness.source, server, moment(witness.asked_at), f"{witness.elapsed_ms:.1f} ms", said
