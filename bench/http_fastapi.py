"""The peer of the HTTP measurements: FastAPI with SQLAlchemy's ORM over aiosqlite.

It does what the server does for `GET /api/v2/domains/{id}`: it looks the key up, reads the domain with the
same EXISTS about other rows and the newest report, and says the same JSON, which our own code makes of them.
"""

from typing import Annotated, Any

import msgspec
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from sqlalchemy import JSON, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, aliased, mapped_column
from uvicorn._types import ASGIApplication

from letterhead.api.native.domains import shown
from letterhead.config import Config
from letterhead.core.domain import Domain, Mode, Status
from letterhead.core.finding import Report
from letterhead.core.hostname import Hostname
from letterhead.core.plan import plan
from letterhead.core.profile import PROFILES
from letterhead.service.minting import digest
from letterhead.service.view import View
from letterhead.store.instant import from_micros


class Table(DeclarativeBase):
    """The tables, as far as they are read here."""


class KeyRow(Table):
    """An API key."""

    __tablename__ = "api_key"
    id: Mapped[str] = mapped_column(primary_key=True)
    team: Mapped[str]
    digest: Mapped[str]
    permissions: Mapped[list[str]] = mapped_column(JSON)
    domains: Mapped[list[str] | None] = mapped_column(JSON)
    expires_at: Mapped[int | None]
    revoked_at: Mapped[int | None]
    last_used_at: Mapped[int | None]


class ReportRow(Table):
    """The newest report of a domain."""

    __tablename__ = "report"
    domain: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]


class DomainRow(Table):
    """A domain."""

    __tablename__ = "domain"
    id: Mapped[str] = mapped_column(primary_key=True)
    team: Mapped[str]
    hostname: Mapped[str]
    reversed_hostname: Mapped[str]
    profile: Mapped[str]
    token: Mapped[str]
    selectors: Mapped[list[str]] = mapped_column(JSON)
    dkim_key: Mapped[str]
    mode: Mapped[str]
    status: Mapped[str]
    held: Mapped[int]
    ever_held: Mapped[int]
    version: Mapped[int]
    created_at: Mapped[int]
    updated_at: Mapped[int]
    verified_at: Mapped[int | None]
    lapsed_at: Mapped[int | None]
    asked_at: Mapped[int | None]
    rung: Mapped[int]
    due_at: Mapped[int | None]
    expires_at: Mapped[int | None]
    transfer_to: Mapped[str | None]


_OTHER = aliased(DomainRow)
_SAME = _OTHER.hostname == DomainRow.hostname
_CONTESTED = exists().where(
    and_(_SAME, _OTHER.team != DomainRow.team, or_(_OTHER.status != "deleted", _OTHER.ever_held == 1))
)
_HELD_ELSEWHERE = exists().where(and_(_SAME, _OTHER.id != DomainRow.id, _OTHER.held == 1))
_HELD_BELOW = exists().where(
    and_(
        _OTHER.held == 1,
        _OTHER.team != DomainRow.team,
        _OTHER.reversed_hostname > DomainRow.reversed_hostname + ".",
        _OTHER.reversed_hostname < DomainRow.reversed_hostname + "/",
    )
)


def fastapi(config: Config) -> ASGIApplication:
    """FastAPI, its dependencies, and a session of SQLAlchemy over aiosqlite for each request."""
    application = FastAPI()
    path = config.store.url.removeprefix("sqlite:///")
    sessions = async_sessionmaker(create_async_engine(f"sqlite+aiosqlite:///{path}"))

    async def session() -> Any:
        async with sessions() as opened:
            yield opened

    async def key(request: Request, opened: Annotated[AsyncSession, Depends(session)]) -> KeyRow:
        secret = request.headers.get("authorization", "").removeprefix("Bearer ")
        found = await opened.scalar(select(KeyRow).where(KeyRow.digest == digest(secret)))
        if found is None or found.revoked_at is not None:
            raise HTTPException(401)
        return found

    @application.get("/api/v2/domains/{domain_id}")
    async def show(
        domain_id: str,
        opened: Annotated[AsyncSession, Depends(session)],
        asking: Annotated[KeyRow, Depends(key)],
    ) -> Response:
        wanted = select(DomainRow, _CONTESTED, _HELD_ELSEWHERE, _HELD_BELOW).where(
            DomainRow.id == domain_id, DomainRow.team == asking.team, DomainRow.status != "deleted"
        )
        found = (await opened.execute(wanted)).one_or_none()
        if found is None:
            raise HTTPException(404)
        domain = _domain(*found)
        body = await opened.scalar(select(ReportRow.body).where(ReportRow.domain == domain.id))
        report = msgspec.json.decode(body, type=Report) if body else None
        view = View(domain, plan(domain, PROFILES[domain.profile], config.site), report)
        return Response(msgspec.json.encode(shown(view)), media_type="application/json")

    return application  # type: ignore[return-value]  # the two describe the same messages by other types


def _domain(row: DomainRow, contested: bool, held_elsewhere: bool, held_below: bool) -> Domain:  # noqa: FBT001 - the columns of a row
    return Domain(
        id=row.id,
        team=row.team,
        hostname=Hostname(row.hostname),
        profile=row.profile,
        token=row.token,
        created_at=from_micros(row.created_at),
        updated_at=from_micros(row.updated_at),
        due_at=from_micros(row.due_at),
        selectors=tuple(row.selectors),
        dkim_key=row.dkim_key,
        mode=Mode(row.mode),
        status=Status(row.status),
        held=bool(row.held),
        ever_held=bool(row.ever_held),
        contested=contested,
        held_elsewhere=held_elsewhere,
        held_below=held_below,
        version=row.version,
        verified_at=from_micros(row.verified_at),
        lapsed_at=from_micros(row.lapsed_at),
        asked_at=from_micros(row.asked_at),
        rung=row.rung,
        expires_at=from_micros(row.expires_at),
        transfer_to=row.transfer_to,
    )
