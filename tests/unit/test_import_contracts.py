"""Imports point down, and each contract notices when one does not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("model", "criteria", "runtime", "definition", "access", "proof", "picture", "population", "store")
CONTRACTS = (
    "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache', '--no-logo'])"
)


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CONTRACTS]
    return subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": "."}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """The project's settings, over rooms that are empty."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for folder in ("api", "engine", *(f"engine/{room}" for room in ROOMS)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").touch()
    (tmp_path / "engine" / "service.py").touch()
    return tmp_path


def test_the_code_keeps_its_import_contracts():
    done = lint(ROOT)

    assert done.returncode == 0, done.stdout


def test_empty_rooms_break_no_contract(toy):
    assert lint(toy).returncode == 0


@pytest.mark.parametrize(
    ("file", "line", "told"),
    [
        pytest.param(
            "engine/model/x.py", "import api", "engine is not allowed to import api", id="up-to-a-door"
        ),
        pytest.param(
            "engine/model/x.py", "import engine.criteria", "engine.model is not allowed", id="up-a-room"
        ),
        pytest.param(
            "engine/criteria/__init__.py", "import pathlib", "import pathlib", id="file-in-the-core"
        ),
        pytest.param("engine/model/x.py", "from time import time", "import time", id="clock-in-the-core"),
        pytest.param(
            "engine/criteria/x.py", "import sqlalchemy", "import sqlalchemy", id="database-in-the-core"
        ),
        pytest.param(
            "engine/access/x.py", "import sqlalchemy", "import sqlalchemy", id="database-in-the-rights"
        ),
        pytest.param(
            "engine/access/x.py", "import engine.store", "engine.access is not", id="up-from-the-rights"
        ),
        pytest.param(
            "engine/criteria/x.py", "import transitions", "import transitions", id="machine-elsewhere"
        ),
        pytest.param("engine/criteria/x.py", "import z3", "import z3", id="solver-elsewhere"),
        pytest.param(
            "engine/store/x.py", "import engine.proof", "engine.store is not allowed", id="sideways"
        ),
        pytest.param(
            "engine/picture/x.py", "import engine.service", "engine.picture is not", id="up-to-service"
        ),
        pytest.param("engine/strangers.py", "", "engine.strangers", id="a-room-without-a-place"),
    ],
)
def test_an_import_that_is_not_allowed_is_told(toy, file, line, told):
    (toy / file).write_text(f"{line}\n")

    done = lint(toy)

    assert done.returncode == 1
    assert told in done.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        pytest.param("engine/criteria/solver.py", "import z3", id="the-solver"),
        pytest.param("engine/proof/checks.py", "import z3", id="a-proof"),
        pytest.param("engine/runtime/machine.py", "import transitions", id="the-machine"),
        pytest.param("engine/criteria/x.py", "import engine.model", id="down-a-room"),
        pytest.param("api/x.py", "import engine.model, pathlib", id="a-door"),
    ],
)
def test_an_import_that_is_allowed_is_not_told(toy, file, line):
    (toy / file).write_text(f"{line}\n")

    assert lint(toy).returncode == 0
