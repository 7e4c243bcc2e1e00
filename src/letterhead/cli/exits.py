"""Exit codes: what every command tells the shell, in one place."""

from enum import IntEnum
from typing import Final


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    NO = 1
    USAGE = 2  # click's own
    UNKNOWN = 3
    NOT_ALLOWED = 4
    INTERRUPTED = 130  # 128 and the number of SIGINT, as shells have it


MEANINGS: Final = {
    Exit.DONE: "done; of verify and watch: verified",
    Exit.NO: "refused, or not verified",
    Exit.USAGE: "the command line can't be understood",
    Exit.UNKNOWN: "could not find out: no server, or no answer from the DNS",
    Exit.NOT_ALLOWED: "the key is missing, not in force, or may not do this",
    Exit.INTERRUPTED: "ended by Ctrl-C",
}


def of_examination(*, proven: bool, outcome: str | None) -> Exit:
    """What `verify` and `watch` end with: unknown is not a no, and only a proven domain is done."""
    if proven:
        return Exit.DONE
    return Exit.UNKNOWN if outcome in {None, "unknown"} else Exit.NO
