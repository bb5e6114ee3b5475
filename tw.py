#!/usr/bin/env python3
"""Set up Treadway and run it. Needs Python 3.11 or newer with venv, and nothing else.

  python3 tw.py demo                 walk invented patients through the main algorithm
  python3 tw.py serve --demo         serve the API with invented patients, on this computer alone
  python3 tw.py run -- WORDS         any `treadway` command, such as: run -- check algorithms/star-d
  python3 tw.py WORD ...             the same, for a word that is not listed here

  python3 tw.py test [ARGS]          run the tests; ARGS go to pytest
      --fast                         leave out the slow ones: under a minute
      --long                         all of them, with many more generated cases
      --coverage                     also say which lines no test ran
  python3 tw.py check [--fix]        format, lint, types, import contracts, examples in the documents
  python3 tw.py lock [ARGS]          write requirements/*.txt anew from pyproject.toml; ARGS go to uv

Packages are fetched once, checked against the hashes in requirements/, and kept in .venv.
Exit code: that of the command; 2 for wrong usage; 3 if this machine lacks something; 130 after Ctrl-C.
"""
# The standard library only, in a syntax that old Pythons can read: they must reach the check below.

import sys

if sys.version_info < (3, 11):
    sys.stderr.write(
        "Treadway needs Python 3.11 or newer; this is Python {}.{} ({}).\n"
        "Install a newer one and name it, for example: python3.11 tw.py demo\n".format(
            sys.version_info[0], sys.version_info[1], sys.executable
        )
    )
    sys.exit(3)

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sysconfig
import time
from collections.abc import Generator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LEVELS = ("base", "test", "dev")  # each lock in requirements/ holds all of the one before it
STAMP = "treadway-stamp.json"  # written last, so that a set-up that was cut off is seen and repaired
MARKS = {"--fast": "not slow and not long and not browser", "--long": ""}
TREADWAY = "import sys; from api.cli import main; sys.argv[0] = 'treadway'; sys.exit(main())"
PACKAGE = ("Collecting ", "Processing ")  # how pip begins a line: one from an index, one from a folder
GRACE_SECONDS = 20  # a server is allowed 15 s to finish what it has begun


class Problem(Exception):
    """The machine lacks something. The text says what happened and what to do."""


class Terminated(KeyboardInterrupt):
    """SIGTERM came: like Ctrl-C, but only this process has been told."""


def main(words: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    if not words or words[0] in ("-h", "--help", "help"):
        print((__doc__ or "").strip())
        return 0 if words else 2
    try:
        word, rest = words[0], list(words[1:])
        own = {"test": test, "check": check, "lock": lock, "run": run}
        return own[word](rest) if word in own else run([word, *rest])
    except Problem as problem:
        say(str(problem))
        return 3
    except OSError as error:
        say(f"{error.filename or 'Failed'}: {error.strerror}. Mend that and run the same command again.")
        return 3
    except KeyboardInterrupt as stop:
        say("Stopped. The next run repairs whatever was half done.")
        return 143 if isinstance(stop, Terminated) else 130


# --- commands


def run(words: list[str]) -> int:
    """Pass the words to the `treadway` command, in the folder where the user stands."""
    words = words[1:] if words[:1] == ["--"] else words
    # -P: a folder named `api` where the user stands must not hide ours.
    return call([ensure("base"), "-P", "-c", TREADWAY, *words])


def test(words: list[str]) -> int:
    """Run pytest: two workers, the chosen share of the tests, further words as given."""
    options = ["-n", "2"]
    for flag, marks in MARKS.items():
        if flag in words:
            options += ["-m", marks]
    if "--long" in words:
        options += ["--hypothesis-profile", "long"]
    options += [word for word in words if word not in (*MARKS, "--coverage")]
    if "--coverage" not in words:
        return call([ensure("test"), "-m", "pytest", *options], cwd=ROOT)
    python = ensure("dev")
    code = call([python, "-m", "coverage", "run", "-m", "pytest", *options], cwd=ROOT)
    call([python, "-m", "coverage", "combine", "--quiet"], cwd=ROOT)
    return call([python, "-m", "coverage", "report"], cwd=ROOT) or code


def check(words: list[str]) -> int:
    """Run every check that needs no test run, and name those that fail."""
    if words not in ([], ["--fix"]):
        say("Usage: python3 tw.py check [--fix]. To check a definition file: python3 tw.py run -- check FILE")
        return 2
    python, fix = ensure("dev"), bool(words)
    steps = {
        "format": ["-m", "ruff", "format", *([] if fix else ["--check"]), "."],
        "lint": ["-m", "ruff", "check", *(["--fix"] if fix else []), "."],
        "types": ["-m", "basedpyright", "--pythonpath", str(python)],
        "imports": [str(python.with_name("lint-imports")), "--no-logo", "--no-cache"],
        "examples": ["-m", "pytest", "-q", "tests/docs"],
    }
    failed: list[str] = []
    for name, step in steps.items():
        say(f"--- {name}")
        code = call([python, *step], cwd=ROOT)
        if code in (130, 143):
            return code
        failed += [name] * bool(code)
    say(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def lock(words: list[str]) -> int:
    """Write the lock of each level; a package has one version in all of them."""
    uv = ensure("dev").with_name("uv")
    for place, level in enumerate(LEVELS):
        options = ["--group", level, "--constraint", f"requirements/{LEVELS[place - 1]}.txt"] if place else []
        output = f"requirements/{level}.txt"
        code = call([uv, "pip", "compile", "-q", "pyproject.toml", *options, "-o", output, *words], cwd=ROOT)
        if code:
            return code
        say(f"Wrote {output}")
    return 0


def call(command: Sequence[str | Path], cwd: Path | None = None) -> int:
    """Run a command to its end and return its exit code, 130 after Ctrl-C."""
    environment = {"PATH": os.defpath, **os.environ}
    environment.pop("PYTHONHOME", None)
    environment["PYTHONPATH"] = str(ROOT)  # alone: a stranger's packages must not hide the locked ones
    interrupted = False
    with subprocess.Popen(command, cwd=cwd, env=environment) as child:
        timeout = None
        while True:
            try:
                code = child.wait(timeout)
                break
            except (Terminated, subprocess.TimeoutExpired):
                child.terminate()
            except KeyboardInterrupt:  # the terminal has told the child too
                interrupted, timeout = True, GRACE_SECONDS
    return 130 if interrupted else code if code >= 0 else 128 - code


# --- environment


def ensure(level: str) -> Path:
    """Return the Python of an environment that holds the level's packages, made or repaired if need be."""
    env = env_folder(level)
    python = env / "bin" / "python"
    if is_ready(env, level):
        return python
    check_machine()
    with only_one(env) as lock_fd:
        if is_ready(env, level):  # another command has made it meanwhile
            return python
        have = read_stamp(env)
        say(f"Setting up Treadway in {env} (only the first time and when its packages change).")
        began = time.monotonic()
        (env / STAMP).unlink(missing_ok=True)
        if not have or any(have[each] != digest(env, each) for each in have):
            have = {}
            remove(env)
            # Where PATH is not set, Python may not know its own name.
            own = sys.executable or os.path.realpath("/proc/self/exe")
            run_step([own, "-m", "venv", str(env)], "making the environment", lock_fd)
        install(python, level, lock_fd)
        write_command(env)
        for each in LEVELS[: LEVELS.index(level) + 1]:
            have[each] = digest(env, each)
        new = env / f"{STAMP}.new"
        new.write_text(json.dumps(have, indent=1), encoding="utf-8")
        new.replace(env / STAMP)
        say(f"Ready after {time.monotonic() - began:.0f} s.")
    return python


def write_command(env: Path) -> None:
    """Put a `treadway` command beside the environment's Python; it runs this folder's code from anywhere."""
    command = env / "bin" / "treadway"
    words = ["env", f"PYTHONPATH={ROOT}", str(env / "bin" / "python"), "-c", TREADWAY]
    command.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
    command.chmod(0o755)


def remove(env: Path) -> None:
    """Delete an environment that is outdated or was never finished."""
    try:
        if env.exists():
            shutil.rmtree(env)
    except OSError as error:
        raise Problem(
            f"{env} is outdated and cannot be deleted ({error.strerror}); perhaps another user made it.\n"
            "Have it deleted, then run the same command again."
        ) from None


def env_folder(level: str) -> Path:
    """Return `.venv`, or a folder of the user's cache when `.venv` is of no use and cannot be written."""
    inside = ROOT / ".venv"
    if is_ready(inside, level) or all(is_writable(path) for path in (inside, lock_path(inside), ROOT)):
        return inside
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path(os.environ.get("HOME") or "/", ".cache"))
    outside = cache / "treadway" / hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:12]
    if not is_ready(outside, level):
        try:
            outside.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Problem(
                f"Neither {ROOT} nor {cache} can be written ({error.strerror}).\n"
                "Copy the folder to a place of your own, or set XDG_CACHE_HOME to a folder you can write."
            ) from None
        say(f"{inside} cannot be written, so the packages go to {outside}.")
    return outside


def is_writable(path: Path) -> bool:
    """Tell whether this user may write the path, or create it."""
    return os.access(path if path.exists() else path.parent, os.W_OK)


def is_ready(env: Path, level: str) -> bool:
    """Tell whether the environment was finished, by a Python like this one, from the lock as it is now."""
    return read_stamp(env).get(level) == digest(env, level)


def read_stamp(env: Path) -> dict[str, str]:
    """Return the digests of the finished levels; empty when there is no whole environment."""
    try:
        stamp: dict[str, str] = json.loads((env / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if (env / "bin" / "python").exists() else {}


def digest(env: Path, level: str) -> str:
    """Name all that an installed level depends on: lock, Python, machine and path (its scripts hold it)."""
    name = f"{sys.version_info[:2]} {sysconfig.get_platform()} {env}\n"
    return hashlib.sha256(os.fsencode(name) + lock_file(level).read_bytes()).hexdigest()


def lock_file(level: str) -> Path:
    """Return the file that lists the level's packages and their hashes."""
    return ROOT / "requirements" / f"{level}.txt"


def lock_path(env: Path) -> Path:
    """Return the file that is held while the environment is being made."""
    return env.with_name(f"{env.name}.lock")


def check_machine() -> None:
    """Raise Problem for what can be told beforehand to be in the way of a set-up."""
    if os.name != "posix":
        raise Problem("Treadway runs on Linux and macOS. On Windows, run it inside WSL.")
    if os.pathsep in str(ROOT):
        raise Problem(f"Python cannot use a folder with '{os.pathsep}' in its path. Rename: {ROOT}")
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise Problem(
            f"This Python ({sys.executable}) has no venv, which keeps packages apart from the system's.\n"
            f"Install it (Debian and Ubuntu: apt install {package}), then run the same command again."
        )


@contextlib.contextmanager
def only_one(env: Path) -> Generator[int]:
    """Hold the set-up lock and yield its descriptor; wait while another process holds it."""
    import fcntl

    with lock_path(env).open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another command is setting up here; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def install(python: Path, level: str, lock_fd: int) -> None:
    """Fetch the level's packages and install them, each checked against its hash."""
    total = sum("==" in line for line in lock_file(level).read_text(encoding="utf-8").splitlines())
    command = [str(python), "-m", "pip", "install", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    command += ["--progress-bar", "off", "-r", str(lock_file(level))]
    run_step(command, f"fetching up to {total} packages", lock_fd)


def run_step(command: list[str], doing: str, lock_fd: int) -> None:
    """Run one command of the set-up, showing how far it is; raise Problem with the reason when it fails."""
    settings = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_USER": "0"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    lines: list[str] = []
    show(doing)
    # The child inherits the lock: should this process be killed, the next waits for the child to end.
    with subprocess.Popen(
        command,
        env=environment | settings,
        pass_fds=[lock_fd],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as child:
        try:
            for line in child.stdout or ():
                lines.append(line.rstrip())
                if line.startswith(PACKAGE):
                    count = sum(each.startswith(PACKAGE) for each in lines)
                    show(
                        f"{doing}: {count} {re.split('==|-[0-9]', Path(line.split()[1]).name)[0]}", brief=True
                    )
                elif line.startswith("Installing collected"):
                    show("installing them")
                elif "Retrying (" in line and sum("Retrying (" in each for each in lines) == 1:
                    show("the network does not answer; trying again")
        except BaseException:
            child.terminate()
            raise
    show("", brief=True)
    if child.returncode:
        raise Problem(why_failed(doing, lines))


def why_failed(doing: str, lines: Sequence[str]) -> str:
    """Turn the output of a failed step into what happened and what to do."""
    output = "\n".join(lines)
    if "DO NOT MATCH THE HASHES" in output:
        advice = (
            "A package is not the one that was locked, so it was not installed. Ask who runs your mirror."
        )
    elif "No space left" in output:
        advice = "The disk is full. Free about 1 GB, then run the same command again."
    elif any(sign in output for sign in ("Retrying (", "connection", "Connection", "SSLError", "ProxyError")):
        advice = (
            "The package index cannot be reached. Check the network, then run the same command again.\n"
            "For a proxy set HTTPS_PROXY, for a mirror PIP_INDEX_URL, for its certificate PIP_CERT."
        )
    elif "No matching distribution" in output:
        advice = (
            f"One package does not fit this machine ({sysconfig.get_platform()}, {sys.version.split()[0]}).\n"
            "Known to work: Linux with glibc on x86_64, Python 3.11 to 3.13."
        )
    else:
        advice = "Run the same command again; if it stays, the lines above say where it went wrong."
    told = [line for line in lines if "Retrying (" in line][-1:]
    told += [line for line in lines if line.startswith("ERROR")] or lines[-8:]
    return "\n".join([f"Set-up failed while {doing}:", *(f"    {line}" for line in told), advice])


def show(doing: str, *, brief: bool = False) -> None:
    """Show the step under way: in place on a terminal, else a line for each step but not for each package."""
    if sys.stderr.isatty():
        columns = shutil.get_terminal_size().columns
        sys.stderr.write(f"\r\033[K{'  ' * bool(doing)}{doing[: columns - 3]}")
        sys.stderr.flush()
    elif not brief:
        say(f"  {doing}")


def say(text: str) -> None:
    """Tell the person something; results alone go to standard output."""
    print(text, file=sys.stderr, flush=True)


def _terminate(_signal: int, _frame: object) -> None:
    raise Terminated


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
