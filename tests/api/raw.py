"""HTTP by hand: octets in, octets out, for what no client would send."""

import asyncio
import json
from contextlib import suppress
from typing import Any

PATIENCE = 5.0


class Line:
    """One connection to a server on loopback."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, port: int, source: str = "127.0.0.1") -> "Line":
        """Connect, from one of the addresses of loopback."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0)))

    async def say(self, octets: bytes) -> None:
        """Send octets as they are; a server that has hung up is no error."""
        with suppress(ConnectionError):
            self._writer.write(octets)
            await self._writer.drain()

    async def hear(self) -> bytes:
        """Everything until the server hangs up. Raises TimeoutError when it does not."""
        heard = b""
        try:
            with suppress(ConnectionError):
                async with asyncio.timeout(PATIENCE):
                    while piece := await self._reader.read(65536):
                        heard += piece
        finally:
            self.hang_up()
        return heard

    async def hear_until(self, mark: bytes) -> bytes:
        """Everything up to and with a mark."""
        return await asyncio.wait_for(self._reader.readuntil(mark), PATIENCE)

    def hang_up(self) -> None:
        """Close without a word."""
        self._writer.transport.abort()


async def exchange(port: int, octets: bytes) -> bytes:
    """Send octets, and return everything that comes until the server hangs up."""
    line = await Line.to(port)
    await line.say(octets)
    return await line.hear()


def read(answer: bytes) -> tuple[int, dict[str, str], Any]:
    """Status, header fields and JSON body of the first answer in the octets."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *fields = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
    length = int(headers.get("content-length", 0))
    return int(status.split()[1]), headers, json.loads(body[:length]) if length else None
