"""The demo: the whole job on loopback, told step by step with the real commands against a real server.

A DNS of our own plays the internet; everything else is what an operator would run. Nothing outside of
this machine is contacted, and what the demo wrote is gone when it ends.
"""

import asyncio
import logging
import shutil
import sys
import tempfile
from pathlib import Path

import structlog
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from letterhead.sandbox.stage import Published, Stage, stage

CUSTOMER = "acme.example"
TEAM = "demo"

WITH_A_REAL_DOMAIN = """\
1. Name your deployment in letterhead.toml:

       \\[site]
       name = "mail.your-company.com"

2. {command} serve                  (it stays; go on in another terminal)
3. {command} keys create --team your-team --role root:full
4. export LETTERHEAD_KEY=<the key it printed>
5. {command} domains add try.your-domain.com --send-only --watch

Publish what it prints at your DNS host; the domain turns verified by itself."""

console = Console(highlight=False)


def run(once: bool) -> int:  # noqa: FBT001 - the one switch of one command
    """Tell the story; then, at a terminal and unless `once`, keep serving until Ctrl-C.

    Returns 0 when every step came out as it should, 1 otherwise.
    """
    quiet = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=quiet, logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    stay = not once and sys.stdin.isatty() and sys.stdout.isatty()
    try:
        return asyncio.run(_play(stay=stay))
    except KeyboardInterrupt:
        return 0


async def _play(*, stay: bool) -> int:
    with tempfile.TemporaryDirectory(prefix="letterhead-demo-") as directory:
        async with stage(Path(directory), CUSTOMER, TEAM) as set_up:
            fine = await _story(set_up)
            if fine and stay:
                await _keep_serving(set_up)
    return 0 if fine else 1


async def _story(at: Stage) -> bool:
    """Every step; False as soon as one does not come out as it should."""
    _say(1, "A server of your own", f"It listens at {at.url} and asks a DNS that plays the internet.")
    _say(2, f"Register {CUSTOMER}", "A registration is a claim: it reserves nothing until it is proven.")
    if await _command(at, "domains", "add", CUSTOMER) != 0:
        return False
    records = {record["role"]: record for record in await at.records(CUSTOMER)}
    return (
        await _a_wrong_record(at, records)
        and await _the_right_one(at, records)
        and await _a_lapse(at, records)
        and await _the_way_back(at, records)
    )


async def _a_wrong_record(at: Stage, records: dict[str, Published]) -> bool:
    text = "Acme's admin types them into a DNS panel, which appends the zone to the MX. It happens every day."
    _say(3, "Publish the records, with one slip", text)
    for role, record in records.items():
        at.publish(record, slip=f".{CUSTOMER}" if role == "mx" else "")
    return await _command(at, "domains", "verify", CUSTOMER) != 0


async def _the_right_one(at: Stage, records: dict[str, Published]) -> bool:
    text = "No waiting: the zone's own servers are asked, not somebody's cache."
    _say(4, "Mend it and verify again", text)
    at.publish(records["mx"])
    verified = await _command(at, "domains", "verify", CUSTOMER) == 0
    _say(5, "The evidence", "Who was asked, what they said, when, and how long it took.")
    return verified and await _command(at, "domains", "evidence", CUSTOMER) == 0


async def _a_lapse(at: Stage, records: dict[str, Published]) -> bool:
    text = "A first definite failure makes it lapse: mail keeps flowing, and nobody is woken up."
    _say(6, "Somebody deletes the SPF record", text)
    at.withdraw(records["spf"])
    return await _command(at, "domains", "verify", CUSTOMER) != 0


async def _the_way_back(at: Stage, records: dict[str, Published]) -> bool:
    text = "Found again, verified again. What happened stays in the history."
    _say(7, "… and puts it back", text)
    at.publish(records["spf"])
    recovered = await _command(at, "domains", "verify", CUSTOMER) == 0
    told = await _command(at, "domains", "history", CUSTOMER) == 0
    console.print(
        Panel(
            WITH_A_REAL_DOMAIN.format(command=_program()), title="The same with a real domain", expand=False
        )
    )
    return recovered and told


def _program() -> str:
    """How the reader calls us: by name where the shell finds it, else where `make` puts it."""
    return "letterhead" if shutil.which("letterhead") else ".venv/bin/letterhead"


async def _keep_serving(at: Stage) -> None:
    console.print("\nStill serving. In another terminal:\n")
    console.print(f"    export LETTERHEAD_URL={at.url} LETTERHEAD_KEY={at.key}", soft_wrap=True)
    console.print(f"    {_program()} domains show {CUSTOMER}\n")
    console.print(f"The API describes itself at {at.url}/api/v2/openapi.json. Ctrl-C ends it all.")
    await asyncio.Event().wait()


async def _command(at: Stage, *words: str) -> int:
    console.print(Text("$ letterhead " + " ".join(words), style="bold cyan"))
    code = await at.command(*words)
    console.print()
    return code


def _say(number: int, title: str, text: str) -> None:
    console.print(Text(f"── {number}. {title} ──", style="bold"))
    console.print(Text(text + "\n", style="dim"))
