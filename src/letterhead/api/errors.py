"""From whatever was raised to a worded answer: one table from path prefix to the dialect that words it.

Paths that no dialect knows, wrong methods and unreadable bodies reach no handler, so the table hangs on the
path alone (WIRE.md, "The rest").
"""

import traceback
from collections.abc import Callable
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
from letterhead.api.answer import Answer
from letterhead.api.native import problem as native_problem
from letterhead.api.problem import Problem
from letterhead.core.refusal import Refusal
from letterhead.service.outage import outage

Wording = Callable[[Problem, str, str], Answer]
"""A dialect's words for a problem, given the request's id and the public URL."""

DIALECTS: tuple[tuple[str, Wording], ...] = (("", native_problem.word),)
"""Who words the problems of the paths with this prefix; the first row wins, the last one takes the rest."""

_log = structlog.get_logger()


def worded(said: Problem, path: str, request_id: str, public_url: str) -> Answer:
    """The problem in the words of the dialect that the path belongs to."""
    word = next(word for prefix, word in DIALECTS if path.startswith(prefix))
    return word(said, request_id, public_url)


def handle(request: Request[Any, Any, Any], raised: Exception) -> Response[bytes]:
    """Litestar's handler for whatever was raised on the way, in its own code or in ours."""
    said = problem_of(raised)
    if not isinstance(raised, Problem | Refusal | ClientException):
        _record(request, raised, said.code)
    settings = request.app.state.settings
    answer = worded(said, request.scope["path"], request.state.request_id, settings.public_url)
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
