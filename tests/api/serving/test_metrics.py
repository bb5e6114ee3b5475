"""What Prometheus is told of the store."""

import threading
from datetime import UTC, date, datetime, timedelta

from api.rest.metrics import Metrics
from api.serving.clinics import longest_lag
from api.serving.metrics import CountingStore
from engine.definition.loader import load_shipped
from engine.model.case import Patient
from engine.model.entry import Entry
from engine.service import Actor, Desk, new_case, write
from engine.store.rows import PatientRow
from engine.store.store import Store
from tests.api.serving.conftest import TOKEN

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, labels) or 0.0


def test_events_refusals_and_shared_commits_are_counted(tmp_path):
    store = CountingStore(Store.open(str(tmp_path / "cases.db")).engine)
    metrics = Metrics()
    store.count_in(metrics, "UTC")
    desk = Desk(store, "local", Actor("Dr Lind"), UTC, lambda: NOW)
    born = Patient(date(1981, 7, 14), "female")
    loaded = load_shipped("stepwise-depression")
    case = new_case(desk, loaded, born, PatientRow(), NOW.date()).view.case.id
    write(desk, case, Entry(NOW.date(), record={"phq9": {"total": 19, "item9": 0}}), key="once")
    write(desk, case, Entry(NOW.date(), record={"phq9": {"total": 19, "item9": 0}}), key="once")
    write(desk, case, Entry(NOW.date(), move="start_ssri"))

    assert value(metrics, "treadway_events_total", type="case_opened") == 1
    assert value(metrics, "treadway_events_total", type="evidence_recorded") == 1, "a resend is no event"
    assert value(metrics, "treadway_refusals_total", request="move") == 1

    def open_one():
        new_case(desk, loaded, born, PatientRow(), NOW.date())

    threads = [threading.Thread(target=open_one) for _ in range(8)]
    before = value(metrics, "treadway_store_writes_together_sum")
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert value(metrics, "treadway_store_writes_together_sum") >= before + 8
    assert value(metrics, "treadway_events_total", type="case_opened") == 9
    store.close()


def test_the_lag_is_the_days_that_no_worker_has_turned(tmp_path):
    store = Store.open(str(tmp_path / "cases.db"))
    desk = Desk(store, "local", Actor("Dr Lind"), UTC, lambda: NOW)
    assert longest_lag(store, "UTC", lambda: NOW) == 0
    new_case(
        desk,
        load_shipped("stepwise-depression"),
        Patient(date(1981, 7, 14), "female"),
        PatientRow(),
        NOW.date(),
    )
    assert longest_lag(store, "UTC", lambda: NOW + timedelta(days=3)) == 3
    store.close()


def test_the_served_metrics_hold_the_stores_and_the_requests(served):
    served.client.get("/api/v1/health/live")
    text = served.client.get("/api/v1/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    for name in (
        "treadway_http_requests_total",
        "treadway_http_request_seconds_bucket",
        "treadway_events_total",
        "treadway_store_writes_together_bucket",
        "treadway_store_writes_waiting",
        "treadway_store_overloaded_total",
        "treadway_refusals",
        "treadway_worker_days_behind",
    ):
        assert name in text
