"""A proxy before PostgreSQL that cuts a connection at a moment of its choosing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Proxy:
    """Passes everything on. The connection on which the bytes of `fatal` are sent is cut.

    answered  whether the server still hears them, and has answered them before the cut.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._port = urlsplit(url).port
        self._ends: list[asyncio.StreamWriter] = []
        self.fatal = b""
        self.answered = True
        self.cuts = 0

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """The URL under which the proxy is reached meanwhile."""
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        yield self._url.replace(f":{self._port}/", f":{port}/")
        server.close()
        for end in self._ends:
            end.close()
            await end.wait_closed()

    def passed(self, words: bytes) -> bytes:
        """What the server is sent when the client sends this."""
        return words

    async def _pass_on(self, questions: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        answers, to_server = await asyncio.open_connection("127.0.0.1", self._port)
        self._ends += (to_client, to_server)
        back = asyncio.create_task(_pump(answers, to_client))
        while words := await questions.read(65_536):
            if self.fatal and self.fatal in words:
                self.fatal, self.cuts = b"", self.cuts + 1
                back.cancel()
                await asyncio.wait([back])  # there is one reader at a time
                if self.answered:
                    to_server.write(words)
                    await answers.read(65_536)
                break
            to_server.write(self.passed(words))
        to_client.close()
        to_server.close()
        await asyncio.wait([back])


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while words := await reader.read(65_536):
        writer.write(words)
    writer.close()
