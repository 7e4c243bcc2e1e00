"""How the native interface words a problem: a problem document (RFC 9457)."""

import msgspec
from msgspec import UNSET, UnsetType

from letterhead.api.answer import Answer
from letterhead.api.problem import Problem


class FieldError(msgspec.Struct):
    """One field or parameter, and what is wrong with it."""

    field: str
    message: str


class ProblemDocument(msgspec.Struct, kw_only=True):
    """What was wrong and how to mend it (RFC 9457 §3). Some codes bring members of their own.

    `code` is stable and for programs, `type` is its page; `detail` and `mend` are sentences for people.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    mend: str
    param: str | UnsetType = UNSET
    request_id: str
    suggestion: str | UnsetType = UNSET
    errors: list[FieldError] | UnsetType = UNSET


MEDIA_TYPE = "application/problem+json"


def word(problem: Problem, request_id: str, public_url: str) -> Answer:
    """The problem document for a problem, with the problem's own members after ours."""
    members: dict[str, object] = {
        "type": f"{public_url}/problems/{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.text,
        "mend": problem.mend,
        "param": problem.param,
        "request_id": request_id,
    }
    if problem.param is None:
        del members["param"]
    members |= {name: value for name, value in problem.extra.items() if name not in members}
    body = msgspec.json.encode(members)
    return Answer(problem.status, {"content-type": MEDIA_TYPE, **problem.headers}, body)
