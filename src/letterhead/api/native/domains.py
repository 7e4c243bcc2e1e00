"""Domains: register, list, read, suspend, verify, remove."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from letterhead.api import etag, page
from letterhead.api.answer import written
from letterhead.api.charging import examining
from letterhead.api.moment import moment
from letterhead.api.native import records
from letterhead.api.native.responses import BODY, NOT_MODIFIED, POST, Response, problems, unmodified
from letterhead.api.request import Request
from letterhead.core.domain import Mode, Status
from letterhead.core.finding import Outcome
from letterhead.core.hostname import flags, unicode
from letterhead.core.refusal import invalid
from letterhead.service.view import Summary, View

LISTING = "domains"


class NewDomain(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A domain to register. `contest` opens a claim against another team that holds the name.

    `region` is one of the site's; `provider` is accepted and shown again; with `is_default` it takes the
    place of the team's default domain.
    """

    domain: Annotated[str, Meta(max_length=1024, examples=["acme.com"])]
    profile: Annotated[str, Meta(max_length=64)] = "letterhead"
    mode: Mode = Mode.SEND_RECEIVE
    contest: bool = False
    region: Annotated[str, Meta(max_length=64)] | None = None
    provider: Annotated[str, Meta(max_length=64)] | None = None
    is_default: bool = False


class DomainChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What can be changed of a domain: what is given, all of it or nothing.

    It is suspended, or resumed and then verified anew. From `send_only` it can be made to receive as well,
    never the other way round; it is examined at once then. With `is_default` it takes the place of the team's
    default domain.
    """

    suspended: bool | None = None
    mode: Mode | None = None
    is_default: bool | None = None


class DomainSummary(msgspec.Struct, kw_only=True):
    """A domain as it stands in a list: all but its records.

    `domain` is the name in A-labels, `domain_unicode` the same for people, `flags` what people should look
    at before they trust it. `contested`: another team claims or holds the name, so it must be proven.
    `outcome` is that of the last examination, at `checked_at`; it changes `status` only where it is definite.
    """

    id: str
    domain: str
    domain_unicode: str
    profile: str
    mode: Mode
    region: str
    provider: str
    is_default: bool
    status: Status
    may_send: bool
    may_receive: bool
    contested: bool
    held_elsewhere: bool
    flags: list[str]
    created_at: datetime
    updated_at: datetime
    verified_at: datetime | None
    lapsed_at: datetime | None
    checked_at: datetime | None
    next_check_at: datetime | None
    expires_at: datetime | None
    transfer_to: str | None
    outcome: Outcome | None


class Domain(DomainSummary, kw_only=True):
    """A domain with the records to publish."""

    records: list[records.Record]


class DomainPage(msgspec.Struct, kw_only=True):
    """Domains, newest first."""

    data: list[DomainSummary]
    next_cursor: str | None


def shown(view: View) -> Domain:
    """A view in the words of this interface."""
    return Domain(**_summary(view.summary), records=records.shown(view))


def _summary(summary: Summary) -> dict[str, Any]:
    domain = summary.domain
    return {
        "id": domain.id,
        "domain": domain.hostname,
        "domain_unicode": unicode(domain.hostname),
        "profile": domain.profile,
        "mode": domain.mode,
        "region": summary.region,
        "provider": summary.provider,
        "is_default": domain.is_default,
        "status": domain.status,
        "may_send": domain.may_send,
        "may_receive": domain.may_receive,
        "contested": domain.contested,
        "held_elsewhere": domain.held_elsewhere,
        "flags": list(flags(domain.hostname)),
        "created_at": moment(domain.created_at),
        "updated_at": moment(domain.updated_at),
        "verified_at": moment(domain.verified_at),
        "lapsed_at": moment(domain.lapsed_at),
        "checked_at": moment(domain.asked_at),
        "next_check_at": moment(domain.due_at),
        "expires_at": moment(domain.expires_at),
        "transfer_to": domain.transfer_to,
        "outcome": summary.outcome,
    }


@post(
    "/domains",
    tags=["domains"],
    guards=[examining],
    responses=problems(409, *BODY),
)
async def register_domain(request: Request, data: JSONBody[NewDomain]) -> Response[Domain]:
    """Register a domain: a claim, which reserves nothing until it is proven. Answers with what to publish."""
    view = await request.services.domains.register(
        request.actor,
        data.domain,
        profile=data.profile,
        mode=data.mode,
        contest=data.contest,
        region=data.region,
        provider=data.provider,
        is_default=data.is_default,
    )
    location = f"{request.settings.public_url}/api/v2/domains/{view.domain.id}"
    return Response(shown(view), headers={"location": location, "etag": etag.of(view)})


@get("/domains", tags=["domains"], responses=problems(422))
async def list_domains(
    request: Request,
    limit: page.Limit = page.DEFAULT,
    cursor: page.CursorText = None,
    status: FromQuery[Literal["pending", "verified", "lapsed", "failed", "suspended"] | None] = None,
    domain: Annotated[
        str | None, QueryParameter(max_length=1024, description="This name, in any spelling.")
    ] = None,
) -> DomainPage:
    """List the team's domains, newest first."""
    found = await request.services.portfolio.summaries(
        request.actor,
        limit=limit + 1,
        before=page.position(request, LISTING, cursor),
        status=Status(status) if status else None,
        hostname=domain,
    )
    listed, next_cursor = page.cut(request, LISTING, found, limit, lambda each: each.domain.id)
    return DomainPage(data=[DomainSummary(**_summary(each)) for each in listed], next_cursor=next_cursor)


@get("/domains/{domain_id:str}", tags=["domains"], responses=NOT_MODIFIED | problems(404))
async def show_domain(request: Request, domain_id: FromPath[str]) -> Response[Domain]:
    """One domain, with its records and how each of them stood when it was last examined."""
    view = await request.services.domains.get(request.actor, domain_id)
    tag = etag.of(view)
    if etag.is_known(request, tag):
        return unmodified(tag)
    return Response(written(view, shown), headers={"etag": tag})


@patch(
    "/domains/{domain_id:str}",
    tags=["domains"],
    responses=problems(404, 409, 412, *BODY),
)
async def change_domain(
    request: Request, domain_id: FromPath[str], data: JSONBody[DomainChange]
) -> Response[Domain]:
    """Change what is given. Who is resumed goes through verification, never straight to verified."""
    if data.suspended is None and data.mode is None and data.is_default is None:
        raise invalid(
            "nothing_to_change",
            "The body names nothing to change.",
            mend="Send one of suspended, mode and is_default.",
        )
    view = await request.services.domains.change(
        request.actor,
        domain_id,
        suspended=data.suspended,
        mode=data.mode,
        is_default=data.is_default,
        versions=etag.versions(request, domain_id),
    )
    return Response(shown(view), headers={"etag": etag.of(view)})


@delete("/domains/{domain_id:str}", tags=["domains"], responses=problems(404, 409, 412))
async def remove_domain(request: Request, domain_id: FromPath[str]) -> None:
    """Remove a domain: its keys are destroyed and its name is free."""
    versions = etag.versions(request, domain_id)
    await request.services.domains.remove(request.actor, domain_id, versions=versions)


@post(
    "/domains/{domain_id:str}/verify",
    tags=["verification"],
    status_code=200,
    guards=[examining],
    responses=problems(404, *POST),
)
async def verify_domain(request: Request, domain_id: FromPath[str]) -> Domain:
    """Ask provider and DNS now. Never an error for what the DNS says: the answer tells it."""
    return shown(await request.services.verification.verify(request.actor, domain_id))


@post(
    "/domains/{domain_id:str}/refresh",
    tags=["verification"],
    status_code=200,
    guards=[examining],
    responses=problems(404, *POST),
)
async def refresh_domain(request: Request, domain_id: FromPath[str]) -> Domain:
    """Read provider and DNS now, without starting the provider's own verification."""
    return shown(await request.services.verification.refresh(request.actor, domain_id))


@get("/domains/{domain_id:str}/zone-file", tags=["records"], media_type="text/plain", responses=problems(404))
async def show_zone_file(request: Request, domain_id: FromPath[str]) -> Response[str]:
    """The records as a fragment of a zone file (RFC 1035 §5), to be pasted or imported."""
    domain, text = await request.services.domains.zone_file(request.actor, domain_id)
    # A hostname is A-labels alone, so it needs no quoting (RFC 6266 §4.1).
    disposition = f'attachment; filename="{domain.hostname}.zone"'
    return Response(text, headers={"content-disposition": disposition}, media_type="text/plain")
