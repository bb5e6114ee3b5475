"""One file sets up the project on a bare machine, once, and hands every word on."""

import ast
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import tw

DOOR = """
import sys, time

def main():
    import thing
    print("thing", thing.version, *sys.argv, flush=True)
    if "wait" in sys.argv:
        time.sleep(30)
    return 7 if "fail" in sys.argv else 0
"""


# --- a project of its own, with one package from a folder: no network


@pytest.fixture
def wheels(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("wheels")


@pytest.fixture
def project(tmp_path: Path, wheels: Path) -> Path:
    """A copy of tw.py under a path with a space, whose lock names one small package."""
    folder = tmp_path / "a folder" / "tread way"
    (folder / "api" / "cli").mkdir(parents=True)
    (folder / "requirements").mkdir()
    (folder / "api" / "__init__.py").touch()
    (folder / "api" / "cli" / "__init__.py").write_text(DOOR)
    shutil.copy(tw.ROOT / "tw.py", folder)
    write_lock(folder, wheels, "1.0")
    return folder


def write_lock(folder: Path, wheels: Path, version: str, digest: str | None = None) -> None:
    wheel = wheels / f"thing-{version}-py3-none-any.whl"
    info = f"thing-{version}.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("thing.py", f"version = {version!r}\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: thing\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    digest = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock = f"thing=={version} \\\n    --hash=sha256:{digest}\n"
    for level in tw.LEVELS:
        (folder / "requirements" / f"{level}.txt").write_text(lock)


@pytest.fixture
def start(project: Path, wheels: Path):
    """Start `python3 tw.py WORDS`; the process is in a group of its own, as in a terminal."""
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_CONFIG_FILE": os.devnull}

    def begin(*words: str, cwd: Path = project, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, project / "tw.py", *words],
            cwd=cwd,
            env={"PATH": os.environ["PATH"], "HOME": str(project.parent)} | offline | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return begin


@pytest.fixture
def ask(start):
    """Run `python3 tw.py WORDS` to its end: exit code, standard output, standard error."""

    def run(*words: str, **environment: str) -> tuple[int, str, str]:
        process = start(*words, **environment)
        output, error = process.communicate(timeout=60)
        return process.returncode, output, error

    return run


@pytest.mark.slow
def test_the_first_run_sets_up_and_the_next_does_not(ask, tmp_path):
    """Words, exit code and folder reach the command; what stands in that folder does not disturb it."""
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "__init__.py").write_text("raise SystemExit('a stranger')")
    (tmp_path / "thing.py").write_text("version = 'a stranger'")

    first = ask("demo", "--json", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    second = ask("run", "--", "fail", "--help", cwd=tmp_path, PYTHONPATH=str(tmp_path))

    assert first[:2] == (0, "thing 1.0 treadway demo --json\n")
    assert "Setting up Treadway" in first[2]
    assert "Ready after" in first[2]
    assert second == (7, "thing 1.0 treadway fail --help\n", "")


@pytest.mark.slow
def test_the_environment_holds_the_command_itself(ask, project, tmp_path):
    """`treadway` beside the environment's Python runs from any folder."""
    ask("demo")

    ran = subprocess.run(
        [project / ".venv" / "bin" / "treadway", "demo", "a b"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.returncode, ran.stdout) == (0, "thing 1.0 treadway demo a b\n"), ran.stderr


@pytest.mark.slow
def test_a_new_lock_is_installed(ask, project, wheels):
    ask("demo")
    write_lock(project, wheels, "2.0")

    assert ask("demo")[1] == "thing 2.0 treadway demo\n"


@pytest.mark.slow
def test_a_set_up_that_was_killed_is_repaired(start, ask, project):
    """Killed at any moment, it leaves no stamp, and without one nothing that lies there is trusted."""
    process = start("demo")
    assert eventually((project / ".venv" / "lib").exists)
    process.kill()
    process.communicate()

    code, output, _ = ask("demo")

    assert (code, output) == (0, "thing 1.0 treadway demo\n")
    assert (project / ".venv" / tw.STAMP).exists()


@pytest.mark.slow
def test_two_that_start_at_once_set_up_once(start):
    both = [start("demo"), start("demo")]

    answers = [process.communicate(timeout=60) for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert [output for output, _ in answers] == ["thing 1.0 treadway demo\n"] * 2
    errors = "".join(error for _, error in answers)
    assert errors.count("Ready after") == 1
    assert errors.count("waiting for it") == 1


@pytest.mark.slow
def test_a_package_that_is_not_the_locked_one_is_refused(ask, project, wheels):
    write_lock(project, wheels, "1.0", digest="0" * 64)

    code, output, error = ask("demo")

    assert (code, output) == (3, "")
    assert "not the one that was locked" in error
    assert "Traceback" not in error

    write_lock(project, wheels, "1.0")
    assert ask("demo")[0] == 0


@pytest.mark.slow
def test_a_network_that_does_not_answer_is_told(ask):
    dead = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1"}

    code, _, error = ask("demo", **dead, PIP_FIND_LINKS="")

    assert code == 3
    assert "cannot be reached. Check the network" in error
    assert "Traceback" not in error


@pytest.mark.slow
def test_ctrl_c_and_a_stop_from_outside_reach_the_command(start, ask):
    """Ctrl-C gives 130 even when the command makes something else of it; SIGTERM is handed on."""
    ask("demo")
    for number, expected in ((signal.SIGINT, 130), (signal.SIGTERM, 128 + signal.SIGTERM)):
        process = start("wait")
        assert process.stdout.readline() == "thing 1.0 treadway wait\n"
        if number is signal.SIGINT:
            os.killpg(process.pid, number)  # as a terminal does
        else:
            process.send_signal(number)
        _, error = process.communicate(timeout=10)

        assert process.returncode == expected
        assert "tw.py" not in error


@pytest.mark.slow
def test_ctrl_c_during_the_set_up_ends_it_without_a_traceback(start, ask, project):
    process = start("demo")
    assert eventually((project / ".venv").exists)
    os.killpg(process.pid, signal.SIGINT)
    _, error = process.communicate(timeout=30)

    assert process.returncode == 130
    assert error.endswith("Stopped. The next run repairs whatever was half done.\n")
    assert ask("demo")[0] == 0


# --- what it says before it begins


def run_as(version: tuple[int, int, int]) -> subprocess.CompletedProcess[str]:
    code = (
        f"import sys; sys.version_info = {version}; sys.argv = ['tw.py']\n"
        f"exec(compile(open({str(tw.ROOT / 'tw.py')!r}).read(), 'tw.py', 'exec'), {{'__name__': '__main__'}})"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_a_python_that_is_too_old_is_told_so():
    done = run_as((3, 10, 14))

    assert done.returncode == 3
    assert done.stderr.startswith("Treadway needs Python 3.11 or newer; this is Python 3.10 (")


def test_an_old_python_can_read_as_far_as_that():
    """A syntax that it does not know would be all that its user sees."""
    ast.parse((tw.ROOT / "tw.py").read_text("utf-8"), feature_version=(3, 7))


def test_nothing_but_the_standard_library_is_imported():
    tree = ast.parse((tw.ROOT / "tw.py").read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_without_words_it_shows_how_to_use_it(capsys):
    assert tw.main([]) == 2
    assert "python3 tw.py demo" in capsys.readouterr().out
    assert tw.main(["--help"]) == 0


@pytest.mark.parametrize("absent", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_what_to_install(monkeypatch, capsys, absent, tmp_path):
    find = importlib.util.find_spec
    monkeypatch.setattr(tw.importlib.util, "find_spec", lambda name: None if name == absent else find(name))
    monkeypatch.setattr(tw, "env_folder", lambda _level: tmp_path / ".venv")

    assert tw.main(["demo"]) == 3
    assert f"apt install python3.{sys.version_info.minor}-venv" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_replaced_by_one_of_the_users_cache(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(tw, "is_writable", lambda _path: False)
    monkeypatch.setattr(tw, "is_ready", lambda _env, _level: False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    folder = tw.env_folder("base")

    assert folder.parent == tmp_path / "cache" / "treadway"
    assert str(folder) in capsys.readouterr().err


def test_without_any_folder_to_write_it_says_so(monkeypatch, capsys, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setattr(tw, "is_writable", lambda _path: False)
    monkeypatch.setattr(tw, "is_ready", lambda _env, _level: False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    assert tw.main(["demo"]) == 3
    assert "set XDG_CACHE_HOME to a folder you can write" in capsys.readouterr().err


# --- what each word runs


@pytest.fixture
def commands(monkeypatch) -> list[list[str]]:
    """Each command that would be run, without its Python, which the level stands for."""
    seen: list[list[str]] = []
    monkeypatch.setattr(tw, "ensure", lambda level: Path(level, "python"))
    monkeypatch.setattr(
        tw, "call", lambda command, cwd=None: seen.append([str(part) for part in command]) or 0
    )
    return seen


def test_the_demo_asks_for_no_test_package(commands):
    tw.main(["demo"])

    assert commands == [["base/python", "-P", "-c", tw.TREADWAY, "demo"]]


@pytest.mark.parametrize(
    ("words", "marks"),
    [
        pytest.param([], None, id="all-but-the-long"),
        pytest.param(["--fast"], "not slow and not long and not browser", id="fast"),
        pytest.param(["--long"], "", id="long-too"),
    ],
)
def test_the_share_of_tests_that_is_run(commands, words, marks):
    tw.main(["test", *words, "tests/unit", "-k", "dose"])

    command = commands[0]
    assert command[:5] == ["test/python", "-m", "pytest", "-n", "2"]
    assert command[-3:] == ["tests/unit", "-k", "dose"]
    assert (command[command.index("-m", 3) + 1] if "-m" in command[3:] else None) == marks


def test_a_definition_file_given_to_check_is_answered_with_the_right_command(commands, capsys):
    assert tw.main(["check", "algorithms/star-d"]) == 2
    assert "tw.py run -- check" in capsys.readouterr().err
    assert commands == []


def test_check_names_all_that_failed(monkeypatch, commands, capsys):
    monkeypatch.setattr(tw, "call", lambda command, cwd=None: int("ruff" in command))

    assert tw.main(["check"]) == 1
    assert capsys.readouterr().err.endswith("Failed: format, lint.\n")


# --- the locks


def pins(level: str) -> dict[str, str]:
    text = tw.lock_file(level).read_text("utf-8")
    return dict(re.findall(r"(?m)^([a-z0-9-]+)==([^ ]+)", text))


def test_each_lock_holds_all_of_the_one_before_it_at_the_same_versions():
    """Else a `test` after a `demo` would leave packages that neither lock describes."""
    base, test, dev = (pins(level) for level in tw.LEVELS)

    assert base.items() <= test.items() <= dev.items()


def test_the_locks_fit_what_the_project_asks_for():
    """A dependency that was changed without `tw.py lock` would be missing on a fresh machine."""
    settings = tomllib.loads((tw.ROOT / "pyproject.toml").read_text("utf-8"))
    asked = {
        "base": settings["project"]["dependencies"],
        "test": settings["dependency-groups"]["test"],
        "dev": [each for each in settings["dependency-groups"]["dev"] if isinstance(each, str)],
    }
    for level, requirements in asked.items():
        locked = pins(level)
        for requirement in map(Requirement, requirements):
            name = requirement.name.lower()
            assert name in locked, f"{name}: run `python3 tw.py lock`"
            assert requirement.specifier.contains(Version(locked[name])), f"{name}: run `python3 tw.py lock`"


@pytest.mark.parametrize("level", tw.LEVELS)
def test_a_lock_has_hashes_and_no_address(level):
    text = tw.lock_file(level).read_text("utf-8")

    assert "://" not in text
    assert all("--hash=sha256:" in entry for entry in re.split(r"(?m)^(?=[a-z0-9-]+==)", text)[1:])


def test_an_environment_is_outdated_when_its_lock_its_place_or_its_python_is_another(monkeypatch, tmp_path):
    monkeypatch.setattr(tw, "ROOT", tmp_path)
    (tmp_path / "requirements").mkdir()
    lock = tmp_path / "requirements" / "base.txt"
    lock.write_text("a==1")
    digests = {tw.digest(tmp_path / "x", "base"), tw.digest(tmp_path / "y", "base")}
    lock.write_text("a==2")
    digests.add(tw.digest(tmp_path / "x", "base"))
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    digests.add(tw.digest(tmp_path / "x", "base"))

    assert len(digests) == 4


def eventually(holds) -> bool:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.01)
    return False
