"""Which problems an operation may answer with, as the OpenAPI document says it."""

from litestar.openapi.datastructures import ResponseSpec

from letterhead.api.native.problem import MEDIA_TYPE, ProblemDocument

_DESCRIPTIONS = {
    400: "The request, or its JSON, can't be read.",
    401: "No key, or none that is in force.",
    403: "The key may not do this, or a quota is used up.",
    404: "There is no such thing, or none of this team's.",
    408: "The request did not arrive in time.",
    409: "It can't be done as things stand; `code` says why.",
    413: "The body is too large.",
    415: "The body is not plain JSON.",
    422: "A field, a parameter or a name is not valid; `param` or `errors` name it.",
    500: "Our own mistake; the log has it under `request_id`.",
    503: "Not possible now; Retry-After says when to try again.",
}

ALWAYS = (400, 401, 403, 500, 503)
"""What every operation that needs a key may answer with."""

BODY = (408, 413, 415, 422)
"""What every operation that reads a body may answer with as well."""


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The problem documents of these statuses, for a handler's `responses`."""
    return {
        status: ResponseSpec(
            ProblemDocument, generate_examples=False, description=_DESCRIPTIONS[status], media_type=MEDIA_TYPE
        )
        for status in sorted({*ALWAYS, *statuses})
    }
