"""Queries over one connection of HTTP/2 (RFC 9113), each on a stream of its own."""

import asyncio
from functools import singledispatchmethod

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions

from letterhead.resolver.channel import HungUp
from letterhead.resolver.connection import Connection
from letterhead.resolver.conversation import Failed
from letterhead.resolver.post import Response, headers


class Http2(Connection):
    """A connection to an https:// resolver that may turn out to speak HTTP/2 (RFC 9113 §3.2)."""

    def __init__(self, authority: str, path: str) -> None:
        super().__init__()
        self._target = [(":method", "POST"), (":scheme", "https"), (":authority", authority), (":path", path)]
        self._state = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding=None))
        self._responses: dict[int, Response] = {}
        self._is_leaving = False
        self.is_spoken = False

    @property
    def is_open(self) -> bool:
        """Whether requests can be sent: not once the server has announced to leave (RFC 9113 §6.8)."""
        return super().is_open and not self._is_leaving

    async def ask(self, wire: bytes) -> bytes:
        """Post the query; returns what the response carries."""
        try:
            stream = self._send(wire)
        except h2.exceptions.H2Error as error:
            raise HungUp(str(error)) from error
        try:
            return await self._reply(stream)
        finally:
            del self._responses[stream]
            self._reset(stream)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        self.is_spoken = tls.selected_alpn_protocol() == "h2"
        if self.is_spoken:
            self._state.initiate_connection()
            self._flush()

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        try:
            for event in self._state.receive_data(data):
                self._on(event)
            self._flush()
        except (h2.exceptions.H2Error, ValueError) as error:  # ValueError: a status that is no number
            self._disappoint(HungUp(f"it speaks no HTTP/2 that we understand: {error}"))
            self._transport.abort()

    def _send(self, wire: bytes) -> int:
        stream = self._state.get_next_available_stream_id()
        self._state.send_headers(stream, self._target + headers(wire))
        self._state.send_data(stream, wire, end_stream=True)
        self._responses[stream] = Response()
        self._flush()
        return stream

    def _reset(self, stream: int) -> None:
        """Tell the server that nobody waits for this response any more; nothing where it is complete."""
        try:
            self._state.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
        except h2.exceptions.H2Error:
            return
        if self.is_open:
            self._flush()

    def _flush(self) -> None:
        self._transport.write(self._state.data_to_send())

    @singledispatchmethod
    def _on(self, event: h2.events.Event) -> None:
        """Events that tell us nothing: settings, windows, pings."""

    @_on.register
    def _(self, event: h2.events.ResponseReceived) -> None:
        if (response := self._responses.get(event.stream_id)) is not None:
            fields = dict(event.headers)
            response.begin(int(fields[b":status"]), fields.items())

    @_on.register
    def _(self, event: h2.events.DataReceived) -> None:
        self._state.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        try:
            if (response := self._responses.get(event.stream_id)) is not None:
                response.add(event.data)
        except Failed as failure:
            self._arrive(event.stream_id, failure)

    @_on.register
    def _(self, event: h2.events.StreamEnded) -> None:
        try:
            if (response := self._responses.get(event.stream_id)) is not None:
                self._arrive(event.stream_id, response.message())
        except Failed as failure:
            self._arrive(event.stream_id, failure)

    @_on.register
    def _(self, event: h2.events.StreamReset) -> None:
        self._arrive(event.stream_id, HungUp(f"the request was reset: {event.error_code}"))

    @_on.register
    def _(self, event: h2.events.ConnectionTerminated) -> None:
        self._is_leaving = True
        for stream in self._waiting:
            if stream > (event.last_stream_id or 0):  # those it has not looked at (RFC 9113 §6.8)
                self._arrive(stream, HungUp(f"the server leaves: {event.error_code}"))
