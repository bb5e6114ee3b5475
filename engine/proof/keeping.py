"""Answers kept by the digest of the algorithm and its places, so that a proof is done once."""

import hashlib
import os
import pickle
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from engine.model.algorithm import Algorithm
from engine.proof.answers import Answer, Verdict
from engine.proof.forms import PermitsNoMore

_ROOMS = ("model", "criteria", "runtime", "proof")


def cache_folder() -> Path:
    """Where this user's answers are kept; `TREADWAY_CACHE` names another folder."""
    named = os.environ.get("TREADWAY_CACHE")
    if named:
        return Path(named) / "proofs"
    import platformdirs

    return Path(platformdirs.user_cache_dir("treadway", appauthor=False)) / "proofs"


def kept(folder: Path, algorithm: Algorithm) -> dict[str, Answer]:
    """Answers to the claims of an algorithm by id; none where nothing is kept or it cannot be read."""
    try:
        with _file(folder, algorithm).open("rb") as file:
            found: list[Answer] = pickle.load(file)  # noqa: S301 - a file of this user
    except (OSError, EOFError, ValueError, AttributeError, ImportError, pickle.UnpicklingError):
        return {}
    return {answer.claim.id: answer for answer in found}


def keep(folder: Path, algorithm: Algorithm, answers: Iterable[Answer]) -> None:
    """Keep answers, but for those that were not decided or that also rest on another algorithm.

    A folder that cannot be written keeps nothing.
    """
    decided = [
        answer
        for answer in answers
        if answer.verdict is not Verdict.NOT_DECIDED and not isinstance(answer.claim.form, PermitsNoMore)
    ]
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = _file(folder, algorithm)
        half = file.with_suffix(f".{os.getpid()}")
        half.write_bytes(pickle.dumps(decided))
        half.replace(file)


def _file(folder: Path, algorithm: Algorithm) -> Path:
    return folder / f"{algorithm.digest[:32]}-{_places_mark(algorithm)}-{_engine_mark()}.pickle"


def _places_mark(algorithm: Algorithm) -> str:
    """Changes where the definition says the same in other lines or files, which answers point at."""
    gates = [item for gate in algorithm.gates.values() for item in gate.items]
    named = (algorithm.steps, algorithm.moves, algorithm.defines, algorithm.interrupts, algorithm.claims)
    places = [one.place for mapping in named for one in mapping.values()] + [item.place for item in gates]
    return hashlib.sha256("\n".join(map(str, places)).encode()).hexdigest()[:16]


def _engine_mark() -> str:
    """Changes with the engine's files, whose answers these are."""
    root = Path(__file__).parents[1]
    marks = hashlib.sha256()
    for room in _ROOMS:
        for file in sorted((root / room).rglob("*.py")):
            state = file.stat()
            marks.update(f"{file.name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return marks.hexdigest()[:16]
