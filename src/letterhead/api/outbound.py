"""What goes out, in numbers: events announced, deliveries and letters by what became of them."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from letterhead.service.services import Services


class Outbound(Collector):
    """Reads what the worker of this process has counted, whenever /metrics is asked for."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        """The numbers as they are now."""
        dispatch, notices = self._services.dispatch, self._services.owner_notices
        announced = self._services.announcements.announced
        yield _counted(
            "letterhead_events_announced",
            "Events that were given their place in the tail.",
            "kind",
            announced,
        )
        yield _counted(
            "letterhead_delivery_attempts",
            "Attempts to deliver events to webhooks.",
            "outcome",
            dispatch.outcomes,
        )
        yield _counted(
            "letterhead_letters_written",
            "Letters to owners; without a smarthost they are kept.",
            "fate",
            notices.written,
        )
        yield _counted("letterhead_letter_attempts", "Attempts to send letters.", "outcome", notices.outcomes)


def _counted(name: str, about: str, label: str, times: Counter[str]) -> Metric:
    family = CounterMetricFamily(name, about, labels=(label,))
    for each, count in sorted(times.items()):
        family.add_metric((each,), count)
    return family
