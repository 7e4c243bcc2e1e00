"""The native interface on one screen."""

from typing import Final

from litestar import Router
from litestar.handlers import HTTPRouteHandler

from letterhead.api.native import (
    domains,
    events,
    evidence,
    export,
    keys,
    members,
    notices,
    platform_addresses,
    records,
    related,
    stream,
    teams,
    transfers,
    watching,
    webhooks,
)

PREFIX: Final = "/api/v2"

HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (
    domains.register_domain,
    domains.list_domains,
    domains.show_domain,
    domains.change_domain,
    domains.remove_domain,
    domains.verify_domain,
    domains.refresh_domain,
    watching.watch_domain,
    domains.show_zone_file,
    records.list_records,
    evidence.show_evidence,
    events.list_history,
    export.export_history,
    events.list_events,
    stream.stream_events,
    transfers.offer_domain,
    transfers.withdraw_domain,
    transfers.accept_domain,
    related.list_related,
    related.approve_name,
    related.revoke_name,
    keys.create_key,
    keys.list_keys,
    keys.revoke_key,
    members.add_member,
    members.list_members,
    members.change_member,
    members.remove_member,
    teams.show_team,
    platform_addresses.take_address,
    platform_addresses.list_addresses,
    platform_addresses.show_address,
    platform_addresses.release_address,
    webhooks.create_webhook,
    webhooks.list_webhooks,
    webhooks.show_webhook,
    webhooks.change_webhook,
    webhooks.remove_webhook,
    webhooks.rotate_secret,
    webhooks.test_webhook,
    webhooks.replay_events,
    webhooks.list_deliveries,
    notices.list_notices,
)


def router() -> Router:
    """All operations under their prefix."""
    return Router(PREFIX, route_handlers=HANDLERS)
