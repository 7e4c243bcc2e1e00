"""What the entrance counts: requests and their duration, by the route's template, never by its values."""

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

# When each number began to count: a series more for every one, that nobody reads.
disable_created_metrics()  # type: ignore[no-untyped-call] # it is nobody's fault but its own


class Metrics:
    """The counters of one server, in the registry of its process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "letterhead_http_requests",
            "Requests that were answered.",
            ("route", "method", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "letterhead_http_request_seconds",
            "From the end of a request's head to the end of its answer.",
            ("route", "method"),
            buckets=_BUCKETS,
            registry=registry,
        )
        # Looking children up by their labels takes longer than counting does.
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._turned_away = Counter(
            "letterhead_http_turned_away",
            "Connections that were closed before there was a whole request, or a whole answer was read.",
            ("code",),
            registry=registry,
        )

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request to a route was answered."""
        known = self._known.get((route, method, status))
        if known is None:
            known = self._requests.labels(route, method, str(status)), self._seconds.labels(route, method)
            self._known[route, method, status] = known
        requests, durations = known
        requests.inc()
        durations.observe(seconds)

    def turned_away(self, code: str) -> None:
        """A connection was closed: with the problem of this code, or because its answer was left `unread`."""
        self._turned_away.labels(code).inc()
