"""Which problems an operation of the native interface may answer with, as the OpenAPI document says it."""

from litestar.openapi.datastructures import ResponseSpec

from letterhead.api.native.problem import MEDIA_TYPE, ProblemDocument
from letterhead.api.responses import ALWAYS, BODY, NOT_MODIFIED, Response, errors, unmodified

__all__ = ["BODY", "NOT_MODIFIED", "POST", "Response", "problems", "unmodified"]

POST = (409, 422)
"""What every POST may answer with on account of its Idempotency-Key."""


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The problem documents of these statuses and of those that are always possible."""
    return errors(ProblemDocument, (*ALWAYS, *statuses), MEDIA_TYPE)
