"""What is made of the sweep's numbers: ratios and targets, and a table and a picture for the docs."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.measure import machine
from bench.picture import picture
from bench.report import PAGE, put, table
from bench.scale import Scaled

NOTICE = "digest compared, the lap moved, SQLite"
PARSE = "every answer parsed, every row written, SQLite"
NOTICE_POSTGRES = "digest compared, the lap moved, PostgreSQL"
PARSE_POSTGRES = "every answer parsed, every row written, PostgreSQL"
AIODNS = "aiodns, UDP, no verdict, no database"
DNSPYTHON = "dnspython's resolver, UDP, no verdict, no database"
PEER = "dnsperf -n 1 -e -q 100, UDP, no verdict, no database"

TARGETS = {NOTICE: 2.0, PARSE: 1.2, NOTICE_POSTGRES: 1.0}
"""What each should reach, in questions for each CPU second of dnsperf's."""

BEGIN = "<!-- measured by python -m bench.sweep --write -->\n"
PICTURE = PAGE.with_name("sweep.svg")
SCALE = PAGE.with_name("scale.svg")

_TITLE = "Questions for each CPU second, against dnsperf; the lines are the targets"
_SCALE_TITLE = "CPU time of the patrol's own work for each domain; the lines are a fifth above the cheapest"
_PEERS = {AIODNS: 10, DNSPYTHON: 60}
_FLAT, _SHARE, _MEMORY = 1.2, 0.1, 150


@dataclass(frozen=True, slots=True)
class Swept:
    """All numbers of a run: questions for each CPU second by round, and the patrol's own cost by size."""

    rates: Mapping[str, Sequence[float]]
    scaled: Sequence[Scaled]

    def ratio(self, name: str, peer: str = PEER) -> float:
        """How much of a peer's rate this reaches."""
        return statistics.median(self.rates[name]) / statistics.median(self.rates[peer])

    def lines(self) -> Iterator[str]:
        """A line for each measurement."""
        for name, rates in self.rates.items():
            spread = f"({min(rates):,.0f} to {max(rates):,.0f})"
            yield f"{name:<52} {statistics.median(rates):>9,.0f}   {spread}  {self.ratio(name):.3f} × dnsperf"
        yield from map(str, self.scaled)
        for what, value, target in self.held():
            yield f"{what:<60} {value:>6}   ({target})"

    def held(self) -> Iterator[tuple[str, str, str]]:
        """What was measured for a target, its value, and the target."""
        for name, target in TARGETS.items():
            if name in self.rates:
                yield f"{name}, to dnsperf", f"{self.ratio(name):.2f}", f"at least {target}"
        for name, target in _PEERS.items():
            yield (
                f"{NOTICE}, to {name.partition(',')[0]}",
                f"{self.ratio(NOTICE, name):.1f}",
                f"at least {target}",
            )
        costs, last = [each.median for each in self.scaled], self.scaled[-1]
        yield (
            "cost of a domain, the dearest size to the cheapest",
            f"{max(costs) / min(costs):.2f}",
            f"up to {_FLAT}",
        )
        whole = 7e6 / statistics.median(self.rates[NOTICE])  # µs for a domain with its seven questions
        share = f"{last.median / whole:.1%}"
        yield f"share of the patrol's own work, {last.domains:,} domains", share, f"up to {_SHARE:.0%}"
        memory = f"{last.own + last.mapped:.0f} MiB"
        yield f"memory of the worker, {last.domains:,} domains", memory, f"up to {_MEMORY} MiB"


def write(swept: Swept, load: str) -> None:
    """Put the numbers into the page, in the place of those of the last time, and draw them."""
    put(BEGIN, _page(swept, load))
    bars = [(name, swept.ratio(name)) for name in swept.rates]
    PICTURE.write_text(picture(_TITLE, bars, "{:.2f} ×", TARGETS), "utf-8")
    sizes = [(f"{each.domains:,} domains", each.median) for each in swept.scaled]
    bound = min(cost for _, cost in sizes) * _FLAT
    SCALE.write_text(picture(_SCALE_TITLE, sizes, "{:.2f} µs", dict.fromkeys(dict(sizes), bound)), "utf-8")


def _page(swept: Swept, load: str) -> Iterator[str]:
    yield f"![{_TITLE}]({PICTURE.name})"
    yield ""
    yield f"Machine: {machine()}; load of the machine {load}. Command: `python -m bench.sweep --write`."
    yield from table("questions for each CPU second of the asking process | median | range | × dnsperf")
    for name, rates in swept.rates.items():
        median, spread = statistics.median(rates), f"{min(rates):,.0f} to {max(rates):,.0f}"
        yield f"| {name} | {median:,.0f} | {spread} | {swept.ratio(name):.3f} |"
    yield from table("held against | value | target")
    yield from (f"| {what} | {value} | {target} |" for what, value, target in swept.held())
    yield ""
    yield f"![{_SCALE_TITLE}]({SCALE.name})"
    yield from table("the patrol without asking | µs a domain | range | own memory | mapped files")
    for each in swept.scaled:
        spread = f"{min(each.micros):.2f} to {max(each.micros):.2f}"
        memory = f"{each.own:.0f} MiB | {each.mapped:.0f} MiB"
        yield f"| {each.domains:,} domains | {each.median:.2f} | {spread} | {memory} |"
