"""The work in numbers: how far behind it is, what examinations came to, what waits, what still goes on."""

from collections.abc import Callable, Iterator
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from letterhead.core.finding import Outcome
from letterhead.service.examined import BUCKETS, Examined
from letterhead.service.patrol import RESULTS
from letterhead.service.services import Services


class Workings(Collector):
    """Reads what this process has counted, and what was counted in the store, whenever /metrics is asked for.

    What could not be counted is not there: a missing number is no zero.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        """The numbers as they are now."""
        yield from self._of_queues()
        yield from self._of_patrol()
        yield from _of_examinations(self._services.verification.checkup.examined)
        yield CounterMetricFamily(
            "letterhead_domains_set_aside",
            "Examinations that ended in an error of ours.",
            value=self._services.sweep.broken,
        )
        idle = GaugeMetricFamily(
            "letterhead_worker_idle_seconds",
            "Since each work of the worker was last done; it is done once a second and more.",
            labels=("work",),
        )
        for work, age in self._services.health.pulse.ages.items():
            idle.add_metric((work,), age)
        yield idle

    def _of_queues(self) -> Iterator[Metric]:
        queues = self._services.queues
        lag = GaugeMetricFamily(
            "letterhead_sweep_lag_seconds", "For how long the domain has been due that is due longest."
        )
        waiting = GaugeMetricFamily(
            "letterhead_waiting",
            "What waits in the store, all processes together; no more than 10000 are counted.",
            labels=("queue",),
        )
        if queues.backlog is not None and queues.lag is not None:
            lag.add_metric((), queues.lag)
            for queue in ("events", "deliveries", "notices", "letters"):
                waiting.add_metric((queue,), getattr(queues.backlog, queue))
        yield lag
        yield waiting

    def _of_patrol(self) -> Iterator[Metric]:
        """Nothing where there is no resolver to patrol with."""
        patrol, late = self._services.patrol, self._services.queues.patrol_lag
        lag = GaugeMetricFamily(
            "letterhead_patrol_lag_seconds", "By how much the lap of all processes together is late."
        )
        glances = CounterMetricFamily(
            "letterhead_patrol_glances",
            "Domains that the patrol has looked at, by what that came to.",
            labels=("result",),
        )
        if patrol is not None:
            if late is not None:
                lag.add_metric((), late)
            for result in RESULTS:
                glances.add_metric((result,), patrol.glances[result])
        yield lag
        yield glances


class Lines(Collector):
    """Reads how many lines of the log were lost."""

    def __init__(self, dropped: Callable[[], int]) -> None:
        self._dropped = dropped

    def collect(self) -> Iterator[Metric]:
        """The number as it is now."""
        yield CounterMetricFamily(
            "letterhead_log_lines_dropped",
            "Lines of the log that were lost, because nobody took them.",
            value=self._dropped(),
        )


def _of_examinations(examined: Examined) -> Iterator[Metric]:
    outcomes = CounterMetricFamily(
        "letterhead_examinations", "Examinations by what they came to.", labels=("outcome",)
    )
    for outcome in Outcome:
        outcomes.add_metric((outcome,), examined.outcomes[outcome])
    yield outcomes
    bounds = [*map(str, BUCKETS), "+Inf"]
    yield HistogramMetricFamily(
        "letterhead_examination_seconds",
        "How long examinations took.",
        buckets=list(zip(bounds, accumulate(examined.durations), strict=True)),
        sum_value=examined.seconds,
    )
