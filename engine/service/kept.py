"""The algorithms that cases were opened with, kept as their definitions' texts."""

import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from engine.access.rights import Right
from engine.definition.loader import Loaded, load_shipped, load_text, shipped
from engine.definition.where import shipped_root
from engine.model.algorithm import Algorithm
from engine.model.errors import EngineError, UnknownNameError
from engine.runtime.door import near
from engine.service.desk import Desk, stamp_of
from engine.store.rows import StoredAlgorithm
from engine.store.shelf import Shelved, open_cases, shelved


class AlgorithmMissingError(EngineError):
    """The definition that a case was opened with is not in the database."""


class VersionExistsError(EngineError):
    """A version of an algorithm is published with another content: a version never changes."""


def algorithm_of(desk: Desk, digest: str) -> Algorithm:
    """The algorithm with this digest, from the definition kept in the database.

    Raises:
        AlgorithmMissingError: The database does not hold it, or what it holds no longer gives this digest.
    """
    found = _ALGORITHMS.get(digest)
    if found is not None:
        return found
    with _LOADING:  # many ask at once when a process begins: one loads, and the others find it
        found = _ALGORITHMS.get(digest)
        if found is None:
            found = _ALGORITHMS[digest] = _read(desk, digest)
    return found


def _read(desk: Desk, digest: str) -> Algorithm:
    kept = desk.store.read_algorithm(desk.clinic_id, digest)
    if kept is None:
        raise AlgorithmMissingError(
            f"the algorithm with digest {digest[:12]} is not in this database",
            "restore the database from a backup that holds it; no case was changed",
        )
    algorithm = _load_kept(kept).usable()
    if algorithm.digest != digest:
        raise AlgorithmMissingError(
            f"the definition kept as {digest[:12]} has changed: it now gives {algorithm.digest[:12]}",
            "restore the database from a backup; no case was changed",
        )
    return algorithm


_LOADING: Final = threading.Lock()
_ALGORITHMS: dict[str, Algorithm] = {}
"""Algorithms by digest. A digest names its content, so that nothing here can become stale."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An algorithm that cases can be opened in.

    Attributes:
        kept_at: Since when the clinic holds it; None for one that comes with Treadway and was not used yet.
    """

    algorithm: Algorithm
    kept_at: datetime | None


def list_algorithms(desk: Desk) -> tuple[Listed, ...]:
    """Those that the clinic holds and those that come with Treadway: by id, of each the newest first."""
    found = [Listed(algorithm_of(desk, one.digest), one.recorded_at) for one in _shelved(desk)]
    digests = {one.algorithm.digest for one in found}
    for name in shipped():
        algorithm = _shipped(name).algorithm
        if algorithm is not None and algorithm.digest not in digests:
            found.append(Listed(algorithm, None))
    return tuple(sorted(found, key=lambda one: one.algorithm.id))


def live_cases(desk: Desk) -> Mapping[str, int]:
    """How many open cases of the clinic walk through each version, by digest."""
    desk.actor.needs_right(Right.READ_BOARD)
    return open_cases(desk.store.engine, desk.clinic_id)


def find_algorithm(desk: Desk, name: str, version: str | None = None) -> Loaded:
    """A definition by id: the newest that the clinic holds, else the one that comes with Treadway.

    Raises:
        UnknownNameError: There is none, or none of that version.
    """
    for one in _shelved(desk):
        if one.id == name and version in (None, one.version):
            kept = desk.store.read_algorithm(desk.clinic_id, one.digest)
            assert kept is not None, "nothing is taken from the shelf"
            return _load_kept(kept)
    if name in shipped():
        loaded = _shipped(name)
        if loaded.algorithm is not None and version in (None, loaded.algorithm.version):
            return loaded
    raise UnknownNameError("algorithm", name, near(name, shipped()))


def publish(desk: Desk, text: str, libraries: Mapping[str, str]) -> Listed:
    """Keep a version of a definition, for cases to be opened in. The same again changes nothing.

    Raises:
        DefinitionError: It has findings that keep it from being used.
        VersionExistsError: The clinic holds this version with another content.
    """
    return publish_loaded(desk, load_draft(text, libraries))


def publish_loaded(desk: Desk, loaded: Loaded, *, dry_run: bool = False) -> Listed:
    """The same for a definition already read; `dry_run` refuses what would be refused and keeps nothing.

    Raises:
        DefinitionError, VersionExistsError: As `publish`.
    """
    desk.actor.needs_right(Right.PUBLISH)
    algorithm = loaded.usable()
    same = next((one for one in _shelved(desk) if _named(one) == (algorithm.id, algorithm.version)), None)
    if same is not None and same.digest != algorithm.digest:
        raise VersionExistsError(
            f"{algorithm.id} {algorithm.version} exists with another content",
            "give the new content a new version",
        )
    if same is not None:
        return Listed(algorithm, same.recorded_at)
    if dry_run:
        return Listed(algorithm, None)
    stamp = stamp_of(desk, algorithm)
    desk.store.keep_algorithm(desk.clinic_id, kept_of(loaded, algorithm), stamp)
    return Listed(algorithm, stamp.recorded_at)


def _shelved(desk: Desk) -> tuple[Shelved, ...]:
    return shelved(desk.store.engine, desk.clinic_id)


def _named(one: Shelved) -> tuple[str, str]:
    return one.id, one.version


def load_draft(text: str, libraries: Mapping[str, str]) -> Loaded:
    """Load a definition from texts; libraries that are not given are those of Treadway. Never raises.

    Args:
        libraries: Text by library id, such as `evidence/depression`.
    """
    with tempfile.TemporaryDirectory(prefix="treadway-") as folder:
        root = Path(folder)
        for name, body in libraries.items():
            room, _, file = name.partition("/")
            (root / room).mkdir(exist_ok=True)
            (root / room / f"{file}.yaml").write_text(body, encoding="utf-8", newline="")
        return load_text(text, "algorithm.yaml", [root, shipped_root() / _LIBRARIES])


@lru_cache(maxsize=64)
def _shipped(name: str) -> Loaded:
    return load_shipped(name)


_OWN_FILE = "algorithm.yaml"
_LIBRARIES = "library"


def kept_of(loaded: Loaded, algorithm: Algorithm) -> StoredAlgorithm:
    """The texts of a definition under names that do not depend on where its files were."""
    own, *libraries = loaded.sources.items()
    files = {_OWN_FILE: own[1]}
    for label, text in libraries:
        room, name = Path(label).parts[-2:]
        files[f"{_LIBRARIES}/{room}/{name}"] = text
    return StoredAlgorithm(algorithm.id, algorithm.version, algorithm.digest, files)


def _load_kept(kept: StoredAlgorithm) -> Loaded:
    """A definition from its kept texts; the same texts are loaded once."""
    return _loaded(f"{kept.id} {kept.version}", tuple(sorted(kept.files.items())))


@lru_cache(maxsize=64)
def _loaded(label: str, files: tuple[tuple[str, str], ...]) -> Loaded:
    texts = dict(files)
    with tempfile.TemporaryDirectory(prefix="treadway-") as folder:
        root = Path(folder)
        for name, text in texts.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8", newline="")
        return load_text(texts[_OWN_FILE], label, [root / _LIBRARIES])
