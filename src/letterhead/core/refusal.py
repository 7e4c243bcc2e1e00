"""Refusals: what we say no to, under a stable code, with the way to mend it.

A refusal is an answer, not an accident: every entrance words it in its own shape
(a problem document, a foreign service's envelope, a line in the terminal).
"""

from enum import StrEnum


class Kind(StrEnum):
    """What sort of no it is; an entrance maps it to its own status."""

    INVALID = "invalid"  # the request says something that can't be
    UNAUTHENTICATED = "unauthenticated"  # we don't know who asks
    FORBIDDEN = "forbidden"  # we know, and they may not
    QUOTA = "quota"  # they may, but have used up what they may have
    MISSING = "missing"  # there is no such thing, or none of theirs
    CONFLICT = "conflict"  # it can't be done as things stand
    STALE = "stale"  # what it speaks of was changed meanwhile
    UNAVAILABLE = "unavailable"  # we can't do it now; the same request may pass later


class Refusal(Exception):
    """We say no.

    code   stable, snake_case, for programs; documented in docs/problems.md.
    text   one sentence: what was wrong.
    mend   one sentence: how to mend it; may be empty where nothing can be done.
    param  the field or parameter at fault, dotted, or None.
    extra  further plain members for programs, such as {"suggestion": "acme.com"}.
    """

    def __init__(
        self,
        kind: Kind,
        code: str,
        text: str,
        *,
        mend: str = "",
        param: str | None = None,
        extra: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {text}")
        self.kind = kind
        self.code = code
        self.text = text
        self.mend = mend
        self.param = param
        self.extra = extra or {}


def invalid(code: str, text: str, *, mend: str = "", param: str | None = None, **extra: str) -> Refusal:
    """The request says something that can't be."""
    return Refusal(Kind.INVALID, code, text, mend=mend, param=param, extra=extra)


def missing(code: str, text: str, *, mend: str = "") -> Refusal:
    """There is no such thing, or none that the actor may see."""
    return Refusal(Kind.MISSING, code, text, mend=mend)


def conflict(code: str, text: str, *, mend: str = "", **extra: str) -> Refusal:
    """It can't be done as things stand."""
    return Refusal(Kind.CONFLICT, code, text, mend=mend, extra=extra)


def forbidden(code: str, text: str, *, mend: str = "") -> Refusal:
    """The actor is known and may not do this."""
    return Refusal(Kind.FORBIDDEN, code, text, mend=mend)
