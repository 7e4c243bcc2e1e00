"""Which errors an operation may answer with, as an OpenAPI document says it."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import litestar
from litestar.openapi.datastructures import ResponseSpec

_DESCRIPTIONS = {
    400: "The request, or its JSON, can't be read.",
    401: "No key, or none that is in force.",
    403: "The key may not do this, or a quota is used up.",
    404: "There is no such thing, or none of this team's.",
    408: "The request did not arrive in time.",
    409: "It can't be done as things stand; the error's code says why.",
    412: "It was changed since it was read.",
    413: "The body is too large.",
    415: "The body is not plain JSON.",
    422: "A field, a parameter or a name is not valid; the error names it.",
    429: "Too much in too short a time; Retry-After says when to go on.",
    500: "Our own mistake; the log has it under the request's id.",
    503: "Not possible now; Retry-After says when to try again.",
}

ALWAYS = (400, 401, 403, 429, 500, 503)
"""What every operation that needs a key may answer with."""

BODY = (408, 413, 415, 422)
"""What every operation that reads a body may answer with as well."""


NOT_MODIFIED = {304: ResponseSpec(None, description="It is still what If-None-Match names.")}
"""What an operation may answer with that gives an ETag (RFC 9110 §15.4.5)."""


_Content = TypeVar("_Content")


class Response(litestar.Response[_Content]):
    """What a handler returns where it says more than the content; what is not said, the operation knows.

    It stands where Litestar's tells the OpenAPI document the shape, and holds what is read of that one.
    """

    def __init__(  # none of Litestar's: cookies and what else it would set up are read by nobody
        self,
        content: _Content,
        *,
        status_code: int | None = None,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
    ) -> None:
        self.content = content
        self.status_code = status_code
        self.headers = {} if headers is None else dict(headers)
        self.media_type = media_type


def unmodified(tag: str) -> Response[Any]:
    """The answer to who has it already."""
    return Response(None, status_code=304, headers={"etag": tag})


def errors(
    shape: type, statuses: Iterable[int], media_type: str = "application/json"
) -> dict[int, ResponseSpec]:
    """Answers of one shape with these statuses, for a handler's `responses`."""
    return {
        status: ResponseSpec(
            shape, generate_examples=False, description=_DESCRIPTIONS[status], media_type=media_type
        )
        for status in sorted(set(statuses))
    }
