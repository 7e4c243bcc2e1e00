"""What `python -m bench --write` writes: the tables of docs/performance.md, and its pictures."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bench.examination import EXAMINATION, TARGET
from bench.http import Ratio
from bench.http_rounds import Result
from bench.measure import Number, machine
from bench.picture import picture
from bench.store import Rate

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
PICTURE = PAGE.with_suffix(".svg")
EXAMINED = PAGE.with_name("examination.svg")
BEGIN, END = "<!-- measured by python -m bench --write -->\n", "<!-- end of what was measured -->\n"

Measured = Result | Ratio | Rate | Number | str


def write(measured: Sequence[Measured], load: str) -> None:
    """Put the numbers into the page, in the place of those of the last time, and draw them."""
    put(BEGIN, _lines(measured, load))
    bars = [(each.name, each.cpu) for each in measured if isinstance(each, Result)]
    PICTURE.write_text(picture("CPU time of the server for each request", bars), "utf-8")
    examined = [(each.name, each.median) for each in measured if isinstance(each, Number)]
    title = "CPU time of our process for each domain; the line is the target"
    EXAMINED.write_text(picture(title, examined, targets={EXAMINATION: TARGET}), "utf-8")


def put(begin: str, lines: Iterable[str]) -> None:
    """Put lines into the page between this marker and the next END, in the place of what stands there."""
    before, found, rest = PAGE.read_text("utf-8").partition(begin)
    if not found:
        raise SystemExit(f"{PAGE} has no line {begin!r}")
    _, _, after = rest.partition(END)
    PAGE.write_text("\n".join((f"{before}{begin}", *lines, "", f"{END}{after}")), "utf-8")


def _lines(measured: Sequence[Measured], load: str) -> Iterator[str]:
    yield f"Machine: {machine()}; load of the machine {load}. Command: `python -m bench --write`."
    yield from table("CPU time of the server for each request | µs | range | requests/s")
    for each in measured:
        if isinstance(each, Result):
            spread = f"{min(each.micros):,.0f} to {max(each.micros):,.0f}"
            yield f"| {each.name} | {each.cpu:,.0f} | {spread} | {each.rate:,.0f} |"
    yield from table("held against | ratio | target")
    for each in measured:
        if isinstance(each, Ratio):
            yield f"| {each.name} | {each.value:.2f} | {each.target} |"
    yield from table("the store by itself | median | range")
    for each in measured:
        if isinstance(each, Rate):
            spread = f"{min(each.rounds):,.0f} to {max(each.rounds):,.0f}"
            yield f"| {each.name} | {each.median:,.0f} {each.unit} | {spread} |"
    yield from table("CPU time of our process, without HTTP and store | µs | range")
    for each in measured:
        if isinstance(each, Number):
            yield f"| {each.name} | {each.median:,.0f} | {each.least:,.0f} to {each.most:,.0f} |"
    notes = [each for each in measured if isinstance(each, str)]
    yield from ("", *notes) if notes else ()


def table(heads: str) -> tuple[str, ...]:
    """The head of a table, from the names of its columns with `|` between them."""
    return "", f"| {heads} |", "|" + "---|" * len(heads.split("|"))
