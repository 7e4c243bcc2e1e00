"""From whatever was raised to an answer, in the words of the dialect that the path belongs to.

Paths that no dialect knows, wrong methods and unreadable bodies reach no handler, so the dialect hangs on
the path alone (WIRE.md, "The rest"); envelope.py has found it before anything else happens.
"""

import traceback
from contextlib import suppress
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import (
    ClientException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from litestar.exceptions.http_exceptions import RequestEntityTooLarge

from letterhead.api import problem
from letterhead.api.problem import Problem
from letterhead.core.refusal import Refusal
from letterhead.service.outage import outage

_log = structlog.get_logger()


def handle(request: Request[Any, Any, Any], raised: Exception) -> Response[bytes]:
    """Litestar's handler for whatever was raised on the way, in its own code or in ours."""
    said = problem_of(raised)
    if not isinstance(raised, Problem | Refusal | ClientException):
        _record(request, raised, said.code)
    state = request.state
    answer = state.dialect.word(said, state.request_id, request.app.state.settings.public_url)
    return Response(
        answer.body,
        status_code=answer.status,
        headers=answer.headers,
        media_type=answer.headers["content-type"],
    )


def problem_of(raised: Exception) -> Problem:
    """What to say about an exception; everything that nobody foresaw is `unexpected`."""
    match raised:
        case Problem():
            return raised
        case Refusal():
            return problem.of_refusal(raised)
        case ClientException():
            return _of_litestar(raised)
        case _:
            away = outage(raised)
            return problem.of_refusal(away) if away else problem.unexpected()


def _of_litestar(raised: ClientException) -> Problem:
    match raised:
        case ValidationException():
            return _of_parameters(raised)
        case NotFoundException():
            return problem.not_found()
        case MethodNotAllowedException():
            return problem.method_not_allowed((raised.headers or {}).get("allow", ""))
        case RequestEntityTooLarge():
            return problem.body_too_large()
        case _:
            return problem.malformed_request(raised.detail)


def _of_parameters(raised: ValidationException) -> Problem:
    """Names each parameter that Litestar could not read; a body that is not there is missing as `data`."""
    extra = raised.extra if isinstance(raised.extra, list) else []
    errors = [(str(each.get("key", "")), str(each.get("message", ""))) for each in extra]
    if any(name == "data" for name, _ in errors):
        return problem.malformed_json("The body is empty.")
    return problem.validation(errors)


def _record(request: Request[Any, Any, Any], raised: Exception, code: str) -> None:
    # A log that can't be written never costs anybody an answer (X14).
    # The traceback is plain text: renderers that show local variables would show the request's key (A04).
    with suppress(OSError, ValueError):
        trace = "".join(traceback.format_exception(raised))
        _log.error(code, method=request.method, path=request.scope["path"], trace=trace)
