"""What the entrance counts: requests and their duration, by the route's template, never by its values."""

from prometheus_client import CollectorRegistry, Counter, Histogram

_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


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
        self._turned_away = Counter(
            "letterhead_http_turned_away",
            "Connections that were answered and closed before there was a whole request.",
            ("code",),
            registry=registry,
        )

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request to a route was answered."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route, method).observe(seconds)

    def turned_away(self, code: str) -> None:
        """A connection was closed with the problem of this code."""
        self._turned_away.labels(code).inc()
