"""Runs every measurement and prints it. Nothing outside of loopback is contacted."""

import asyncio
import sys
from pathlib import Path

from bench import examination, verdict
from bench.measure import machine

sys.path.insert(0, str(Path(__file__).parent.parent))


def main() -> None:
    """Print a line for each number."""
    print(f"# {machine()}; CPU time of this process, medians of 5 rounds; command: make bench\n")
    for line in verdict.lines():
        print(line, flush=True)
    for line in asyncio.run(examination.lines()):
        print(line, flush=True)


main()
