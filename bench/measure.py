"""How things are measured: rounds of CPU time of this process, their median, and the machine they ran on."""

import os
import platform
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Number:
    """One measured thing: CPU microseconds for each piece of work, the median of ROUNDS and their range."""

    name: str
    median: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.name:<58} {self.median:>10.1f} µs   ({self.least:.1f} to {self.most:.1f})"


def measured(name: str, work: Callable[[], int]) -> Number:
    """Time a function that returns how many pieces of work it did."""
    work()  # warm up
    return _number(name, [_round(work) for _ in range(ROUNDS)])


async def interleaved(works: Mapping[str, Callable[[], Awaitable[int]]], rounds: int) -> list[Number]:
    """The same for coroutine functions, by turns, so that what else the machine does falls upon all alike."""
    results: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            start = time.process_time()
            count = await work()
            if number:  # the first warms up
                results[name].append((time.process_time() - start) / count * 1e6)
    return [_number(name, micros) for name, micros in results.items()]


def machine() -> str:
    """The machine in one line."""
    model = platform.processor() or platform.machine()
    return f"{os.cpu_count()} cores, {model}, {platform.system()}, Python {platform.python_version()}"


def _round(work: Callable[[], int]) -> float:
    start = time.process_time()
    count = work()
    return (time.process_time() - start) / count * 1e6


def _number(name: str, rounds: list[float]) -> Number:
    return Number(name, statistics.median(rounds), min(rounds), max(rounds))
