"""The load generator: a process of its own that sends requests over kept connections and reads the answers.

    python -m bench.http_load PORT CONNECTIONS FILE

FILE holds the requests, each as it goes over the wire, as a JSON list. Prints how many answers had which
status, and the seconds from the first request to the last answer, as JSON.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import uvloop


class Connection(asyncio.Protocol):
    """Sends one request after another as long as there are any; the next goes out when an answer is whole."""

    def __init__(self, requests: Iterator[bytes], statuses: Counter[str]) -> None:
        self.done = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._statuses = statuses
        self._read = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self._send()

    def data_received(self, data: bytes) -> None:
        """Count the answer once it is whole: its head says how long its body is."""
        self._read += data
        head, blank, body = self._read.partition(b"\r\n\r\n")
        if not blank:
            return
        length = int(head.lower().partition(b"\ncontent-length: ")[2].partition(b"\r")[0] or 0)
        if len(body) >= length:
            self._statuses[head[9:12].decode()] += 1
            self._read = b""
            self._send()

    def connection_lost(self, _exc: Exception | None) -> None:
        """The server has hung up, or we have."""
        if not self.done.done():
            self.done.set_result(None)

    def _send(self) -> None:
        request = next(self._requests, None)
        assert self._transport is not None
        if request is None:
            self._transport.close()
        else:
            self._transport.write(request)


def _stay_awake(loop: asyncio.AbstractEventLoop) -> None:
    """Look for answers again and again, and never sleep.

    Who sleeps is woken by the server that writes, on the server's account. A server that is so quick that an
    answer is always waiting would never pay for that, and all others would.
    """
    loop.call_soon(_stay_awake, loop)


async def run(port: int, connections: int, requests: list[bytes]) -> dict[str, object]:
    """Send all requests over so many connections at a time."""
    loop, waiting, statuses = asyncio.get_running_loop(), iter(requests), Counter[str]()
    loop.call_soon(_stay_awake, loop)
    start = time.perf_counter()
    opened = [
        await loop.create_connection(lambda: Connection(waiting, statuses), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for _, connection in opened))
    return {"seconds": time.perf_counter() - start, "statuses": statuses}


if __name__ == "__main__":
    wire = [each.encode() for each in json.loads(Path(sys.argv[3]).read_text("utf-8"))]
    print(json.dumps(uvloop.run(run(int(sys.argv[1]), int(sys.argv[2]), wire))))
