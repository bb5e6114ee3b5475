"""The doctor names each fault with what to do about it, and changes nothing."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from api.serving import checkup
from engine.store.store import Store
from tests.support.behind import change


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The looks at drawing and algorithms have tests of their own."""
    monkeypatch.setattr("api.cli.doctor._algorithms", lambda: iter(()))
    monkeypatch.setattr("api.cli.doctor._drawing", lambda: "left out")


def faults(treadway, *words):
    result = treadway("doctor", "--json", *words)
    found = {check["what"]: check for check in result.json["checks"] if not check["passed"]}
    assert result.code == (1 if found else 0)
    assert all(check["fix"] for check in found.values())
    return found


def test_a_sound_installation_has_no_fault(treadway, assessed):
    assert faults(treadway) == {}


def test_nothing_is_changed(treadway, assessed):
    before = hashlib.sha256(assessed.read_bytes()).hexdigest()
    faults(treadway)
    assert hashlib.sha256(assessed.read_bytes()).hexdigest() == before


def test_a_database_that_others_can_read(treadway, assessed):
    assessed.chmod(0o644)
    found = faults(treadway)
    assert "mode 0644" in found["permissions"]["found"]
    assert found["permissions"]["fix"] == f"run `chmod 600 {assessed}`"


def test_a_settings_file_with_a_secret_that_others_can_read(treadway, assessed, home, monkeypatch):
    file = home / "settings.toml"
    file.write_text('metrics_token = "a long random text here"\n')
    file.chmod(0o640)
    monkeypatch.setenv("TREADWAY_SETTINGS", str(file))
    assert str(file) in faults(treadway)["permissions"]["found"]


def test_an_unknown_setting(treadway, assessed, monkeypatch):
    monkeypatch.setenv("TREADWAY_PROT", "8000")
    found = faults(treadway)["settings"]
    assert found["fix"] == "did you mean `TREADWAY_PORT`?"


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"TREADWAY_HOST": "0.0.0.0"}, "nothing encrypts it"),
        ({"TREADWAY_WORKERS": "4"}, "cannot share one SQLite file"),
        (
            {"TREADWAY_HOST": "10.0.0.2", "TREADWAY_TRUSTED_PROXIES": "10.0.0.1"},
            "the proxy in front is not said to encrypt",
        ),
    ],
)
def test_a_place_where_it_must_not_listen(treadway, assessed, monkeypatch, variables, said):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert said in faults(treadway)["listening"]["found"]


def test_a_clock_that_was_set_back(treadway, assessed):
    """The history was written tomorrow, as far as this clock knows."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    change(assessed, f"UPDATE events SET recorded_at = '{tomorrow}' WHERE case_id = '1002'")
    found = faults(treadway)["clock"]
    assert "the clock was set back" in found["found"]


def test_a_database_of_another_release(treadway, assessed):
    change(assessed, "UPDATE alembic_version SET version_num = '9999'")
    found = faults(treadway)["database"]
    assert "install Treadway of a newer version" in found["fix"]


def test_a_database_server_that_does_not_answer(treadway, home):
    found = faults(treadway, "--database", "postgresql://treadway:secret@127.0.0.1:1/treadway")
    assert "database" in found
    assert "secret" not in str(found)


def test_an_identity_provider_that_does_not_answer(treadway, assessed, monkeypatch):
    monkeypatch.setenv("TREADWAY_OIDC_ISSUER", "http://127.0.0.1:1")
    monkeypatch.setenv("TREADWAY_OIDC_CLIENT_ID", "treadway")
    assert "identity provider" in faults(treadway)["sign-in"]["found"]


def test_lists_that_lag_are_a_fault_only_where_a_worker_must_run(treadway, assessed):
    """One file of a practice needs no worker: whoever looks brings the lists up to date."""
    change(assessed, "UPDATE board SET computed_for = '2024-01-08'")
    assert faults(treadway) == {}


@pytest.mark.postgres
def test_on_postgresql_a_missing_worker_is_a_fault(treadway, home, postgres_database):
    url = postgres_database.set(drivername="postgresql").render_as_string(hide_password=False)
    Store.open(url).close()
    opening = ["case", "open", "stepwise-depression", "--born", "1981-07-14", "--sex", "female"]
    assert treadway(*opening, "--on", "2024-01-08", "--database", url).code == 0
    assert faults(treadway, "--database", url) == {}

    from sqlalchemy import create_engine, text

    engine = create_engine(postgres_database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE board SET computed_for = '2024-01-08'"))
    engine.dispose()
    assert "treadway worker" in faults(treadway, "--database", url)["worker"]["fix"]
    assert treadway("worker", "--once", "--database", url).code == 0
    assert faults(treadway, "--database", url) == {}


def test_a_computer_without_time_zones(treadway, assessed, monkeypatch):
    def unknown(name):
        raise KeyError(name)

    monkeypatch.setattr(checkup, "ZoneInfo", unknown)
    assert "install its package" in faults(treadway)["time zone"]["fix"]
