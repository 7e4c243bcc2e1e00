"""The dialect anyreach, `/core/email-domains`: bare objects, `{"detail"}`, an organization in a header."""

from typing import Annotated, Final

import msgspec
from litestar import delete, get, post
from litestar.openapi.spec import SecurityScheme
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from letterhead.api.answer import Answer, written
from letterhead.api.charging import examining
from letterhead.api.dialect import Description, Dialect
from letterhead.api.dialects.standing import WORDS, Word, state
from letterhead.api.headers import Headers
from letterhead.api.problem import Problem
from letterhead.api.request import Request
from letterhead.api.responses import ALWAYS, errors
from letterhead.core.hostname import is_registrable, registrable
from letterhead.core.permission import Actor
from letterhead.core.record import Record
from letterhead.core.refusal import Kind, Refusal, forbidden, invalid
from letterhead.service.services import Services
from letterhead.service.view import View


class NewDomain(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The bare domain to register: no `@`, no subdomain."""

    domain: Annotated[str, Meta(max_length=1024, examples=["acme.com"])]
    provider: Annotated[str, Meta(max_length=64)] = "resend"


class DnsRecord(msgspec.Struct, kw_only=True):
    """One record to publish: not there yet is `pending`, there and wrong is `failed`."""

    type: str
    name: str
    value: str
    priority: int | UnsetType = UNSET
    status: Word


class Domain(msgspec.Struct, kw_only=True):
    """A domain with its records."""

    id: str
    domain: str
    provider: str
    status: Word
    dns_records: list[DnsRecord]


class Removed(msgspec.Struct, kw_only=True):
    """The domain is gone."""

    id: str
    deleted: bool


class Error(msgspec.Struct, kw_only=True):
    """What was wrong."""

    detail: str


_REFUSALS: Final = errors(Error, (*ALWAYS, 404, 408, 409, 413, 415, 422))


def word(problem: Problem, request_id: str, public_url: str) -> Answer:
    """The problem in this dialect: one sentence."""
    del request_id, public_url
    headers = {"content-type": "application/json", **problem.headers}
    taken = problem.code in {"domain_exists", "domain_held"}
    text = f"The domain {problem.extra.get('domain')} is already registered." if taken else problem.text
    return Answer(problem.status, headers, msgspec.json.encode(Error(detail=text)))


async def admit(headers: Headers, services: Services, secret: str, actor: Actor) -> None:
    """Hold `X-Anyreach-Org` against the key's team; a personal token must say for whom it asks (A06)."""
    organization = headers.get("x-anyreach-org")
    if organization is None and secret.startswith("pat_"):
        text = "Token is missing organization claim."
        raise Refusal(Kind.UNAUTHENTICATED, "organization_required", text, mend="Send X-Anyreach-Org.")
    if organization is None or organization == actor.team:
        return
    team = await services.teams.known(organization)
    if team is None or team.id != actor.team:
        raise forbidden("wrong_organization", "The token does not belong to this organization.")


def _shown(view: View) -> Domain:
    return Domain(
        id=view.domain.id,
        domain=view.domain.hostname,
        provider=view.provider,
        status=WORDS[view.domain.status],
        dns_records=[_record(view, record) for record in view.plan.records],
    )


def _record(view: View, record: Record) -> DnsRecord:
    return DnsRecord(
        type=record.type,
        name=record.host,
        value=record.value,
        priority=UNSET if record.priority is None else record.priority,
        status=state(view, record),
    )


@get("/email-domains", responses=_REFUSALS)
async def list_domains(request: Request) -> list[Domain]:
    """All domains, newest first."""
    return [_shown(view) for view in await request.services.portfolio.all(request.actor)]


@post(
    "/email-domains",
    guards=[examining],
    status_code=200,
    responses=_REFUSALS,
)
async def register_domain(request: Request, data: JSONBody[NewDomain]) -> Domain:
    """Register a bare domain. Answers with the records to publish."""
    domains = request.services.domains
    hostname = domains.canonical(data.domain)
    if not is_registrable(hostname):
        raise invalid(
            "not_registrable",
            f"{hostname} lies below {registrable(hostname)}; a bare domain is wanted here.",
            mend=f"Register {registrable(hostname)}.",
            param="domain",
        )
    return _shown(await domains.register(request.actor, hostname, profile="anyreach", provider=data.provider))


@get("/email-domains/{domain_id:str}", responses=_REFUSALS)
async def show_domain(request: Request, domain_id: FromPath[str]) -> Domain:
    """One domain with its records."""
    return written(await request.services.domains.get(request.actor, domain_id), _shown)


@post("/email-domains/{domain_id:str}/verify", guards=[examining], status_code=200, responses=_REFUSALS)
async def verify_domain(request: Request, domain_id: FromPath[str]) -> Domain:
    """Start the provider's verification anew, then read it and the DNS."""
    return _shown(await request.services.verification.verify(request.actor, domain_id))


@post("/email-domains/{domain_id:str}/refresh", guards=[examining], status_code=200, responses=_REFUSALS)
async def refresh_domain(request: Request, domain_id: FromPath[str]) -> Domain:
    """Read provider and DNS as they are; the provider's own verification is not started."""
    return _shown(await request.services.verification.refresh(request.actor, domain_id))


@delete("/email-domains/{domain_id:str}", status_code=200, responses=_REFUSALS)
async def remove_domain(request: Request, domain_id: FromPath[str]) -> Removed:
    """Remove a domain."""
    await request.services.domains.remove(request.actor, domain_id)
    return Removed(id=domain_id, deleted=True)


ANYREACH: Final = Dialect(
    name="anyreach",
    prefix="/core",
    handlers=(list_domains, register_domain, show_domain, verify_domain, refresh_domain, remove_domain),
    word=word,
    description=Description(
        title="Anyreach",
        text="E-mail domains of an organization, which `X-Anyreach-Org` names.",
        security={"key": SecurityScheme(type="http", scheme="bearer", description="ak_… or pat_…")},
    ),
    admit=admit,
)
