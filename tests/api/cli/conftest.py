"""Runs the command line inside the test, against a database and folders of the test's own."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.cli.run import run
from engine.access.rights import Role
from engine.people import People, add_clinic, add_user, grant, issue_token
from engine.store.store import Store
from tests.support.behind import change

OPENED = "2024-01-08"
"""All stories lie in the past, so that no test depends on the computer's date."""

EVIDENCE = (
    "mdd_interview met=yes criteria_count=7",
    "phq9 total=17 item9=0",
    "mdq score=3",
    "mental_state psychosis=no catatonia=no mania=no not_eating_or_drinking=no",
    "cssrs risk=none",
    "tsh miu_per_litre=1.9",
    "blood_count normal=yes",
    "metabolic_panel normal=yes sodium_mmol_per_litre=140",
    "substance_use problem=no",
    "interaction_review interaction_found=no",
    "pregnancy status=not_pregnant",
)
"""What the first step asks for."""


@dataclass(frozen=True)
class Result:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)


Treadway = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own: data, state and work folders."""
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    for name in ("TREADWAY_DATABASE_URL", "TREADWAY_ACTOR", "TREADWAY_ROLES", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TREADWAY_ACTOR", "Dr Lind")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def treadway(home: Path, capfd: pytest.CaptureFixture[str]) -> Treadway:
    """Run `treadway` with these arguments; a single text is split at blanks."""

    def call(*arguments: str) -> Result:
        words = arguments[0].split() if len(arguments) == 1 else list(arguments)
        capfd.readouterr()
        code = run(words)
        captured = capfd.readouterr()
        assert "Traceback" not in captured.out + captured.err
        return Result(int(code), captured.out, captured.err)

    return call


@pytest.fixture(scope="session")
def assessed_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with case 1001, whose first step is complete, and case 1002, newly opened."""
    path = tmp_path_factory.mktemp("assessed") / "cases.db"
    database = ["--database", str(path), "--quiet", "--actor", "Dr Lind", "--on", OPENED]
    opening = ["case", "open", "stepwise-depression", "--born", "1981-07-14", "--sex", "female"]
    assert run([*opening, "--name", "OKAFOR, Ada", "--number", "77", *database]) == 0
    for words in EVIDENCE:
        assert run(["case", "record", "1001", *words.split(), *database]) == 0
    assert run([*opening, *database]) == 0
    _with_people(path)
    return path


def _with_people(path: Path) -> None:
    """Clinic `harbour` with account `ada`, whose role and token have ids that tests can name."""
    store = Store.open(str(path))
    doors = People(store.engine)
    add_clinic(doors, "harbour", "Harbour", "UTC")
    ada = add_user(doors, "ada", "Ada Lind")
    grant(doors, None, ada, Role.CLINICIAN, "harbour")
    issue_token(doors, None, ada, "harbour", "test", ["read_board"], doors.clock() + timedelta(days=30))
    store.close()
    change(path, "UPDATE grants SET grant_id = 'grant-1'", "UPDATE api_tokens SET token_id = 'token-1'")


@pytest.fixture
def assessed(assessed_database: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The test's own copy of that database, named by the environment."""
    copy = home / "cases.db"
    shutil.copy(assessed_database, copy)  # with its mode
    monkeypatch.setenv("TREADWAY_DATABASE_URL", str(copy))
    return copy
