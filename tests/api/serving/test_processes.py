"""`treadway serve` as a process: what it prints, how it ends, several workers, what it counts."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

import tw
from api.serving.clinics import longest_lag
from api.serving.local import settle
from engine.access.rights import Role
from engine.people import People, add_clinic, add_user, grant, issue_token
from engine.store.store import Store

START_SECONDS = 60
TOKEN = "a token that reads the metrics"


class Serve:
    """`treadway serve WORDS` in a home of its own."""

    def __init__(self, home: Path, *words: str, **variables: str) -> None:
        self.errors = home / "errors.txt"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "PYTHONPATH": str(tw.ROOT),
            "TZ": "UTC",
            "LANG": "C.UTF-8",
            **variables,
        }
        command = [sys.executable, "-P", "-c", tw.TREADWAY, "serve", "--json", *words]
        with self.errors.open("w", encoding="utf-8") as errors:
            self.process = subprocess.Popen(
                command, env=environment, cwd=home, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        assert self.process.stdout
        text = ""
        for line in self.process.stdout:
            text += line
            if line == "}\n":
                break
        assert text, self.errors.read_text("utf-8")
        self.said = json.loads(text)
        self.wait()

    def __enter__(self) -> "Serve":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def wait(self) -> None:
        """Until it answers."""
        last = time.monotonic() + START_SECONDS
        while time.monotonic() < last:
            try:
                if self.get("/health/ready").status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.1)
            assert self.process.poll() is None, self.errors.read_text("utf-8")
        raise AssertionError(self.errors.read_text("utf-8"))

    def get(self, path: str, token: str | None = None) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx2.get(f"{self.said['api']}{path}", headers=headers, timeout=20)

    def end(self) -> int:
        """Tell it to end; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def refusal(home: Path, *words: str, **variables: str) -> tuple[int, str]:
    """The exit code and words of a start that is refused."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(tw.ROOT), **variables}
    done = subprocess.run(
        [sys.executable, "-P", "-c", tw.TREADWAY, "serve", "--quiet", *words],
        env=environment,
        cwd=home,
        check=False,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


@pytest.mark.slow
class TestOneProcess:
    def test_a_laptop_needs_no_setting_and_a_stop_is_exit_code_0(self, tmp_path):
        with Serve(tmp_path, "--port", "0") as serve:
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+", serve.said["address"])
            assert serve.said["sign_in"].startswith(f"{serve.said['address']}/sign-in?link=")
            assert serve.get("/openapi.json").json()["info"]["title"] == "Treadway"
            assert serve.get("/board?clinic=local").status_code == 401
            began = time.monotonic()
            assert serve.end() == 0
            assert time.monotonic() - began < 15
            (file,) = tmp_path.rglob("cases.db")
            assert file.stat().st_mode & 0o777 == 0o600

    def test_its_log_is_json_lines_without_the_link(self, tmp_path):
        with Serve(tmp_path, "--port", "0", "--quiet") as serve:
            secret = serve.said["sign_in"].partition("link=")[2]
            httpx2.get(serve.said["sign_in"], timeout=20)
            serve.end()
            lines = [json.loads(line) for line in serve.errors.read_text("utf-8").splitlines()]
        assert [line["event"] for line in lines] == ["start", "request", "end"]
        assert secret not in str(lines)

    def test_an_address_that_is_taken_is_refused(self, tmp_path):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            code, said = refusal(tmp_path, "--port", str(port))
        assert code == 1
        assert "cannot be listened on: address already in use" in said

    @pytest.mark.parametrize(
        ("words", "code", "said"),
        [
            (("--host", "0.0.0.0"), 1, "nothing encrypts it"),
            (("--demo", "--host", "0.0.0.0"), 1, "on this computer alone"),
            (("--workers", "2"), 1, "cannot share one SQLite file"),
        ],
    )
    def test_what_would_be_unsafe_is_refused_before_anything_listens(self, tmp_path, words, code, said):
        found, text = refusal(tmp_path, *words)
        assert found == code
        assert said in text

    def test_a_database_of_real_patients_is_no_demonstration(self, tmp_path):
        store = Store.open(str(tmp_path / "real.db"))
        settle(store, "UTC", demo=False)
        store.close()
        code, said = refusal(tmp_path, "--demo", "--database", "real.db")
        assert code == 2
        assert "not the demonstration's" in said

    def test_the_demonstrations_database_is_never_served_to_a_network(self, tmp_path):
        """Also without `--demo`, and with TLS or a word that it may be."""
        store = Store.open(str(tmp_path / "demo.db"))
        settle(store, "UTC", demo=True)
        store.close()
        code, said = refusal(
            tmp_path, "--host", "0.0.0.0", "--database", "demo.db", TREADWAY_LISTEN_UNENCRYPTED="true"
        )
        assert code == 1
        assert "on this computer alone" in said


@pytest.mark.slow
@pytest.mark.postgres
def test_several_workers_share_one_port_and_count_as_one(tmp_path, postgres_database):
    url = postgres_database.set(drivername="postgresql").render_as_string(hide_password=False)
    store = Store.open(url)
    doors = People(store.engine)
    add_clinic(doors, "harbour", "Harbour", "UTC")
    program = add_user(doors, "program", "Program")
    grant(doors, None, program, Role.CLINICIAN, "harbour")
    until = doors.clock().replace(year=doors.clock().year + 1)
    token = issue_token(doors, None, program, "harbour", "test", ["read_board"], until)
    with Serve(
        tmp_path, "--port", "0", "--workers", "2", "--database", url, TREADWAY_METRICS_TOKEN=TOKEN
    ) as serve:
        for _ in range(20):
            assert serve.get("/board?clinic=harbour", token).status_code == 200
        text = serve.get("/metrics", TOKEN).text
        line = next(line for line in text.splitlines() if "requests_total" in line and '/board"' in line)
        assert float(line.split()[-1]) == 20
        assert "treadway_worker_days_behind 0.0" in text

        children = _children(serve.process.pid)
        assert len(children) >= 2
        os.kill(children[-1], signal.SIGKILL)
        time.sleep(1.5)
        serve.wait()
        assert serve.end() == 0
        assert "process died" in serve.errors.read_text("utf-8")
    assert longest_lag(store, None) == 0
    store.close()


def _children(pid: int) -> list[int]:
    """Processes started by a process, that of the resource tracker left out."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            command = (stat.parent / "cmdline").read_text()
        except OSError:
            continue
        if int(fields[1]) == pid and "spawn_main" in command:
            found.append(int(stat.parent.name))
    return sorted(found)
