"""The dialect inboxlayer, `/api/v1/custom_domains`: a wrapper around bodies, plain arrays, `token` keys."""

from typing import Annotated, Final

import msgspec
from litestar import Response, delete, get, patch, post, put
from litestar.openapi.spec import SecurityScheme
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from letterhead.api import problem as problems
from letterhead.api.answer import Answer, written
from letterhead.api.charging import examining
from letterhead.api.dialect import Description, Dialect
from letterhead.api.dialects.standing import WORDS, Word, state
from letterhead.api.problem import Problem
from letterhead.api.request import Request
from letterhead.api.responses import ALWAYS, errors
from letterhead.core.answer import RecordType
from letterhead.core.record import Record, Role
from letterhead.service.view import View

Name = Annotated[str, Meta(max_length=1024, examples=["yourdomain.com"])]
Text = Annotated[str, Meta(max_length=4096)] | None


class Fields(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The published fields of a domain. Only `domain` is read: the records are ours to give."""

    domain: Name | UnsetType = UNSET
    dkim_host: Text = None
    dkim_value: Text = None
    spf_host: Text = None
    spf_value: Text = None


class Body(Fields, kw_only=True, forbid_unknown_fields=True):
    """The fields in their wrapper, or bare."""

    custom_domain: Fields | UnsetType = UNSET


class DkimRecord(msgspec.Struct):
    """One of the CNAMEs that lead to our keys."""

    type: str
    name: str
    value: str


class DnsRecord(msgspec.Struct, kw_only=True):
    """One record to publish, and how it stood when that was last known."""

    type: str
    name: str
    value: str
    priority: int | UnsetType = UNSET
    required: bool
    status: Word


class CustomDomain(msgspec.Struct, kw_only=True):
    """A domain. `dkim_host` and `dkim_value` are the first of the CNAMEs, empty where none are asked for."""

    id: str
    domain: str
    verified_status: Word
    dkim_host: str
    dkim_value: str
    dkim_records: list[DkimRecord]
    dns_records: list[DnsRecord]


class Error(msgspec.Struct, kw_only=True):
    """What was wrong: a sentence, and a stable code."""

    error: str
    error_code: str


_REFUSALS: Final = errors(Error, (*ALWAYS, 404, 408, 409, 413, 415, 422))


def word(problem: Problem, request_id: str, public_url: str) -> Answer:
    """The problem in this dialect."""
    del request_id, public_url
    headers = {"content-type": "application/json", **problem.headers}
    body = msgspec.json.encode(Error(error=problem.text, error_code=problem.code))
    return Answer(problem.status, headers, body)


def _shown(view: View) -> CustomDomain:
    aliases = [
        DkimRecord(r.type, r.host, r.value) for r in view.plan.of(Role.DKIM) if r.type is RecordType.CNAME
    ]
    first = aliases[0] if aliases else DkimRecord("", "", "")
    return CustomDomain(
        id=view.domain.id,
        domain=view.domain.hostname,
        verified_status=WORDS[view.domain.status],
        dkim_host=first.name,
        dkim_value=first.value,
        dkim_records=aliases,
        dns_records=[_record(view, record) for record in view.plan.records],
    )


def _record(view: View, record: Record) -> DnsRecord:
    return DnsRecord(
        type=record.type,
        name=record.host,
        value=record.value,
        priority=UNSET if record.priority is None else record.priority,
        required=record.required,
        status=state(view, record),
    )


def _fields(body: Body) -> Fields:
    """What was sent, whichever of the two ways; raises `validation` for both at once."""
    if body.custom_domain is UNSET:
        return body
    if any(getattr(body, name) not in {UNSET, None} for name in Fields.__struct_fields__):
        raise problems.validation([("custom_domain", "the fields stand within it, or without it, not both")])
    return body.custom_domain


@get("/", responses=_REFUSALS)
async def list_domains(request: Request) -> list[CustomDomain]:
    """All domains, newest first."""
    return [_shown(view) for view in await request.services.portfolio.all(request.actor)]


@post("/", guards=[examining], responses=_REFUSALS)
async def register_domain(request: Request, data: JSONBody[Body]) -> Response[CustomDomain]:
    """Create a domain. Answers with the records to publish."""
    name = _fields(data).domain
    if name is UNSET:
        raise problems.validation([("domain", problems.REQUIRED)])
    view = await request.services.domains.register(request.actor, name, profile="inboxlayer")
    location = f"{request.settings.public_url}/api/v1/custom_domains/{view.domain.id}"
    return Response(_shown(view), headers={"location": location})


@get("/{domain_id:str}", responses=_REFUSALS)
async def show_domain(request: Request, domain_id: FromPath[str]) -> CustomDomain:
    """One domain."""
    return written(await request.services.domains.get(request.actor, domain_id), _shown)


@patch("/{domain_id:str}", responses=_REFUSALS)
async def change_domain(request: Request, domain_id: FromPath[str], data: JSONBody[Body]) -> CustomDomain:
    """Update a domain: its name stays, and its records are ours to give, so that nothing changes."""
    return await _changed(request, domain_id, _fields(data))


@put("/{domain_id:str}", responses=_REFUSALS)
async def replace_domain(request: Request, domain_id: FromPath[str], data: JSONBody[Body]) -> CustomDomain:
    """The same as PATCH."""
    return await _changed(request, domain_id, _fields(data))


async def _changed(request: Request, domain_id: str, fields: Fields) -> CustomDomain:
    view = await request.services.domains.change(request.actor, domain_id)
    if (
        fields.domain is not UNSET
        and request.services.domains.canonical(fields.domain) != view.domain.hostname
    ):
        raise problems.validation([("domain", "can't be changed; create another domain instead")])
    return _shown(view)


@delete("/{domain_id:str}", responses=_REFUSALS)
async def remove_domain(request: Request, domain_id: FromPath[str]) -> None:
    """Remove a domain."""
    await request.services.domains.remove(request.actor, domain_id)


@post("/{domain_id:str}/verify", guards=[examining], status_code=200, responses=_REFUSALS)
async def verify_domain(request: Request, domain_id: FromPath[str]) -> CustomDomain:
    """Look at the DNS now; all three CNAMEs and the MX must be there."""
    return _shown(await request.services.verification.verify(request.actor, domain_id))


INBOXLAYER: Final = Dialect(
    name="inboxlayer",
    prefix="/api/v1/custom_domains",
    handlers=(
        list_domains,
        register_domain,
        show_domain,
        change_domain,
        replace_domain,
        remove_domain,
        verify_domain,
    ),
    word=word,
    description=Description(
        title="Inboxlayer",
        text="Custom domains. Send your key as `Authorization: Bearer …` or `Authorization: token …`.",
        security={"key": SecurityScheme(type="apiKey", name="Authorization", security_scheme_in="header")},
    ),
    schemes=frozenset({"bearer", "token"}),
)
