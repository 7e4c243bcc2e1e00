"""The native interface on one screen."""

from typing import Final

from litestar import Router
from litestar.handlers import HTTPRouteHandler

from letterhead.api.native import domains, events, evidence, keys, records, transfers
from letterhead.api.native.problem import ProblemDocument

PREFIX: Final = "/api/v2"

HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (
    domains.register_domain,
    domains.list_domains,
    domains.show_domain,
    domains.change_domain,
    domains.remove_domain,
    domains.verify_domain,
    domains.refresh_domain,
    domains.show_zone_file,
    records.list_records,
    evidence.show_evidence,
    events.list_history,
    events.list_events,
    transfers.offer_domain,
    transfers.withdraw_domain,
    transfers.accept_domain,
    keys.create_key,
    keys.list_keys,
    keys.revoke_key,
)


def router() -> Router:
    """All operations under their prefix."""
    return Router(PREFIX, route_handlers=HANDLERS)


SHAPES: Final = (
    domains.NewDomain,
    domains.DomainChange,
    domains.Domain,
    domains.DomainPage,
    records.RecordList,
    evidence.Evidence,
    events.EventPage,
    transfers.Offer,
    keys.NewKey,
    keys.KeyWithSecret,
    keys.KeyPage,
    ProblemDocument,
)
"""Every body and answer; the OpenAPI document describes them and what they are made of."""
