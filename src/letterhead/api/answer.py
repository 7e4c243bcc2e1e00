"""Answers, as they are before every answer's own headers are put on them and they are sent."""

from collections.abc import AsyncGenerator, Callable, Mapping
from functools import cache
from typing import TypeVar, cast

import msgspec

from letterhead.service.view import View

_Shape = TypeVar("_Shape")
_JSON = msgspec.json.Encoder()


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


def written(view: View, shown: Callable[[View], _Shape]) -> _Shape:
    """What `shown` makes of a view as JSON, made once for each view.

    It is octets, which an answer takes as they are, and typed as what stands in them: so the OpenAPI
    document says it.
    """
    return cast("_Shape", view.once(_writing(shown)))


@cache  # one for each shape that there is
def _writing(shown: Callable[[View], object]) -> Callable[[View], bytes]:
    return lambda view: _JSON.encode(shown(view))
