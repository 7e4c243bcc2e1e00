"""How soon a watched domain is verified: from its records being visible at its name server on.

    python -m bench.watched [--write]

The real server in a process of its own, over SQLite; Knot as root, registry and name server, Unbound as the
resolver that must see the records too. Before, each domain has an MX and an SPF record of another service,
with a TTL of an hour, and is examined every few seconds all the same. Nothing outside of loopback is asked.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread

import httpx2

from bench.measure import machine
from bench.picture import picture
from bench.report import PAGE, put, table
from letterhead import app
from letterhead.config import load
from letterhead.service.watching import LASTS, MOST
from tests.flows.program import Client, Json, write_config, zone
from tests.nameservers.authority import Authority
from tests.nameservers.internet import Internet
from tests.nameservers.unbound import Unbound

DOMAINS = 100
A_SECOND = 2.0  # domains whose records are published, on average
LOOKING_EVERY = 0.1  # seconds; the measured times are so much too long at most
PATIENCE = 40.0
RESOLVER = "127.0.0.61"

BEFORE = '@ 3600 IN MX 5 mx.before.example.\n@ 3600 IN TXT "v=spf1 include:spf.before.example ~all"\n'
NO_LIMITS = "[api]\nrequests_per_minute = 0\nteam_requests_per_minute = 0\nexaminations_per_minute = 0\n"


BEGIN = "<!-- measured by python -m bench.watched --write -->\n"
PICTURE = PAGE.with_name("watched.svg")
TITLE = "From a record being visible to its watched domain being verified; the lines are the targets"
TARGETS = {"median": 2.0, "99th percentile": 6.0}  # seconds


def main() -> None:
    """Print the median, the 99th percentile and the longest of the times; --write puts them into the docs."""
    print(f"# {machine()}; {DOMAINS} watched domains; command: {' '.join(sys.orig_argv[1:])}")
    with tempfile.TemporaryDirectory(prefix="letterhead-bench-") as directory, ExitStack() as stack:
        names = [f"c{number}.com" for number in range(DOMAINS)]
        internet, resolver = stack.enter_context(_names(Path(directory), names))
        customers = stack.enter_context(_customers(Path(directory), internet, resolver, names))
        took = sorted(_times(internet, customers))
    load = f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    seconds = {
        "median": statistics.median(took),
        "99th percentile": _percentile(took, 99),
        "longest": took[-1],
    }
    print("visible to verified:", ", ".join(f"{name} {each:.2f} s" for name, each in seconds.items()), load)
    if "--write" in sys.argv:
        put(BEGIN, _page(seconds, load))
        PICTURE.write_text(picture(TITLE, list(seconds.items()), "{:.2f} s", TARGETS), "utf-8")


def _page(seconds: dict[str, float], load: str) -> Iterator[str]:
    yield f"![{TITLE}]({PICTURE.name})"
    yield ""
    yield f"Machine: {machine()}; {load}. Command: `python -m bench.watched --write`."
    yield from table(f"visible to verified, {DOMAINS} watched domains | seconds | target")
    for name, each in seconds.items():
        yield f"| {name} | {each:.2f} | {f'up to {TARGETS[name]}' if name in TARGETS else ''} |"


def _percentile(ordered: list[float], percent: int) -> float:
    """The value that so many percent of them do not exceed."""
    return ordered[-(-len(ordered) * percent // 100) - 1]


def _times(internet: Internet, customers: dict[Client, list[Json]]) -> Iterator[float]:
    """Seconds from each domain's records being visible to the answer that says that it is verified."""
    published: dict[str, float] = {}
    publisher = Thread(target=_publish, args=(internet, customers, published), daemon=True)
    publisher.start()
    waiting = {domain["id"] for domains in customers.values() for domain in domains}
    said_at, deadline = time.monotonic(), time.monotonic() + len(waiting) / A_SECOND + PATIENCE
    while waiting:
        if time.monotonic() - said_at > LASTS.total_seconds() / 3:
            said_at = time.monotonic()
            _watch(customers)
        for client in customers:
            verified = client.get("/domains?status=verified&limit=100")["data"]
            seen_at = time.monotonic()
            for domain in [each["id"] for each in verified if each["id"] in waiting]:
                waiting.remove(domain)
                yield seen_at - published[domain]
        assert time.monotonic() < deadline, f"{len(waiting)} domains were never verified"
        time.sleep(LOOKING_EVERY)


def _publish(internet: Internet, customers: dict[Client, list[Json]], published: dict[str, float]) -> None:
    """Publish the records of one domain after the other, at random moments; notes when it began to."""
    domains = [domain for each in customers.values() for domain in each]
    random.shuffle(domains)
    for domain in domains:
        time.sleep(random.expovariate(A_SECOND))
        published[domain["id"]] = time.monotonic()
        internet.host(domain["domain"], zone(domain))


def _watch(customers: dict[Client, list[Json]]) -> None:
    for client, domains in customers.items():
        for domain in domains:
            answer = client.ask("POST", f"/domains/{domain['id']}/watch")
            assert answer.status_code == 200, answer.text


@contextmanager
def _names(directory: Path, names: list[str]) -> Iterator[tuple[Internet, str]]:
    """Name servers on which every domain has what another service wanted, and the URL of a resolver."""
    internet = Internet(directory / "internet")
    with ExitStack() as stack:
        stack.callback(internet.stop)
        internet.start()
        for name in names:
            internet.host(name, BEFORE)
        stubs = dict.fromkeys(names, f"127.0.0.2@{internet.port}")
        unbound = Unbound(RESOLVER, directory / "unbound", Authority(directory / "authority"), stubs=stubs)
        stack.callback(unbound.stop)
        unbound.start()
        yield internet, unbound.urls["udp"]


@contextmanager
def _customers(
    directory: Path, internet: Internet, resolver: str, names: list[str]
) -> Iterator[dict[Client, list[Json]]]:
    """A running server, and teams with as many watched domains as each may have."""
    path = write_config(directory, internet, ladder=10, resolver=resolver)
    path.write_text(path.read_text() + NO_LIMITS)
    config = load(path, {})
    with ExitStack() as stack:
        command = [sys.executable, "-m", "letterhead", "serve", "--config", path]
        serving = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603 - words of ours
        stack.callback(serving.wait)
        stack.callback(serving.terminate)
        customers: dict[Client, list[Json]] = {}
        url = f"http://127.0.0.1:{config.server.port}"
        _until_ready(url)
        for first in range(0, len(names), MOST):
            team = f"team-{first}"
            key, _ = app.create_key(config, team=team, role="root:full", style="letterhead", name="bench")
            client = Client(url, key, team)
            stack.callback(client.close)
            customers[client] = [client.register(name) for name in names[first : first + MOST]]
        _watch(customers)
        yield customers


def _until_ready(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            httpx2.get(f"{url}/readyz", trust_env=False).raise_for_status()
        except httpx2.HTTPError:
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.1)
        else:
            return


if __name__ == "__main__":
    main()
