"""The dialect sendmux, `/api/v1/domains`: `{"ok", "data", "meta"}`, cursors, what its SDKs ask beyond.

Its shapes stand in sendmux_shapes.py.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.openapi.spec import SecurityScheme
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from letterhead.api import etag, page
from letterhead.api.answer import Answer
from letterhead.api.charging import examining
from letterhead.api.dialect import Description, Dialect
from letterhead.api.dialects.sendmux_shapes import (
    Answered,
    Checks,
    Data,
    DnsRecords,
    Domain,
    DomainChange,
    DomainPage,
    Error,
    ErrorDetail,
    Exchange,
    FieldError,
    MailFrom,
    NamedExchange,
    NameValue,
    NewDomain,
    Pagination,
    Removed,
    RequestMeta,
    SesWord,
    Verification,
)
from letterhead.api.dialects.shape import filled
from letterhead.api.dialects.standing import WORDS, stands
from letterhead.api.moment import moment
from letterhead.api.problem import REQUIRED, Problem
from letterhead.api.request import Request
from letterhead.api.responses import ALWAYS, NOT_MODIFIED, errors, unmodified
from letterhead.core.answer import RecordType
from letterhead.core.domain import Mode
from letterhead.core.finding import Outcome
from letterhead.core.plan import plan
from letterhead.core.profile import Profile
from letterhead.core.record import Role
from letterhead.core.refusal import Kind, Refusal
from letterhead.service.view import View

_REFUSALS: Final = errors(Error, (*ALWAYS, 404, 408, 409, 412, 413, 415, 422))
_PARAMETERS: Final = frozenset({"cursor", "limit", "Idempotency-Key"})
_CODES: Final = {
    401: "authentication_required",
    403: "insufficient_permissions",
    404: "not_found",
    409: "conflict",
    412: "conflict",
    413: "payload_too_large",
    422: "validation_error",
    429: "rate_limit_exceeded",
    431: "payload_too_large",
    500: "internal_error",
    503: "service_unavailable",
}
_MANDATORY: Final = frozenset(Role) - {Role.DKIM}
_RETRYABLE: Final = frozenset({429, 500, 503})


def word(problem: Problem, request_id: str, public_url: str) -> Answer:
    """The problem in this dialect; the SDK repeats a 409 unless `retryable` says not to."""
    del public_url
    fields: Any = problem.extra.get("errors", ())
    status, code = _code(problem, fields)
    detail = ErrorDetail(
        code=code,
        message=problem.text,
        param=problem.param or UNSET,
        retryable=status in _RETRYABLE,
        errors=[FieldError(field=e["field"], code="invalid", message=e["message"]) for e in fields] or UNSET,
    )
    body = msgspec.json.encode(Error(ok=False, error=detail, meta=RequestMeta(request_id)))
    return Answer(status, {"content-type": "application/json", **problem.headers}, body)


def _code(problem: Problem, fields: list[dict[str, str]]) -> tuple[int, str]:
    """What is wrong with a parameter, or a field that is not there, is 400; what a field holds is 422."""
    if problem.code == "quota_exceeded":
        return 409, "limit_exceeded"
    if problem.status == 422 and problem.param in _PARAMETERS:
        return 400, "invalid_parameter"
    if problem.status == 422 and fields and all(each["message"] == REQUIRED for each in fields):
        return 400, "missing_parameter"
    named = problem.code if problem.code == "idempotency_conflict" else None
    return problem.status, named or _CODES.get(problem.status, "invalid_parameter")


def _answered(request: Request, data: Data) -> Answered[Data]:
    return Answered(ok=True, data=data, meta=RequestMeta(request.id))


def _records(view: View, profiles: Mapping[str, Profile]) -> DnsRecords:
    """The mandatory shape; what the domain's own profile does not ask for is filled, and never blocks."""
    domain, site = view.domain, view.plan.site
    asked = {role for role in Role if view.plan.of(role)}
    fillers = () if asked >= _MANDATORY else ("letterhead", "sendmux")
    plans = (view.plan, *(plan(domain, profiles[name], site) for name in fillers))
    first = {role: next(r for each in plans for r in each.of(role)) for role in _MANDATORY}
    named = {role: NameValue(record.host, record.value) for role, record in first.items()}
    bounce = first[Role.MAIL_FROM_MX]
    return DnsRecords(
        mx=[Exchange(record.priority or 0, record.value) for record in view.plan.of(Role.MX)],
        spf=named[Role.SPF],
        dmarc=named[Role.DMARC],
        dkim=[NameValue(r.host, r.value) for r in view.plan.of(Role.DKIM) if r.type is RecordType.CNAME],
        verification=named[Role.OWNERSHIP],
        mail_from=MailFrom(
            NamedExchange(bounce.host, bounce.priority or 0, bounce.value), named[Role.MAIL_FROM_SPF]
        ),
    )


def _known(view: View, profiles: Mapping[str, Profile]) -> dict[str, Any]:
    """All that this dialect says of a domain; each shape takes what it has a field for."""
    domain, dkim = view.domain, _ses(view, Role.DKIM)
    return {
        "id": f"m{domain.id}",
        "domain": domain.hostname,
        "mode": domain.mode,
        "status": WORDS[domain.status],
        "verification_status": WORDS[domain.status],
        "ses_dkim_status": dkim,
        "ses_identity_verification_status": dkim,
        "ses_verified_for_sending": domain.may_send and dkim == "success",
        "ses_dkim_signing_enabled": True,
        "ses_identity_checked_at": moment(domain.asked_at),
        "ses_mail_from_status": _ses(view, Role.MAIL_FROM_MX, Role.MAIL_FROM_SPF),
        "verified_at": moment(domain.verified_at),
        "created_at": moment(domain.created_at),
        "mailbox_count": view.counts.mailboxes,
        "dns_records": _records(view, profiles),
        "checks": _checks(view),
    }


def _checks(view: View) -> Checks:
    return Checks(
        mx=view.domain.mode is Mode.SEND_ONLY or stands(view, Role.MX),
        verification_txt=stands(view, Role.OWNERSHIP),
        spf=stands(view, Role.SPF),
        dmarc=stands(view, Role.DMARC),
        mail_from_mx=stands(view, Role.MAIL_FROM_MX),
        mail_from_spf=stands(view, Role.MAIL_FROM_SPF),
    )


def _ses(view: View, *roles: Role) -> SesWord:
    """What SES would say of these records; `not_started` where none is asked for or nothing was examined."""
    records = [record for role in roles for record in view.plan.of(role)]
    if not records or view.report is None:
        return "pending" if Role.DKIM in roles and records else "not_started"
    if any(
        finding.outcome is Outcome.REFUSED for finding in view.report.findings if finding.record in records
    ):
        return "failed"
    return "success" if stands(view, *roles) else "pending"


def _id(domain_id: str) -> str:
    """Our id behind the one on the wire, which has another prefix; any other text is nobody's id."""
    return domain_id.removeprefix("m") if domain_id.startswith("mdom_") else ""


def _shown(request: Request, view: View) -> Domain:
    return filled(Domain, _known(view, request.services.domains.profiles))


@post("/domains", guards=[examining], responses=_REFUSALS)
async def register_domain(request: Request, data: JSONBody[NewDomain]) -> Response[Answered[Domain]]:
    """Register a domain. Answers with every record to place."""
    mode = data.mode or Mode.SEND_RECEIVE
    domains = request.services.domains
    view = await domains.register(request.actor, data.domain, profile="sendmux", mode=mode)
    location = f"{request.settings.public_url}/api/v1/domains/m{view.domain.id}"
    return Response(_answered(request, _shown(request, view)), headers={"location": location})


@get("/domains", responses=_REFUSALS)
async def list_domains(
    request: Request, limit: page.Limit = page.DEFAULT, cursor: page.CursorText = None
) -> DomainPage:
    """The team's domains, newest first."""
    before = page.position(request, "domains", cursor)
    found = await request.services.portfolio.page(request.actor, limit=limit + 1, before=before)
    views, more = page.cut(request, "domains", found, limit, lambda view: view.domain.id)
    pagination = Pagination(has_more=more is not None, next_cursor=more or UNSET)
    data = [_shown(request, view) for view in views]
    return DomainPage(ok=True, data=data, pagination=pagination, meta=RequestMeta(request.id))


@get("/domains/{domain_id:str}", responses=NOT_MODIFIED | _REFUSALS)
async def show_domain(request: Request, domain_id: FromPath[str]) -> Response[Answered[Domain]]:
    """One domain with its records."""
    view = await request.services.domains.get(request.actor, _id(domain_id))
    tag = etag.of(view)
    if etag.is_known(request, tag):
        return unmodified(tag)
    return Response(_answered(request, _shown(request, view)), headers={"etag": tag})


@patch("/domains/{domain_id:str}", responses=_REFUSALS)
async def change_domain(
    request: Request, domain_id: FromPath[str], data: JSONBody[DomainChange]
) -> Response[Answered[Domain]]:
    """Make a domain that only sends receive as well."""
    own, domains = _id(domain_id), request.services.domains
    view = await domains.change(
        request.actor, own, mode=Mode(data.mode), versions=etag.versions(request, own)
    )
    return Response(_answered(request, _shown(request, view)), headers={"etag": etag.of(view)})


@post("/domains/{domain_id:str}/verify", guards=[examining], status_code=200, responses=_REFUSALS)
async def verify_domain(request: Request, domain_id: FromPath[str]) -> Answered[Verification]:
    """Look at the DNS now. What could not be found out is 503, and nothing has changed."""
    view = await request.services.verification.verify(request.actor, _id(domain_id))
    if view.report is None or view.report.outcome is Outcome.UNKNOWN:
        raise Refusal(
            Kind.UNAVAILABLE,
            "dns_unavailable",
            "The DNS could not be asked; nothing has changed.",
            mend="Send the request again in a while.",
        )
    return _answered(request, filled(Verification, _known(view, request.services.domains.profiles)))


@delete("/domains/{domain_id:str}", status_code=200, responses=_REFUSALS)
async def remove_domain(request: Request, domain_id: FromPath[str]) -> Answered[Removed]:
    """Remove a domain from the team."""
    own = _id(domain_id)
    await request.services.domains.remove(request.actor, own, versions=etag.versions(request, own))
    return _answered(request, Removed(deleted=True, id=domain_id))


@get("/domains/{domain_id:str}/zone-file", media_type="text/plain", responses=_REFUSALS)
async def show_zone_file(request: Request, domain_id: FromPath[str]) -> Response[str]:
    """The records as a fragment of a zone file (RFC 1035 §5)."""
    domain, text = await request.services.domains.zone_file(request.actor, _id(domain_id))
    disposition = f'attachment; filename="{domain.hostname}.zone"'
    return Response(text, headers={"content-disposition": disposition}, media_type="text/plain")


SENDMUX: Final = Dialect(
    name="sendmux",
    prefix="/api/v1",
    handlers=(
        register_domain,
        list_domains,
        show_domain,
        change_domain,
        verify_domain,
        remove_domain,
        show_zone_file,
    ),
    word=word,
    description=Description(
        title="Sendmux",
        text="Domains of a team, their records, and their verification.",
        security={"key": SecurityScheme(type="http", scheme="bearer", description="smx_root_…")},
    ),
)
