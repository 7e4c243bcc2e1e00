"""Problems: every no of the HTTP entrance before a dialect words it, and those that arise in HTTP itself."""

from collections.abc import Iterable, Mapping

from letterhead.core.refusal import Kind, Refusal

KINDS: Mapping[Kind, tuple[int, str]] = {
    Kind.INVALID: (422, "Not valid"),
    Kind.UNAUTHENTICATED: (401, "Not authenticated"),
    Kind.FORBIDDEN: (403, "Not permitted"),
    Kind.QUOTA: (403, "Quota used up"),
    Kind.MISSING: (404, "Not found"),
    Kind.CONFLICT: (409, "Conflict"),
    Kind.STALE: (412, "Changed meanwhile"),
    Kind.UNAVAILABLE: (503, "Not possible now"),
}
"""The status and the title of each kind of refusal."""

RETRY_AFTER = 10
"""Seconds after which the same request may pass where we could not do it now."""


REQUIRED = "is required"
"""What is wrong with a field that is not there."""


class Problem(Exception):
    """A no, as HTTP says it: status, a short title per kind, and the members of a Refusal.

    headers  that belong to the answer, with lower-case names.
    """

    def __init__(
        self,
        status: int,
        title: str,
        code: str,
        text: str,
        *,
        mend: str = "",
        param: str | None = None,
        extra: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {text}")
        self.status = status
        self.title = title
        self.code = code
        self.text = text
        self.mend = mend
        self.param = param
        self.extra = extra or {}
        self.headers = headers or {}


def of_refusal(refusal: Refusal) -> Problem:
    """What a service refused, with the status of its kind."""
    status, title = KINDS[refusal.kind]
    return Problem(
        status,
        title,
        refusal.code,
        refusal.text,
        mend=refusal.mend,
        param=refusal.param,
        extra=refusal.extra,
        headers=_headers(refusal.kind),
    )


def _headers(kind: Kind) -> dict[str, str]:
    if kind is Kind.UNAUTHENTICATED:
        return {"www-authenticate": "Bearer"}  # RFC 9110 §11.6.1, RFC 6750 §3
    if kind is Kind.UNAVAILABLE:
        return {"retry-after": str(RETRY_AFTER)}
    return {}


def malformed_request(text: str = "This is not HTTP as RFC 9110 and RFC 9112 define it.") -> Problem:
    """The request can't be read, or not in one way only."""
    return Problem(400, "Bad request", "malformed_request", text)


def malformed_json(text: str, *, param: str | None = None) -> Problem:
    """The body is not JSON, or not in one way only."""
    mend = "Send one JSON object in UTF-8, each name once (RFC 8259)."
    return Problem(400, "Bad request", "malformed_json", text, mend=mend, param=param)


def too_deep(limit: int) -> Problem:
    """Arrays and objects of a body stand too deep within each other."""
    text = f"The body nests deeper than {limit} levels."
    return Problem(400, "Bad request", "too_deep", text, mend="Send a flatter body.")


def not_found() -> Problem:
    """No operation has this path."""
    mend = "Compare the path with /api/v2/openapi.json: case counts, and no path ends in a slash."
    return Problem(404, "Not found", "not_found", "Nothing lives at this path.", mend=mend)


def method_not_allowed(allow: str) -> Problem:
    """The path exists without this method. `allow` as in the header of that name (RFC 9110 §10.2.1)."""
    mend = "Use one of the methods in the Allow header."
    text = "This path does not know the method."
    return Problem(405, "Method not allowed", "method_not_allowed", text, mend=mend, headers={"allow": allow})


def request_timeout() -> Problem:
    """The request took too long to arrive (A17)."""
    text = "The request did not arrive in time."
    return Problem(408, "Too slow", "request_timeout", text, mend="Send it again, in one go.")


def body_too_large() -> Problem:
    """The body has more bytes than we read."""
    text = "The body is larger than anything that can be asked of us."
    return Problem(413, "Body too large", "body_too_large", text, mend="Send a smaller body.")


def unsupported_media_type(text: str) -> Problem:
    """The body is of a kind that we don't read."""
    mend = "Send JSON with Content-Type: application/json and without Content-Encoding."
    return Problem(415, "Unsupported media type", "unsupported_media_type", text, mend=mend)


def validation(errors: Iterable[tuple[str, str]]) -> Problem:
    """Fields or parameters are unknown, missing or of the wrong type: pairs of name and what is wrong."""
    listed = [{"field": name, "message": message} for name, message in errors]
    text = " ".join(f"{each['field']}: {each['message']}." for each in listed)
    mend = "Mend each field named in errors; /api/v2/openapi.json describes them."
    param = listed[0]["field"] if len(listed) == 1 else None
    return Problem(422, "Not valid", "validation", text, mend=mend, param=param, extra={"errors": listed})


def too_many_connections() -> Problem:
    """This client has as many connections as it may have."""
    text = "Too many connections from your address."
    mend = "Use fewer connections; one can carry many requests."
    headers = {"retry-after": str(RETRY_AFTER)}
    return Problem(429, "Too many", "too_many", text, mend=mend, headers=headers)


def too_many_streams() -> Problem:
    """This key, or everybody together, follows as many event streams as we serve."""
    text = "Too many event streams are open."
    mend = "Use the streams that you have: one tells of all of the team's domains."
    headers = {"retry-after": str(RETRY_AFTER)}
    return Problem(429, "Too many", "too_many_streams", text, mend=mend, headers=headers)


def rate_limited(wait: int) -> Problem:
    """This team, or this address, asks faster than it may (RFC 6585 §4). wait: seconds until the next."""
    text = "Too many requests in too short a time."
    mend = "Wait for the seconds in Retry-After; X-RateLimit-Remaining tells how many are left."
    return Problem(429, "Too many", "rate_limited", text, mend=mend, headers={"retry-after": str(wait)})


def head_too_large() -> Problem:
    """The request line and header fields are larger, or more, than we read (RFC 6585 §5)."""
    text = "The request's head is too large."
    return Problem(431, "Head too large", "head_too_large", text, mend="Send fewer and shorter headers.")


def overloaded() -> Problem:
    """We serve as many connections as we can."""
    text = "The server is at its limit."
    headers = {"retry-after": str(RETRY_AFTER)}
    return Problem(503, "Not possible now", "overloaded", text, mend="Try again later.", headers=headers)


def unexpected() -> Problem:
    """Our own mistake; what it was stands in the log, under the request's id (A18)."""
    text = "Something went wrong on our side."
    mend = "Tell the operator the request_id; the log has the rest."
    return Problem(500, "Unexpected", "unexpected", text, mend=mend)


def client_gone() -> Problem:
    """The client went away before its request was whole; nobody reads this answer, the metrics count it."""
    return Problem(499, "Client gone", "client_gone", "The client closed the connection.")
