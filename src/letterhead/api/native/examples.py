"""One example of each body and answer, for the OpenAPI document."""

from datetime import UTC, datetime
from typing import Final

import msgspec

from letterhead.api.native.domains import Domain, DomainPage, DomainSummary, NewDomain
from letterhead.api.native.events import Event, EventPage
from letterhead.api.native.evidence import Evidence, Finding, Witness
from letterhead.api.native.keys import KeyWithSecret, NewKey
from letterhead.api.native.members import Member, MemberPage, NewMember
from letterhead.api.native.notices import Notice, NoticePage
from letterhead.api.native.platform_addresses import NewPlatformAddress, PlatformAddress, PlatformAddressPage
from letterhead.api.native.problem import ProblemDocument
from letterhead.api.native.records import Record, RecordList
from letterhead.api.native.teams import Counts, Team
from letterhead.api.native.watching import Watched
from letterhead.api.native.webhooks import (
    Delivery,
    DeliveryPage,
    NewWebhook,
    Replay,
    Replayed,
    TestCall,
    Webhook,
    WebhookChange,
    WebhookPage,
    WebhookWithSecret,
)
from letterhead.core.answer import RecordType
from letterhead.core.cause import Cause
from letterhead.core.delivery import State
from letterhead.core.domain import Mode, Status
from letterhead.core.event import EventKind
from letterhead.core.finding import Outcome
from letterhead.core.record import Role
from letterhead.core.team import MemberRole

_CREATED = datetime(2026, 1, 15, 12, tzinfo=UTC)
_CHECKED = datetime(2026, 1, 15, 12, 5, tzinfo=UTC)
_ID = "dom_01kf0h4y8r"

_RECORD = Record(
    role=Role.MX,
    type=RecordType.MX,
    host="acme.com",
    value="mx.letterhead.example",
    priority=10,
    ttl=300,
    required=True,
    purpose="Brings mail for the domain to us.",
    state="fail",
    cause=Cause.NAME_MISSING,
    advice="There is no record at acme.com: publish an MX record with 10 mx.letterhead.example.",
    found=[],
    suggestion=None,
    visible_at=None,
    remarks=[],
)

_SUMMARY = DomainSummary(
    id=_ID,
    domain="acme.com",
    domain_unicode="acme.com",
    profile="letterhead",
    mode=Mode.SEND_RECEIVE,
    region="default",
    provider="relay",
    is_default=False,
    status=Status.PENDING,
    may_send=False,
    may_receive=False,
    contested=False,
    held_elsewhere=False,
    flags=[],
    created_at=_CREATED,
    updated_at=_CREATED,
    verified_at=None,
    lapsed_at=None,
    checked_at=_CHECKED,
    next_check_at=datetime(2026, 1, 15, 12, 10, tzinfo=UTC),
    expires_at=datetime(2026, 2, 14, 12, tzinfo=UTC),
    transfer_to=None,
    outcome=Outcome.FAIL,
)

_MEMBER = Member(id="mem_01kf0h4y8r", email="jane@acme.com", role=MemberRole.ADMIN, created_at=_CREATED)

_ADDRESS = PlatformAddress(id="adr_01kf0h4y8r", address="jane@agents.letterhead.example", created_at=_CREATED)

_FINDING = Finding(
    role=_RECORD.role,
    type=_RECORD.type,
    host=_RECORD.host,
    required=True,
    outcome=Outcome.FAIL,
    cause=Cause.NAME_MISSING,
    advice=_RECORD.advice,
    found=[],
    suggestion=None,
    visible_at=None,
    remarks=[],
    witnesses=[
        Witness(
            question="acme.com MX",
            source="authoritative",
            server="udp://192.0.2.53:53",
            name="ns1.acme.com",
            zone="acme.com",
            asked_at=_CHECKED,
            elapsed_ms=12.5,
            rcode="NXDOMAIN",
            authoritative=True,
            authenticated=False,
            answers=[],
            fault="",
            detail="",
            nsid="",
        )
    ],
)

_EVENT = Event(
    id="evt_1",
    kind=EventKind.CREATED,
    domain_id=_ID,
    domain="acme.com",
    at=_CREATED,
    text="The domain was registered with the profile letterhead.",
    data={"profile": "letterhead"},
)

_WEBHOOK = Webhook(
    id="whk_01kf0h4y8r",
    url="https://hooks.acme.com/letterhead",
    kinds=["domain.failed", "domain.recovered"],
    enabled=True,
    disabled=None,
    disabled_at=None,
    failing_since=None,
    created_at=_CREATED,
)

EXAMPLES: Final[dict[str, msgspec.Struct]] = {
    "NewDomain": NewDomain(domain="acme.com"),
    "Domain": Domain(**msgspec.structs.asdict(_SUMMARY), records=[_RECORD]),
    "DomainPage": DomainPage(data=[_SUMMARY], next_cursor=None),
    "RecordList": RecordList(data=[_RECORD]),
    "Evidence": Evidence(
        domain="acme.com",
        asked_at=_CHECKED,
        outcome=Outcome.FAIL,
        plan="5f2b6c1d9e0a7348",
        zone="acme.com",
        findings=[_FINDING],
    ),
    "EventPage": EventPage(
        data=[_EVENT],
        next_cursor=None,
    ),
    "NewKey": NewKey(name="ci", role="root:readonly"),
    "KeyWithSecret": KeyWithSecret(
        id="key_01kf0h4y8r",
        name="ci",
        hint="lh_…x7Qz",
        permissions=["domain.read", "key.read"],
        domains=None,
        mailboxes=None,
        member=None,
        created_at=_CREATED,
        expires_at=None,
        last_used_at=None,
        secret="lh_…",  # noqa: S106 - shows where the secret stands
    ),
    "NewMember": NewMember(email="jane@acme.com", role=MemberRole.ADMIN),
    "MemberPage": MemberPage(data=[_MEMBER], next_cursor=None),
    "Team": Team(
        id="team_01kf0h4y8r",
        slug="acme",
        created_at=_CREATED,
        default_domain=_ID,
        platform_domain="agents.letterhead.example",
        counts=Counts(domains=1, members=2, keys=3),
    ),
    "NewPlatformAddress": NewPlatformAddress(local_part="jane"),
    "PlatformAddress": _ADDRESS,
    "PlatformAddressPage": PlatformAddressPage(data=[_ADDRESS], next_cursor=None),
    "NewWebhook": NewWebhook(url=_WEBHOOK.url, kinds=_WEBHOOK.kinds),
    "Watched": Watched(watched_until=_CHECKED),
    "WebhookChange": WebhookChange(enabled=False),
    "Webhook": _WEBHOOK,
    "WebhookWithSecret": WebhookWithSecret(
        **msgspec.structs.asdict(_WEBHOOK),
        secret="whsec_…",  # noqa: S106 - shows where the secret stands
    ),
    "WebhookPage": WebhookPage(data=[_WEBHOOK], next_cursor=None),
    "Replay": Replay(event="evt_1"),
    "Replayed": Replayed(deliveries=1),
    "TestCall": TestCall(delivered=True, status=204, fault="", elapsed_ms=83.1),
    "DeliveryPage": DeliveryPage(
        data=[
            Delivery(
                event=_EVENT,
                state=State.PENDING,
                attempts=1,
                attempted_at=_CREATED,
                next_attempt_at=_CHECKED,
                status=503,
                fault="",
            )
        ],
        next_cursor=None,
    ),
    "NoticePage": NoticePage(
        data=[
            Notice(
                id="ntc_01kf0h4y8r",
                email="jane@acme.net",
                kind=EventKind.RECOVERED,
                domain_id=_ID,
                domain="acme.com",
                at=_CREATED,
                text="acme.com has recovered: all that is required is there again, mail flows.",
                letter=None,
                sent_at=None,
            )
        ],
        next_cursor=None,
    ),
    "ProblemDocument": ProblemDocument(
        type="https://letterhead.example/problems/domain_public_suffix",
        title="Not valid",
        status=422,
        code="domain_public_suffix",
        detail="Under co.uk anybody can register names; it is nobody's mail domain.",
        mend="Add your own name in front of it.",
        param="domain",
        request_id="req_5f2b6c1d9e0a73485f2b6c1d",
    ),
}
