"""What an operator's monitoring should wake them for: the breaker, and who of those whom we ask is ill."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from letterhead.core.breaker import State
from letterhead.service.breaker import Breaker


class Alarms(Collector):
    """Reads the breaker whenever /metrics is asked for."""

    def __init__(self, breaker: Breaker) -> None:
        self._breaker = breaker

    def collect(self) -> Iterator[Metric]:
        """The numbers as they are now."""
        breaker = self._breaker
        yield GaugeMetricFamily(
            "letterhead_breaker_open",
            "1 while nothing is taken from any domain, because the fault may be ours.",
            value=int(breaker.state is State.OPEN),
        )
        yield CounterMetricFamily(
            "letterhead_operator_alerts", "Times that the breaker opened.", value=breaker.alerts
        )
        ill = GaugeMetricFamily(
            "letterhead_resolver_ill",
            "1 for each of those whom we ask about the DNS whose canaries say that it is ill.",
            labels=("server", "symptom"),
        )
        for server, illness in breaker.watch.ill.items():
            ill.add_metric((server, illness.symptom), 1)
        yield ill
