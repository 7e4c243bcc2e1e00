"""Records: what a customer is to publish, and how each of them stands."""

from datetime import datetime
from typing import Literal

import msgspec
from litestar import get
from litestar.params import FromPath
from msgspec import UNSET, UnsetType

from letterhead.api.moment import moment
from letterhead.api.native.responses import problems
from letterhead.api.request import Request
from letterhead.core import finding, record
from letterhead.core.answer import RecordType
from letterhead.core.cause import Cause
from letterhead.core.record import Role
from letterhead.service.view import View

State = Literal["unchecked", "pass", "fail", "refused", "unknown"]
"""An outcome, or `unchecked` before the record was looked at."""


class Remark(msgspec.Struct, kw_only=True):
    """Something worth knowing that does not block."""

    code: str
    text: str


class Record(msgspec.Struct, kw_only=True):
    """One record to publish and what is there.

    `host` is the full name, without a final dot. `value` is unquoted; of an MX only the exchange, with
    `priority` beside it. `advice` is one sentence, empty where nothing is wrong; `found` is what stands
    there instead, or there too; of very many the last says how many more there are. `suggestion` is the whole
    value to publish where it is not simply `value`.
    `visible_at` is when resolvers will have forgotten that the record was not there.
    """

    role: Role
    type: RecordType
    host: str
    value: str
    priority: int | UnsetType = UNSET
    ttl: int
    required: bool
    purpose: str
    state: State
    cause: Cause | None
    advice: str
    found: list[str]
    suggestion: str | None
    visible_at: datetime | None
    remarks: list[Remark]


class RecordList(msgspec.Struct, kw_only=True):
    """All records of a domain, in the order in which they are shown."""

    data: list[Record]


def shown(view: View) -> list[Record]:
    """The plan's records, each with its finding where the newest report has one."""
    found = {_key(each.record): each for each in view.report.findings} if view.report else {}
    return [_record(wanted, found.get(_key(wanted))) for wanted in view.plan.records]


def remarks(of: finding.Finding | None) -> list[Remark]:
    """A finding's remarks."""
    return [Remark(code=remark.code, text=remark.text) for remark in (of.remarks if of else ())]


def _key(wanted: record.Record) -> tuple[RecordType, str, str]:
    """What a finding speaks of: the plan may be newer, and then only what is still asked for counts."""
    return wanted.type, wanted.host, wanted.text


def _record(wanted: record.Record, found: finding.Finding | None) -> Record:
    return Record(
        role=wanted.role,
        type=wanted.type,
        host=wanted.host,
        value=wanted.value,
        priority=UNSET if wanted.priority is None else wanted.priority,
        ttl=wanted.ttl,
        required=wanted.required,
        purpose=wanted.purpose,
        state=found.outcome.value if found else "unchecked",
        cause=found.cause if found else None,
        advice=found.advice if found else "",
        found=list(found.found) if found else [],
        suggestion=found.suggestion or None if found else None,
        visible_at=moment(found.visible_at) if found else None,
        remarks=remarks(found),
    )


@get("/domains/{domain_id:str}/records", tags=["records"], responses=problems(404))
async def list_records(request: Request, domain_id: FromPath[str]) -> RecordList:
    """The records to publish for a domain, and how each of them stood when it was last examined."""
    return RecordList(data=shown(await request.services.domains.get(request.actor, domain_id)))
