"""Runs every measurement and prints it; with --write also into docs/performance.md.

Nothing outside of loopback is contacted.
"""

import os
import sys
import tempfile
from itertools import chain
from pathlib import Path

from bench import examination, http, store, verdict
from bench.measure import machine
from bench.report import Measured, write


def main() -> None:
    """Print a line for each number."""
    print(f"# {machine()}; CPU time, medians of the rounds; command: {' '.join(sys.orig_argv[1:])}\n")
    before = os.getloadavg()[0]
    measured: list[Measured] = []
    for number in chain(verdict.results(), examination.results()):
        print(number, flush=True)
        measured.append(number)
    with tempfile.TemporaryDirectory(prefix="letterhead-bench-") as directory:
        for result in store.results(Path(directory)):
            print(result, flush=True)
            measured.append(result)
    for answered in http.results():
        print(answered, flush=True)
        measured.append(answered)
    if "--write" in sys.argv:
        write(measured, f"{before:.1f} to {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
