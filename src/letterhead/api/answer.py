"""Answers, as they are before every answer's own headers are put on them and they are sent."""

from collections.abc import AsyncGenerator, Mapping

import msgspec


class Answer(msgspec.Struct, frozen=True):
    """A whole answer. `headers` with lower-case names, without its length and those that every answer has."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Stream(msgspec.Struct, frozen=True):
    """An answer that is sent piece by piece, as the pieces come; headers as above."""

    status: int
    headers: Mapping[str, str]
    pieces: AsyncGenerator[bytes, None]
