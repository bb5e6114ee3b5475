"""Counts and times of requests for Prometheus. Labels are routes and codes, never ids, names or addresses."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The metrics of one app. With several processes each is asked by itself."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "treadway_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "treadway_http_request_seconds",
            "Time until the answer began.",
            ("route",),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "treadway_http_requests_in_flight", "Requests worked on.", registry=self.registry
        )
        self.streams = Gauge("treadway_http_streams", "Live streams open.", registry=self.registry)
        self.turned_away = Counter(
            "treadway_http_turned_away",
            "Requests answered 503 before any work.",
            ("why",),
            registry=self.registry,
        )

    def text(self) -> bytes:
        """All of them in Prometheus' text form."""
        return generate_latest(self.registry)
