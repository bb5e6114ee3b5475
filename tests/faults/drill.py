"""The restore drill: start, load, back up, kill -9, restart, verify, restore. Prints its record as Markdown.

Run as `python -m tests.faults.drill > docs/how-to/restore-drill.md`. It takes about a minute.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

import tw
from engine.access.rights import Right, Role
from engine.people import People, add_user, grant, issue_token
from engine.store.store import Store

WRITERS = 4
LOAD = 60
"""Events that are acknowledged before the backup, and again before the kill."""
HANG_SECONDS = 120.0
OPEN = {
    "algorithm": "stepwise-depression",
    "opened_on": "2026-01-05",
    "patient": {"birth_date": "1981-03-02", "sex": "male"},
}


class Drill:
    """One run in a folder of its own; `lines` is its record."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[str] = []
        self.acknowledged: list[tuple[str, int]] = []
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(tw.ROOT),
            "TZ": "UTC",
        }
        self.token = self.api = ""

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-P", "-c", tw.TREADWAY, *words]

    def run(self, *words: str) -> str:
        """Run a command and note what it prints."""
        done = subprocess.run(
            self.command(*words, "--quiet"), env=self.environment, cwd=self.folder, check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        said = done.stdout + done.stderr
        self.note(f"$ treadway {' '.join(words)}", *said.splitlines(), f"(exit code {done.returncode})")
        if done.returncode:
            raise SystemExit(f"the drill failed: {said}")
        return said

    def note(self, *lines: str) -> None:
        self.lines += lines

    def start(self, database: str) -> subprocess.Popen[str]:
        """Serve a database; returns once it is ready."""
        began = time.monotonic()
        server = subprocess.Popen(
            self.command("serve", "--port", "0", "--database", database, "--json", "--quiet"),
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert server.stdout
        text = ""
        for line in server.stdout:
            text += line
            if line == "}\n":
                break
        server.stdout.close()  # it prints nothing more
        self.api = json.loads(text)["api"]
        while True:
            try:
                if httpx2.get(f"{self.api}/health/ready", timeout=5).status_code == 200:
                    break
            except httpx2.TransportError:
                time.sleep(0.05)
        self.note(
            f"$ treadway serve --database {database}", f"(ready after {time.monotonic() - began:.1f} s)"
        )
        return server

    def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return httpx2.request(method, f"{self.api}{path}", headers=headers, timeout=20, **more)

    def write(self, ended: threading.Event) -> None:
        """Note one thing after the other in a case of one's own, and keep what was acknowledged."""
        case, seq, number = "", 0, 0
        while not ended.is_set():
            try:
                if not case:
                    made = self.ask("POST", "/cases", json=OPEN).json()
                    case, seq = made["case"], made["seq"]
                    self.acknowledged.append((case, seq))
                number += 1
                entry = {"on": "2026-01-12", "note": f"note {number}"}
                answer = self.ask(
                    "POST", f"/cases/{case}/events", json=entry, headers={"If-Match": f'"{seq}"'}
                )
                if answer.status_code == 201:
                    seq = answer.json()["seq"]
                    self.acknowledged.append((case, seq))
            except httpx2.TransportError:
                return

    def wait_for(self, more: int) -> None:
        """Wait until so many more events were acknowledged."""
        enough, until = len(self.acknowledged) + more, time.monotonic() + HANG_SECONDS
        while len(self.acknowledged) < enough:
            if time.monotonic() > until:
                raise SystemExit(f"the drill failed: {len(self.acknowledged)} events acknowledged so far")
            time.sleep(0.02)


def prepare(drill: Drill, database: str) -> None:
    """Make an account that writes, as a clinic's program would."""
    store = Store.open(database)
    doors = People(store.engine)
    user = add_user(doors, "drill", "Drill")
    grant(doors, None, user, Role.CLINICIAN, "local")
    until = doors.clock() + timedelta(days=1)
    drill.token = issue_token(doors, None, user, "local", "drill", [right.value for right in Right], until)
    store.close()


def lost(drill: Drill, database: str, before: Sequence[tuple[str, int]]) -> int:
    """How many acknowledged events a database has not got."""
    store = Store.open(database)
    cases = {case for case, _ in before}
    stored = {(case, event.seq) for case in cases for event in store.read_events("local", case)}
    store.close()
    return len(set(before) - stored)


def main() -> list[str]:
    """Run the drill; its record."""
    with tempfile.TemporaryDirectory(prefix="treadway-drill-") as name:
        drill = Drill(Path(name))
        database = str(drill.folder / "cases.db")
        drill.note("# 1. Start and load")
        server = drill.start("cases.db")
        prepare(drill, database)
        ended = threading.Event()
        writers = [threading.Thread(target=drill.write, args=(ended,)) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        drill.wait_for(LOAD)
        drill.note(
            f"({WRITERS} writers, {len(drill.acknowledged)} events acknowledged)",
            "# 2. Back up while it serves",
        )
        before_backup = list(drill.acknowledged)
        drill.run("db", "backup", "backup.db", "--database", "cases.db")
        drill.wait_for(LOAD)
        drill.note("# 3. Kill it in the middle of the load")
        server.send_signal(signal.SIGKILL)
        server.wait()
        ended.set()
        for writer in writers:
            writer.join()
        drill.note(
            f"(kill -9; {len(drill.acknowledged)} events acknowledged by then)", "# 4. Restart and verify"
        )
        server = drill.start("cases.db")
        server.terminate()
        code = server.wait(20)
        drill.note(f"(told to end: exit code {code})")
        drill.run("db", "verify", "--database", "cases.db")
        missing = lost(drill, database, drill.acknowledged)
        drill.note(
            f"({missing} of {len(drill.acknowledged)} acknowledged events lost)",
            "# 5. Restore the backup elsewhere",
        )
        (drill.folder / "restored").mkdir()
        (drill.folder / "backup.db").rename(drill.folder / "restored" / "cases.db")
        drill.run("db", "verify", "--database", "restored/cases.db")
        behind = lost(drill, str(drill.folder / "restored" / "cases.db"), before_backup)
        drill.note(f"({behind} of the {len(before_backup)} events acknowledged before the backup lost)")
        if missing or behind or code:
            raise SystemExit("\n".join(drill.lines))
        return drill.lines


HEAD = """\
# Restore drill

Recorded on {day} by `python -m tests.faults.drill`, which can be run again at any time: it starts the
service, lets programs write to it, backs up while they do, kills it with `kill -9`, starts it again, looks
through every history and compares it with what had been acknowledged, then restores the backup elsewhere and
does the same.
Repeat it on your own server after each upgrade.

<!-- not run: a record of a drill -->
```console
"""

if __name__ == "__main__":
    record = "\n".join(main())
    print(f"{HEAD.format(day=datetime.now(UTC).date())}{record}\n```")
