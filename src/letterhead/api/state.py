"""What all requests of one server share."""

from collections.abc import Mapping
from dataclasses import dataclass

from letterhead.api.cursor import Cursors
from letterhead.api.dialect import Dialects
from letterhead.api.metrics import Metrics
from letterhead.api.rates import Rates
from letterhead.api.settings import Settings
from letterhead.api.streams import Streams
from letterhead.service.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Made once, at start.

    documents  the OpenAPI document of each dialect, as JSON, by its name.
    """

    services: Services
    settings: Settings
    dialects: Dialects
    metrics: Metrics
    rates: Rates
    cursors: Cursors
    streams: Streams
    documents: Mapping[str, bytes]
