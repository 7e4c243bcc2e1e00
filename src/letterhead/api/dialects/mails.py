"""The dialect mails, `/v1/domains`: bare objects, `{"error": "text"}`, open to any origin."""

from datetime import datetime
from typing import Annotated, Final

import msgspec
from litestar import Response, delete, get, post
from litestar.openapi.spec import SecurityScheme
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from letterhead.api.answer import Answer
from letterhead.api.charging import examining
from letterhead.api.dialect import Description, Dialect
from letterhead.api.dialects.standing import is_unsure, stands
from letterhead.api.moment import moment
from letterhead.api.problem import Problem
from letterhead.api.request import Request
from letterhead.api.responses import ALWAYS, errors
from letterhead.core.domain import Status
from letterhead.core.record import Record, Role
from letterhead.service.view import View


class NewDomain(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The domain to register, in any spelling."""

    domain: Annotated[str, Meta(max_length=1024, examples=["yourcompany.com"])]


class DnsRecord(msgspec.Struct, kw_only=True):
    """One record to publish; only an MX has a priority."""

    type: str
    host: str
    value: str
    priority: int | UnsetType = UNSET
    purpose: str


class DnsRecords(msgspec.Struct, kw_only=True):
    """The records by what they are for; `verification` only once the name must be proven."""

    mx: DnsRecord
    spf: DnsRecord
    dmarc: DnsRecord
    verification: DnsRecord | UnsetType = UNSET


class Registered(msgspec.Struct, kw_only=True):
    """A domain that was just registered, with what to do next."""

    id: str
    domain: str
    status: str
    dns_records: DnsRecords
    instructions: str


class Summary(msgspec.Struct, kw_only=True):
    """A domain as it stands in the list."""

    id: str
    domain: str
    status: str
    mx_verified: bool
    spf_verified: bool
    dkim_verified: bool
    created_at: datetime
    verified_at: datetime | None


class Domain(Summary, kw_only=True):
    """A domain with its records."""

    dns_records: DnsRecords


class DomainList(msgspec.Struct, kw_only=True):
    """All domains of the team, newest first."""

    domains: list[Summary]


class Verification(msgspec.Struct, kw_only=True):
    """What a verification came to; missing records are told, and are never an error."""

    id: str
    domain: str
    status: str
    mx_verified: bool
    spf_verified: bool
    message: str


class Removed(msgspec.Struct, kw_only=True):
    """The domain is gone."""

    ok: bool


class Error(msgspec.Struct, kw_only=True):
    """What was wrong. `code` stands with a 401 alone."""

    error: str
    code: str | UnsetType = UNSET


_BODY = (400, 408, 413, 415)
_STATUS: Final = {422: 400, 412: 409}
_TEXTS: Final = {
    "malformed_json": "Invalid JSON",
    "domain_exists": "Domain already registered",
    "domain_held": "Domain already registered",
    "domain_in_use": "Domain has active mailboxes",
    "domain_not_found": "Domain not found",
    "method_not_allowed": "Method not allowed",
}


def word(problem: Problem, request_id: str, public_url: str) -> Answer:
    """The problem in this dialect: one sentence, and a code for a key that does not open anything."""
    del request_id, public_url
    if problem.status == 401:
        error = Error(error="Unauthorized", code="invalid_or_expired_token")
    elif problem.status == 422 and problem.param == "domain":
        error = Error(error="Invalid domain")
    else:
        error = Error(error=_TEXTS.get(problem.code, problem.text))
    headers = {"content-type": "application/json", **problem.headers}
    return Answer(_STATUS.get(problem.status, problem.status), headers, msgspec.json.encode(error))


def _status(view: View) -> str:
    return "dns_verified" if view.domain.status is Status.VERIFIED else "pending"


def _record(record: Record) -> DnsRecord:
    return DnsRecord(
        type=record.type,
        host=record.host,
        value=record.value,
        priority=UNSET if record.priority is None else record.priority,
        purpose=record.purpose,
    )


def _records(view: View) -> DnsRecords:
    first = {role: _record(records[0]) for role in Role if (records := view.plan.of(role))}
    return DnsRecords(
        mx=first[Role.MX],
        spf=first[Role.SPF],
        dmarc=first[Role.DMARC],
        verification=first.get(Role.OWNERSHIP, UNSET),
    )


def _summary(view: View) -> Summary:
    is_verified = view.domain.status is Status.VERIFIED
    return Summary(
        id=view.domain.id,
        domain=view.domain.hostname,
        status=_status(view),
        mx_verified=stands(view, Role.MX),
        spf_verified=stands(view, Role.SPF),
        dkim_verified=stands(view, Role.DKIM),
        created_at=moment(view.domain.created_at),
        verified_at=moment(view.domain.verified_at) if is_verified else None,
    )


def _message(view: View) -> str:
    asked = {"MX": Role.MX, "SPF": Role.SPF}
    if any(record.required for record in view.plan.of(Role.OWNERSHIP)):
        asked["TXT"] = Role.OWNERSHIP
    if view.domain.status is Status.VERIFIED and not is_unsure(view, *asked.values()):
        return "Domain verified! You can now create mailboxes on this domain."
    told = ", ".join(f"{name}: {_word(view, role)}" for name, role in asked.items())
    why = " The domain is suspended." if view.domain.status is Status.SUSPENDED else ""
    return f"Verification incomplete. {told}{why}"


def _word(view: View, role: Role) -> str:
    if is_unsure(view, role):
        return "UNKNOWN"
    return "OK" if stands(view, role) else "MISSING"


@post(
    "/domains",
    guards=[examining],
    responses=errors(Error, (*ALWAYS, *_BODY, 409)),
)
async def register_domain(request: Request, data: JSONBody[NewDomain]) -> Response[Registered]:
    """Register a domain. Answers with the records to publish."""
    view = await request.services.domains.register(request.actor, data.domain, profile="mails")
    name, path = view.domain.hostname, f"/v1/domains/{view.domain.id}"
    registered = Registered(
        id=view.domain.id,
        domain=name,
        status=_status(view),
        dns_records=_records(view),
        instructions=f"Add these DNS records to {name}, then POST {path}/verify to check.",
    )
    return Response(registered, headers={"location": request.settings.public_url + path})


@get("/domains", responses=errors(Error, ALWAYS))
async def list_domains(request: Request) -> DomainList:
    """All domains of the team, newest first."""
    views = await request.services.portfolio.all(request.actor)
    return DomainList(domains=[_summary(view) for view in views])


@get("/domains/{domain_id:str}", responses=errors(Error, (*ALWAYS, 404)))
async def show_domain(request: Request, domain_id: FromPath[str]) -> Domain:
    """One domain with its records."""
    view = await request.services.domains.get(request.actor, domain_id)
    return Domain(**msgspec.structs.asdict(_summary(view)), dns_records=_records(view))


@post(
    "/domains/{domain_id:str}/verify",
    guards=[examining],
    status_code=200,
    responses=errors(Error, (*ALWAYS, 404, 409)),
)
async def verify_domain(request: Request, domain_id: FromPath[str]) -> Verification:
    """Look at the DNS now. Records that are missing are told, and are no error."""
    view = await request.services.verification.verify(request.actor, domain_id)
    return Verification(
        id=view.domain.id,
        domain=view.domain.hostname,
        status=_status(view),
        mx_verified=stands(view, Role.MX),
        spf_verified=stands(view, Role.SPF),
        message=_message(view),
    )


@delete("/domains/{domain_id:str}", status_code=200, responses=errors(Error, (*ALWAYS, 404, 409)))
async def remove_domain(request: Request, domain_id: FromPath[str]) -> Removed:
    """Remove a domain from the team."""
    await request.services.domains.remove(request.actor, domain_id)
    return Removed(ok=True)


_TEXT = """\
Bring your own domain: register it, add its MX, SPF and DMARC records, verify it.

Send your key as `Authorization: Bearer mk_…`. Errors are `{"error": "text"}`."""

MAILS: Final = Dialect(
    name="mails",
    prefix="/v1",
    handlers=(register_domain, list_domains, show_domain, verify_domain, remove_domain),
    word=word,
    description=Description(
        title="mails",
        text=_TEXT,
        security={"key": SecurityScheme(type="http", scheme="bearer", description="mk_…")},
    ),
    cors={
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
        "Access-Control-Allow-Headers": "Content-Type, Authorization, Idempotency-Key",
    },
)
