"""`letterhead domains`: everything about domains, asked of a running server."""

import sys
from collections import deque
from collections.abc import Callable
from typing import Final

import click

from letterhead.cli.answers import Domain, Domains, Events, Evidence, Records
from letterhead.cli.client import Answer, Server, at
from letterhead.cli.options import named, paged, served, yes
from letterhead.cli.pages import listed
from letterhead.cli.printing import printed
from letterhead.cli.render import domains as show_domains
from letterhead.cli.render import events as show_events
from letterhead.cli.render import evidence as show_evidence
from letterhead.cli.render import records as show_records
from letterhead.cli.render import watch as show_watch
from letterhead.cli.render.screen import Screen
from letterhead.cli.watch import Sight, sights, watched

STATUSES: Final = ("pending", "verified", "lapsed", "failed", "suspended")
ASKING_EVERY: Final = 5.0
"""Seconds between two verifications of `verify --wait`."""
LOOKING_EVERY: Final = 2.0
"""Seconds between two looks of `watch`: as often as the server checks what is watched."""

Seconds = click.FloatRange(min=0, min_open=True)


@click.group("domains")
def domains() -> None:
    """Register domains, publish their records, verify and watch them.

    DOMAIN is a domain's name, in any spelling, or its id.
    """


@domains.command()
@click.argument("domain")
@click.option("--profile", metavar="NAME", help="Which records are asked for.  [default: letterhead]")
@click.option("--send-only", is_flag=True, help="Mail is only sent from it, none is received.")
@click.option(
    "--contest", is_flag=True, help="Claim a name that another team holds; you will have to prove it."
)
@click.option("--watch", "then_watch", is_flag=True, help="Go on watching until it is verified.")
@served
def add(
    server: Server,
    as_json: bool,
    *,
    domain: str,
    profile: str | None,
    send_only: bool,
    contest: bool,
    then_watch: bool,
) -> None:
    """Register DOMAIN and show the records to publish."""
    body: dict[str, object] = {"domain": domain}
    body |= {"profile": profile} if profile else {}
    body |= {"mode": "send_only"} if send_only else {}
    body |= {"contest": True} if contest else {}
    answer = server.post("/domains", body)
    printed(answer, as_json, Domain, show_domains.registered)
    if then_watch:
        _follow(server, answer.read(Domain).id, as_json, LOOKING_EVERY, None)


@domains.command("list")
@click.option("--status", type=click.Choice(STATUSES), help="Only those that stand so.")
@paged
@served
def list_(server: Server, as_json: bool, status: str | None, limit: int, everything: bool) -> None:
    """List the team's domains, newest first."""
    answer = listed(server, "/domains", limit=limit, everything=everything, status=status)
    printed(answer, as_json, Domains, show_domains.listing)


@domains.command()
@named
@served
def show(server: Server, as_json: bool, name: str) -> None:
    """Show how DOMAIN stands, and what is wrong where something is."""
    answer = server.get(at(server.domain_id(name)))
    printed(answer, as_json, Domain, show_domains.detail)


@domains.command()
@named
@click.option("--zone-file", is_flag=True, help="Print them as a fragment of a zone file.")
@served
def records(server: Server, as_json: bool, name: str, zone_file: bool) -> None:
    """Show the records to publish for DOMAIN."""
    if zone_file and as_json:
        raise click.UsageError("A zone file is no JSON: give one of --zone-file and --json.")
    domain_id = server.domain_id(name)
    if zone_file:
        Screen().document(server.get(at(domain_id, "zone-file")).text)
        return
    answer = server.get(at(domain_id, "records"))
    printed(answer, as_json, Records, lambda screen, shown: show_records.to_publish(screen, shown.data))


@domains.command()
@named
@click.option("--wait", type=Seconds, metavar="SECONDS", help="Verify again and again for at most so long.")
@click.option(
    "--interval",
    type=Seconds,
    metavar="SECONDS",
    default=ASKING_EVERY,
    show_default=True,
    help="Between two verifications of --wait.",
)
@served
def verify(server: Server, as_json: bool, name: str, wait: float | None, interval: float) -> None:
    """Ask DNS and provider about DOMAIN now. Ends with 0 only if it is verified."""
    path = at(server.domain_id(name), "verify")
    last = _last(lambda: server.post(path), interval, wait or 0)
    printed(last.answer, as_json, Domain, show_domains.verification)
    sys.exit(last.exit)


@domains.command()
@named
@click.option(
    "--interval",
    type=Seconds,
    metavar="SECONDS",
    default=LOOKING_EVERY,
    show_default=True,
    help="Between two looks.",
)
@click.option("--timeout", type=Seconds, metavar="SECONDS", help="Give up after so long.  [default: never]")
@served
def watch(server: Server, as_json: bool, name: str, interval: float, timeout: float | None) -> None:
    """Watch the server check DOMAIN every few seconds until it is verified.

    On a terminal this is a view; elsewhere each change is a line, with --json each answer that differs.
    """
    _follow(server, server.domain_id(name), as_json, interval, timeout)


@domains.command()
@named
@yes
@served
def remove(server: Server, as_json: bool, name: str, confirmed: bool) -> None:
    """Remove DOMAIN and destroy its DKIM keys. Its name is free then, also for others."""
    domain_id = server.domain_id(name)
    if not confirmed:
        click.confirm(f"Remove {name} and destroy its DKIM keys?", abort=True, err=True)
    server.delete(at(domain_id))
    if not as_json:
        Screen().line(f"Removed {name}. You can delete its records from your DNS.")


@domains.command()
@named
@served
def evidence(server: Server, as_json: bool, name: str) -> None:
    """Show what the last check asked, whom, and what each server said."""
    answer = server.get(at(server.domain_id(name), "evidence"))
    printed(answer, as_json, Evidence, show_evidence.evidence)


@domains.command()
@named
@paged
@served
def history(server: Server, as_json: bool, name: str, limit: int, everything: bool) -> None:
    """Show what happened to DOMAIN, newest first."""
    path = at(server.domain_id(name), "history")
    answer = listed(server, path, limit=limit, everything=everything)
    printed(answer, as_json, Events, show_events.events)


def _follow(server: Server, domain_id: str, as_json: bool, interval: float, timeout: float | None) -> None:
    """Watch a domain and end the program with what came of it."""
    seen = sights(watched(server, domain_id), interval=interval, timeout=timeout)
    screen = Screen()
    if as_json:
        last = show_watch.as_json(seen)
    elif screen.is_live:
        last = show_watch.as_view(screen, seen)
    else:
        last = show_watch.as_lines(screen, seen)
    sys.exit(last.exit)


def _last(look: Callable[[], Answer], interval: float, wait: float) -> Sight:
    """The first sight that proves the domain, or else the last one."""
    seen = sights(look, interval=interval, timeout=wait)
    first = next(seen)
    if wait and not first.domain.proven:
        click.echo(f"Not verified yet; asking every {interval:g} s for up to {wait:g} s.", err=True)
    return next(iter(deque(seen, maxlen=1)), first)
