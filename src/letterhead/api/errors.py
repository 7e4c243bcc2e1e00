"""From whatever was raised to an answer, in the words of the dialect that the path belongs to.

Paths that no dialect knows, wrong methods and unreadable bodies reach no handler, so the dialect hangs on
the path alone; it is known before anything else happens.
"""

import traceback
from contextlib import suppress

import structlog

from letterhead.api import problem
from letterhead.api.answer import Answer
from letterhead.api.problem import Problem
from letterhead.api.request import Request
from letterhead.core.refusal import Refusal
from letterhead.service.outage import outage

_log = structlog.get_logger()


def answer(request: Request, raised: Exception) -> Answer:
    """The answer to a request on whose way something was raised."""
    said = problem_of(raised)
    if not isinstance(raised, Problem | Refusal):
        _record(request, raised, said.code)
    return request.dialect.word(said, request.id, request.settings.public_url)


def problem_of(raised: Exception) -> Problem:
    """What to say about an exception; everything that nobody foresaw is `unexpected`."""
    match raised:
        case Problem():
            return raised
        case Refusal():
            return problem.of_refusal(raised)
        case _:
            away = outage(raised)
            return problem.of_refusal(away) if away else problem.unexpected()


def _record(request: Request, raised: Exception, code: str) -> None:
    # A log that can't be written never costs anybody an answer (X14).
    # The traceback is plain text: renderers that show local variables would show the request's key (A04).
    with suppress(OSError, ValueError):
        trace = "".join(traceback.format_exception(raised))
        _log.error(code, method=request.method, path=request.path, trace=trace)
