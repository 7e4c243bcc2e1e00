"""dnsperf as the peer: the same questions over UDP, in C, nothing made of the answers."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from letterhead.core.answer import Question


class Dnsperf:
    """Asks a resolver these questions once in each round."""

    def __init__(self, address: str, port: int, questions: Iterable[Question], directory: Path) -> None:
        program = shutil.which("dnsperf")
        if program is None:
            raise SystemExit("dnsperf is not installed: apt-get install dnsperf")
        self._file = directory / "questions"
        self._file.write_text("".join(f"{q.name}. {q.type}\n" for q in questions))
        where = ("-s", address, "-p", str(port), "-d", str(self._file))
        self._command = (program, *where, "-n", "1", "-e", "-q", "100", "-S", "0")

    def round(self) -> tuple[int, float]:
        """Ask once; how many answers came, and the CPU seconds it took."""
        with subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - found by us
            assert process.stdout is not None
            said = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        completed = re.search(r"Queries completed:\s+(\d+)", said)
        assert completed is not None, said
        return int(completed[1]), usage.ru_utime + usage.ru_stime
