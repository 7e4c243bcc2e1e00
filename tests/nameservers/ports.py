"""Ports for the servers that tests start: free for UDP and TCP on every loopback address at once."""

import random
import socket

FIRST, LAST = 10_000, 32_000
"""Below Linux's ephemeral range, so that no outgoing connection takes the port between look and bind."""

# Hypothesis seeds the shared generator: all workers would draw the same ports.
_random = random.SystemRandom()
_given: set[int] = set()


def free_port() -> int:
    """A port that nobody uses on any IPv4 address of this machine; never the same twice in one process."""
    while True:
        port = _random.randint(FIRST, LAST)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port


def _is_free(port: int) -> bool:
    """Whether the wildcard address can be bound: it cannot while any single address has the port."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("0.0.0.0", port))
            except OSError:
                return False
    return True
