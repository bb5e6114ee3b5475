"""Counts of the store for Prometheus, beside those of requests. No label names anybody."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from api.rest.metrics import Metrics
from api.serving.clinics import longest_lag
from engine.model.errors import EngineError
from engine.model.event import Draft, Event, EventType
from engine.store.database import turns_of
from engine.store.errors import OverloadedError
from engine.store.rows import Appended, BoardRow, Idempotency, PatientRow, Stamp
from engine.store.store import Store

TOGETHER: Final = (1, 2, 4, 8, 16, 32, 64)
"""Sizes of a shared commit that are told apart."""


class StoreMetrics:
    """What the store has done in this process."""

    def __init__(self, metrics: Metrics) -> None:
        registry = metrics.registry
        self.events = Counter("treadway_events", "Events stored.", ("type",), registry=registry)
        self.refusals = Counter(
            "treadway_refusals",
            "Requests of clinicians refused by decision and kept as such.",
            ("request",),
            registry=registry,
        )
        self.overloaded = Counter(
            "treadway_store_overloaded", "Writes refused because too many waited.", registry=registry
        )
        self.together = Histogram(
            "treadway_store_writes_together",
            "Writes that shared one commit.",
            buckets=TOGETHER,
            registry=registry,
        )
        self.waiting = Gauge(
            "treadway_store_writes_waiting",
            "Writes that waited for their turn when one was done.",
            registry=registry,
            multiprocess_mode="livesum",
        )

    def count(self, events: Sequence[Event]) -> None:
        """Count events that were stored now."""
        for event in events:
            self.events.labels(event.type.value).inc()
            if event.type is EventType.REQUEST_REFUSED:
                self.refusals.labels(str(event.payload["request"])).inc()


class CountingStore(Store):
    """A store that counts what it does."""

    counts: StoreMetrics | None = None

    def count_in(self, metrics: Metrics, zone: str | None) -> None:
        """Count into these metrics from now on. `zone` is that of clinics which name none."""
        counts = self.counts = StoreMetrics(metrics)
        turns = turns_of(self.engine)
        if turns is not None:

            def watch(together: int) -> None:
                counts.together.observe(together)
                counts.waiting.set(turns.waiting)

            turns.watch = watch
        metrics.ask(Lag(self, zone))

    def open_case(
        self,
        clinic_id: str,
        patient: PatientRow,
        make: Callable[[str], tuple[Sequence[Draft], BoardRow]],
        stamp: Stamp,
        idempotency: Idempotency | None = None,
    ) -> Appended:
        """As the store's."""
        return self._counted(lambda: super(CountingStore, self).open_case(
            clinic_id, patient, make, stamp, idempotency
        ))  # fmt: skip

    def append(
        self,
        clinic_id: str,
        case_id: str,
        expected_seq: int,
        drafts: Sequence[Draft],
        row: BoardRow,
        stamp: Stamp,
        idempotency: Idempotency | None = None,
    ) -> Appended:
        """As the store's."""
        return self._counted(lambda: super(CountingStore, self).append(
            clinic_id, case_id, expected_seq, drafts, row, stamp, idempotency
        ))  # fmt: skip

    def _counted(self, write: Callable[[], Appended]) -> Appended:
        counts = self.counts
        try:
            appended = write()
        except OverloadedError:
            if counts is not None:
                counts.overloaded.inc()
            raise
        if counts is not None and not appended.replayed:
            counts.count(appended.events)
        return appended


class Lag(Collector):
    """How far the rows of the board lag behind the day, asked of the database at each reading."""

    def __init__(self, store: Store, zone: str | None) -> None:
        self._store, self._zone = store, zone

    def collect(self) -> Iterable[Metric]:
        """The lag; nothing where the database does not answer."""
        try:
            days = longest_lag(self._store, self._zone)
        except (EngineError, SQLAlchemyError):
            return
        lag = GaugeMetricFamily("treadway_worker_days_behind", "Days that the oldest row lags behind today.")
        lag.add_metric((), days)
        yield lag

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: a registration must not ask the database."""
        return ()
