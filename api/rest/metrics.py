"""Counts and times of requests for Prometheus. Labels are routes and codes, never ids, names or addresses."""

import os
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

TOGETHER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Variable that names the folder in which the processes of one service put their values together."""

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The metrics of one app. Several processes of one service are told as one, whichever is asked."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._asked: list[Collector] = []
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
            "treadway_http_requests_in_flight",
            "Requests worked on.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self.streams = Gauge(
            "treadway_http_streams",
            "Live streams open.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self.turned_away = Counter(
            "treadway_http_turned_away",
            "Requests answered 503 before any work.",
            ("why",),
            registry=self.registry,
        )

    def ask(self, collector: Collector) -> None:
        """Take in one more source, which is asked at each reading, in whichever process that happens."""
        self.registry.register(collector)
        self._asked.append(collector)

    def text(self) -> bytes:
        """All of them in Prometheus' text form. Blocks: call it in a thread."""
        folder = os.environ.get(TOGETHER)
        if not folder:
            return generate_latest(self.registry)
        _forget_the_dead(Path(folder))
        together = CollectorRegistry()
        MultiProcessCollector(together, folder)
        for collector in self._asked:
            together.register(collector)
        return generate_latest(together)


def _forget_the_dead(folder: Path) -> None:
    """What a process that is gone has in flight is nothing."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid.isdigit() and not _runs(int(pid)):
            file.unlink(missing_ok=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
