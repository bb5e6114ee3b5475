"""What `pip install treadway` brings: the packages, the command, and the shipped algorithms as data."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_every_module_is_in_it(wheel):
    ours = {str(path.relative_to(ROOT)) for room in ("engine", "api") for path in (ROOT / room).rglob("*.py")}

    assert ours <= set(wheel.namelist())


def test_every_file_of_the_shipped_algorithms_is_in_it(wheel):
    """Once installed there is no folder `algorithms` beside the code, so they lie inside the package."""
    ours = {
        f"engine/definition/shipped/{path.relative_to(ROOT / 'algorithms')}"
        for path in (ROOT / "algorithms").rglob("*.yaml")
    }

    assert ours
    assert ours <= set(wheel.namelist())


def test_it_holds_nothing_else(wheel):
    """Tests and tools of the project would land beside the user's own packages."""
    tops = {name.split("/")[0] for name in wheel.namelist()}

    assert {re.sub(r"-.*\.dist-info", "", top) for top in tops} == {"engine", "api", "treadway"}


def test_it_brings_the_command(wheel):
    name = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))

    assert "treadway = api.cli:main" in wheel.read(name).decode()
