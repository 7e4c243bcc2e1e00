"""What goes out, in numbers: events announced, deliveries and letters by outcome, and how many wait."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from letterhead.service.services import Services


class Outbound(Collector):
    """Reads what the worker of this process has counted, whenever /metrics is asked for."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        """The numbers as they are now."""
        dispatch, notices = self._services.dispatch, self._services.owner_notices
        yield CounterMetricFamily(
            "letterhead_events_announced",
            "Events that were given their place in the tail.",
            value=self._services.announcements.announced,
        )
        yield _by_outcome(
            "letterhead_delivery_attempts", "Attempts to deliver events to webhooks.", dispatch.outcomes
        )
        yield GaugeMetricFamily(
            "letterhead_deliveries_waiting", "Deliveries to webhooks that wait.", value=dispatch.waiting
        )
        yield _by_outcome("letterhead_letter_attempts", "Attempts to send letters.", notices.outcomes)
        yield GaugeMetricFamily(
            "letterhead_letters_waiting", "Letters to owners that wait to be sent.", value=notices.waiting
        )


def _by_outcome(name: str, about: str, outcomes: Counter[str]) -> Metric:
    family = CounterMetricFamily(name, about, labels=("outcome",))
    for outcome, times in sorted(outcomes.items()):
        family.add_metric((outcome,), times)
    return family
