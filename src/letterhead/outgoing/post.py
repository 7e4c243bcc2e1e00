"""A POST to a URL that a stranger chose (W01, W04).

The name is looked up once (names.py), every address of it is judged by core/egress.py, and the connection is
made to one of those very addresses, with the name kept for TLS and for the Host field: a name that leads
elsewhere a moment later changes nothing. No redirect is followed, no cookie kept, no proxy asked, and nothing
but the status of an answer is read.
"""

import asyncio
import errno
import ssl
from collections.abc import Mapping
from time import perf_counter
from typing import Final

import h11
import structlog

from letterhead.core.delivery import Posted
from letterhead.core.egress import may_connect
from letterhead.core.refusal import Refusal
from letterhead.core.webhook import Target, target
from letterhead.outgoing.names import LookUp, Shortage, system_look_up

SECONDS = 5.0
"""For looking up, connecting, sending and the status, all together."""

MAX_HEAD = 64 * 1024
"""Bytes of an answer that we read at most."""

_READ_AT_ONCE = 8 * 1024

_OURS: Final = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL}
"""Errors that say that this machine is short of something: of descriptors, memory, or ports of its own."""

log = structlog.get_logger()


class _Failed(Exception):
    """Nothing was answered; the text says why, in words that anybody may read."""


class Post:
    """Fills ports.Outgoing.

    allow_private  tests, demo and labs alone: plain http and addresses in private networks.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        look_up: LookUp | None = None,
        tls: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._allow_private = allow_private
        self._look_up = look_up or system_look_up()
        self._tls = tls or ssl.create_default_context()
        self._seconds = seconds

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        """Post a body once; see ports.Outgoing."""
        started = perf_counter()
        status, fault, is_ours = None, "", False
        try:
            async with asyncio.timeout(self._seconds):
                status = await self._status(target(url, allow_private=self._allow_private), headers, body)
        except TimeoutError:
            fault = f"it did not answer within {self._seconds:g} seconds"
        except _Failed as failed:
            fault = str(failed)
        except Refusal as refusal:  # the rules of URLs have become stricter since it was saved
            fault = refusal.text
        except ssl.SSLError as error:
            fault = f"TLS failed: {error.reason or 'it speaks no TLS that we understand'}"
        except h11.ProtocolError:
            fault = "it speaks no HTTP that we understand"
        except (OSError, EOFError) as error:
            is_ours, fault = _is_ours(error), _worded(error)
            if is_ours:
                log.warning("outgoing.short", why=str(error))
        return Posted(status, fault, round((perf_counter() - started) * 1000, 1), is_ours)

    async def _status(self, to: Target, headers: Mapping[str, str], body: bytes) -> int:
        address = await self._address(to)
        reader, writer = await asyncio.open_connection(
            address,
            to.port,
            ssl=self._tls if to.is_tls else None,
            server_hostname=to.host if to.is_tls else None,
            limit=MAX_HEAD,
        )
        try:
            return await _exchange(reader, writer, to, headers, body)
        finally:
            writer.transport.abort()

    async def _address(self, to: Target) -> str:
        """The one address to connect to. Every address of the name must be allowed, not just one (W01)."""
        try:
            addresses = [to.host] if to.is_address else await self._look_up(to.host, to.port)
        except OSError as error:
            if _is_ours(error):
                raise
            raise _Failed("its name could not be looked up") from error
        if not addresses:
            raise _Failed("its name has no address")
        if not all(may_connect(each, allow_private=self._allow_private) for each in addresses):
            raise _Failed("its name leads to an address that is not a public one")
        return addresses[0]


async def _exchange(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    to: Target,
    headers: Mapping[str, str],
    body: bytes,
) -> int:
    """Send the request, and read as far as the status of the answer."""
    state = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
    fields = [
        ("host", to.authority),
        ("connection", "close"),
        ("content-length", str(len(body))),
        *headers.items(),
    ]
    for event in (
        h11.Request(method="POST", target=to.path, headers=fields),
        h11.Data(data=body),
        h11.EndOfMessage(),
    ):
        writer.write(state.send(event) or b"")
    await writer.drain()
    left = MAX_HEAD
    while True:
        match state.next_event():
            case h11.NEED_DATA:
                data = await reader.read(_READ_AT_ONCE)
                left -= len(data)
                if not data:
                    raise _Failed("the connection was closed before there was an answer")
                if left < 0:
                    raise _Failed("it answered with too much before its status")
                state.receive_data(data)
            case h11.Response() as begun:
                return begun.status_code
            case _:  # an interim response (RFC 9110 §15.2)
                continue


def _is_ours(error: BaseException) -> bool:
    return isinstance(error, Shortage) or (isinstance(error, OSError) and error.errno in _OURS)


def _worded(error: BaseException) -> str:
    """What failed, without the address that we connected to."""
    if _is_ours(error):
        return "we could not send it, and try again soon"
    if isinstance(error, ConnectionRefusedError):
        return "the connection failed: it was refused"
    if isinstance(error, ConnectionResetError | BrokenPipeError | EOFError):
        return "the connection failed: it was closed"
    return "the connection failed: the network did not get us there"
