"""The dialect agentmail_pro, `/api/email/domains`: camel case, offsets, `{"error": {"code", "message"}}`."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, cast

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import UNSET, Meta, UnsetType

from letterhead.api.answer import Answer
from letterhead.api.charging import examining
from letterhead.api.dialect import Description, Dialect
from letterhead.api.dialects.shape import filled
from letterhead.api.dialects.standing import is_there, stands
from letterhead.api.moment import moment
from letterhead.api.problem import Problem
from letterhead.api.request import Request
from letterhead.api.responses import ALWAYS, errors
from letterhead.core.domain import Status
from letterhead.core.finding import Outcome
from letterhead.core.record import Record, Role
from letterhead.service.view import View

Word = Literal["pending", "active", "suspended", "failed"]

_WORDS: Final[dict[Status, Word]] = {
    Status.PENDING: "pending",
    Status.VERIFIED: "active",
    Status.LAPSED: "pending",
    Status.FAILED: "failed",
    Status.SUSPENDED: "suspended",
}


class Wire(msgspec.Struct, kw_only=True, rename="camel"):
    """Everything on the wire is in camel case."""


class NewDomain(Wire, kw_only=True, forbid_unknown_fields=True):
    """The domain to register."""

    domain: Annotated[str, Meta(max_length=1024, examples=["yourcompany.com"])]
    is_default: bool = False
    region: Annotated[str, Meta(max_length=64)] | None = None


class DomainChange(Wire, kw_only=True, forbid_unknown_fields=True):
    """What can be changed: `active` resumes a suspended domain, which is then verified anew."""

    is_default: bool | UnsetType = UNSET
    status: Literal["suspended", "active"] | UnsetType = UNSET


class DnsRecord(Wire):
    """One record to publish. An MX has its priority in the value as well."""

    type: str
    name: str
    value: str
    priority: int | UnsetType = UNSET
    verified: bool | UnsetType = UNSET


class VerificationStatus(Wire, kw_only=True):
    """Which records were there when that was last known. The ownership record has no key of its own."""

    mx: bool
    dkim: bool
    spf: bool
    dmarc: bool


class Stats(Wire, kw_only=True):
    """What lives on the domain and has passed through it."""

    inbox_count: int
    sent_count: int
    received_count: int


class Named(Wire, kw_only=True):
    """What every answer about a domain begins with."""

    id: str
    domain: str
    status: Word


class Registered(Named, kw_only=True):
    """A domain that was just registered."""

    is_default: bool
    dns_records: list[DnsRecord]
    created_at: datetime
    updated_at: datetime


class Summary(Named, kw_only=True):
    """A domain as it stands in the list."""

    is_default: bool
    created_at: datetime
    updated_at: datetime
    verified_at: datetime | None
    inbox_count: int
    sent_count: int


class DomainList(Wire, kw_only=True):
    """Domains from an offset on, newest first; `total` counts all that the filter lets through."""

    domains: list[Summary]
    total: int
    limit: int
    offset: int


class Domain(Named, kw_only=True):
    """A domain with its records."""

    is_default: bool
    region: str
    dns_records: list[DnsRecord]
    verification_status: VerificationStatus
    created_at: datetime
    verified_at: datetime | None
    stats: Stats


class Changed(Wire, kw_only=True):
    """A domain after a change."""

    id: str
    domain: str
    is_default: bool
    status: Word
    updated_at: datetime


class Verification(Named, kw_only=True):
    """What a verification came to."""

    verification_status: VerificationStatus
    verified_at: datetime | None


class Removed(Wire, kw_only=True):
    """The domain is gone."""

    success: bool
    message: str
    deleted_at: datetime


class ErrorDetail(Wire, kw_only=True):
    """A stable code and a sentence."""

    code: str
    message: str


class Error(Wire, kw_only=True):
    """What was wrong. `verificationStatus` stands with VERIFICATION_FAILED alone."""

    error: ErrorDetail
    verification_status: VerificationStatus | UnsetType = UNSET


_REMOVED: Final = "Domain removed successfully"
_ROLES: Final = VerificationStatus.__struct_fields__
_REFUSALS: Final = errors(Error, (*ALWAYS, 404, 408, 409, 413, 415))
_CODES: Final = {"domain_held": "DOMAIN_EXISTS"}
_CODES_BY_STATUS: Final = {401: "UNAUTHORIZED", 403: "FORBIDDEN", 429: "RATE_LIMITED", 500: "INTERNAL_ERROR"}


def word(problem: Problem, request_id: str, public_url: str) -> Answer:
    """The problem in this dialect; what is wrong with a request is 400, what is missing in the DNS 422."""
    del request_id, public_url
    code = _CODES.get(problem.code) or _CODES_BY_STATUS.get(problem.status) or problem.code.upper()
    status = problem.status
    if status == 422 and code != "VERIFICATION_FAILED":
        status, code = 400, "DOMAIN_INVALID" if problem.param == "domain" else code
    judged = cast("VerificationStatus | UnsetType", problem.extra.get("verification_status", UNSET))
    error = Error(error=ErrorDetail(code=code, message=problem.text), verification_status=judged)
    headers = {"content-type": "application/json", **problem.headers}
    return Answer(status, headers, msgspec.json.encode(error))


def _known(view: View) -> dict[str, Any]:
    """All that this dialect says of a domain; each shape takes what it has a field for."""
    domain, counts = view.domain, view.counts
    return {
        "id": domain.id,
        "domain": domain.hostname,
        "status": _WORDS[domain.status],
        "is_default": domain.is_default,
        "region": view.region,
        "dns_records": [_record(record, verified=is_there(view, record)) for record in view.plan.records],
        "verification_status": VerificationStatus(**{role: stands(view, Role(role)) for role in _ROLES}),
        "created_at": moment(domain.created_at),
        "updated_at": moment(domain.updated_at),
        "verified_at": moment(domain.verified_at) if domain.status is Status.VERIFIED else None,
        "inbox_count": counts.mailboxes,
        "sent_count": counts.sent,
        "stats": Stats(inbox_count=counts.mailboxes, sent_count=counts.sent, received_count=counts.received),
    }


def _record(record: Record, *, verified: bool | UnsetType = UNSET) -> DnsRecord:
    priority = UNSET if record.priority is None else record.priority
    return DnsRecord(record.type, record.host, record.text, priority, verified)


def _failed(view: View) -> Problem:
    """What is definitely not there, by name; the result is stored already."""
    judged = view.report.findings if view.report else ()
    wrong = [f.record for f in judged if f.record.required and f.outcome in {Outcome.FAIL, Outcome.REFUSED}]
    text = f"DNS verification failed. Missing or wrong: {', '.join(f'{r.type} {r.host}' for r in wrong)}."
    return Problem(422, "Not verified", "verification_failed", text, extra=_known(view))


@get("/domains", responses=errors(Error, ALWAYS))
async def list_domains(
    request: Request,
    status: FromQuery[Word | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=100, description="How many at most.")] = 20,
    offset: Annotated[int, QueryParameter(ge=0, description="How many to leave out.")] = 0,
) -> DomainList:
    """The domains of the organization, newest first."""
    wanted = frozenset(each for each, said in _WORDS.items() if said == status) if status else None
    portfolio = request.services.portfolio
    views, total = await portfolio.listing(request.actor, limit=limit, offset=offset, status=wanted)
    return DomainList(
        domains=[filled(Summary, _known(view)) for view in views], total=total, limit=limit, offset=offset
    )


@post("/domains", guards=[examining], responses=_REFUSALS)
async def register_domain(request: Request, data: JSONBody[NewDomain]) -> Response[Registered]:
    """Register a domain. Answers with the records to publish."""
    view = await request.services.domains.register(
        request.actor, data.domain, profile="agentmail_pro", region=data.region, is_default=data.is_default
    )
    known = {**_known(view), "dns_records": [_record(record) for record in view.plan.records]}
    path = f"/api/email/domains/{view.domain.id}"
    return Response(filled(Registered, known), headers={"location": request.settings.public_url + path})


@get("/domains/{domain_id:str}", responses=errors(Error, (*ALWAYS, 404)))
async def show_domain(request: Request, domain_id: FromPath[str]) -> Domain:
    """One domain with its records, and which of them are there."""
    return filled(Domain, _known(await request.services.domains.get(request.actor, domain_id)))


@patch("/domains/{domain_id:str}", responses=_REFUSALS)
async def change_domain(request: Request, domain_id: FromPath[str], data: JSONBody[DomainChange]) -> Changed:
    """Make it the default, suspend it, or resume it."""
    view = await request.services.domains.change(
        request.actor,
        domain_id,
        suspended=None if data.status is UNSET else data.status == "suspended",
        is_default=None if data.is_default is UNSET else data.is_default,
    )
    return filled(Changed, _known(view))


@post(
    "/domains/{domain_id:str}/verify",
    guards=[examining],
    status_code=200,
    responses=errors(Error, (*ALWAYS, 404, 409, 422)),
)
async def verify_domain(request: Request, domain_id: FromPath[str]) -> Verification:
    """Look at the DNS now. VERIFICATION_FAILED names what is definitely not there."""
    view = await request.services.verification.verify(request.actor, domain_id)
    if view.report is not None and view.report.outcome in {Outcome.FAIL, Outcome.REFUSED}:
        raise _failed(view)
    return filled(Verification, _known(view))


@delete("/domains/{domain_id:str}", status_code=200, responses=errors(Error, (*ALWAYS, 404, 409)))
async def remove_domain(request: Request, domain_id: FromPath[str]) -> Removed:
    """Remove a domain from the organization."""
    removed = await request.services.domains.remove(request.actor, domain_id)
    return Removed(success=True, message=_REMOVED, deleted_at=moment(removed.updated_at))


AGENTMAIL_PRO: Final = Dialect(
    name="agentmail_pro",
    prefix="/api/email",
    handlers=(list_domains, register_domain, show_domain, change_domain, verify_domain, remove_domain),
    word=word,
    description=Description(
        title="agentmail.pro",
        text="Register and manage domains for sending and receiving mail. Errors are named by their code.",
    ),
)
