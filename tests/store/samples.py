"""Domains, teams, keys and reports to keep, whole enough to be worth keeping."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from letterhead.core.answer import RecordType
from letterhead.core.cause import Cause
from letterhead.core.domain import Domain, Mode, Status
from letterhead.core.event import Event, EventKind
from letterhead.core.finding import Finding, Outcome, Remark, Report, Witness
from letterhead.core.hostname import Hostname
from letterhead.core.platform_address import PlatformAddress
from letterhead.core.record import Record, Role
from letterhead.core.team import Key, Member, MemberRole, Team

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

ACME = Team("team_acme", "acme", NOON)
EVIL = Team("team_evil", "evil", NOON)
ZETA = Team("team_zeta", "zeta", NOON)

_numbers = count(1)


def an_id(prefix: str) -> str:
    """Ids that grow, as real ones do with time."""
    return f"{prefix}_{next(_numbers):026d}"


def a_domain(hostname: str = "acme.com", team: Team = ACME, **fields: Any) -> Domain:
    """A claim that is due at once."""
    given: dict[str, Any] = {
        "id": an_id("dom"),
        "profile": "letterhead",
        "token": "t" * 32,
        "created_at": NOON,
        "updated_at": NOON,
        "due_at": NOON,
    }
    return Domain(team=team.id, hostname=Hostname(hostname), **{**given, **fields})


def holding(**fields: Any) -> dict[str, Any]:
    """The fields of a domain that holds its name."""
    return {"status": Status.VERIFIED, "held": True, "ever_held": True, "verified_at": NOON, **fields}


def a_full_domain() -> Domain:
    """Every field differs from its default, and moments have microseconds."""
    odd = timedelta(microseconds=123_457)
    return a_domain(
        "xn--mnchen-3ya.de",
        due_at=NOON + odd,
        selectors=("lh1", "lh2", "lh3"),
        dkim_key="MIIBIjANBg==",
        mode=Mode.SEND_ONLY,
        status=Status.LAPSED,
        held=True,
        ever_held=True,
        version=7,
        verified_at=NOON - odd,
        lapsed_at=NOON + HOUR,
        asked_at=NOON + HOUR - odd,
        rung=4,
        expires_at=NOON + 30 * HOUR,
        transfer_to=EVIL.id,
        broken_since=NOON - 3 * odd,
        broken_cycles=3,
        broken_told=True,
        region="eu-west-1",
        provider="resend",
        approvals={"mail.xn--mnchen-3ya.de": EVIL.id},
        outproven_at=NOON + odd,
        revoked_at=NOON + 2 * odd,
    )


def an_event(domain: Domain, kind: EventKind = EventKind.CREATED, **data: str) -> Event:
    """Something that happened to a domain at noon."""
    return Event(kind, domain.team, domain.id, domain.hostname, NOON, data)


def told(at: datetime = NOON, team: Team = ACME, kind: EventKind = EventKind.KEY_CREATED) -> Event:
    """Something that happened in a team, to no domain."""
    return Event(kind, team.id, "", "", at, {"actor": "operator"})


def a_member(email: str = "jane@acme.com", team: Team = ACME, **fields: Any) -> Member:
    """An owner."""
    given: dict[str, Any] = {"id": an_id("mem"), "role": MemberRole.OWNER, "created_at": NOON}
    return Member(team=team.id, email=email, **{**given, **fields})


def a_platform_address(local_part: str = "jane", team: Team = ACME, **fields: Any) -> PlatformAddress:
    """An address on the platform domain."""
    given: dict[str, Any] = {"id": an_id("adr"), "created_at": NOON}
    return PlatformAddress(team=team.id, local_part=local_part, **{**given, **fields})


def a_report(asked_at: datetime = NOON, outcome: Outcome = Outcome.FAIL) -> Report:
    """A report with every kind of evidence in it."""
    record = Record(Role.MX, RecordType.MX, "acme.com", "mx.example.net", True, "Routes mail.", priority=10)
    witness = Witness(
        question="acme.com MX",
        source="authoritative",
        server="udp://192.0.2.53:53",
        name="ns1.acme.com",
        zone="acme.com",
        asked_at=asked_at + timedelta(microseconds=1),
        elapsed_ms=1.25,
        rcode="NOERROR",
        authoritative=True,
        authenticated=False,
        answers=('acme.com 300 TXT "; DROP TABLE domain; --\\x00\\xff ☃',),
        fault="",
        detail="",
    )
    finding = Finding(
        record,
        outcome,
        Cause.MX_FOREIGN,
        "Publish it.",
        found=("10 mx.other.example",),
        remarks=(Remark("ttl_long", "Long."),),
        witnesses=(witness,),
        visible_at=asked_at + HOUR,
        suggestion="v=spf1 -all",
    )
    return Report(outcome, (finding,), asked_at, "0123456789abcdef", "acme.com")


def a_key(team: Team = ACME, **fields: Any) -> Key:
    """A key that may read domains."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "id": an_id("key"),
        "name": "ci",
        "hint": "lh_root_…wxyz",
        "digest": f"{number:064x}",
        "permissions": frozenset({"domain.read"}),
        "created_at": NOON,
    }
    return Key(team=team.id, **{**given, **fields})
