"""The algorithms that cases were opened with, kept as their definitions' texts."""

import tempfile
from pathlib import Path

from engine.definition.loader import Loaded, load_text
from engine.model.algorithm import Algorithm
from engine.model.errors import EngineError
from engine.service.desk import Desk
from engine.store.rows import StoredAlgorithm


class AlgorithmMissingError(EngineError):
    """The definition that a case was opened with is not in the database."""


def algorithm_of(desk: Desk, digest: str) -> Algorithm:
    """The algorithm with this digest, from the definition kept in the database.

    Raises:
        AlgorithmMissingError: The database does not hold it, or what it holds no longer gives this digest.
    """
    found = _ALGORITHMS.get(digest)
    if found is not None:
        return found
    kept = desk.store.read_algorithm(desk.clinic_id, digest)
    if kept is None:
        raise AlgorithmMissingError(
            f"the algorithm with digest {digest[:12]} is not in this database",
            "restore the database from a backup that holds it; no case was changed",
        )
    algorithm = _loadkept_of(kept).usable()
    if algorithm.digest != digest:
        raise AlgorithmMissingError(
            f"the definition kept as {digest[:12]} has changed: it now gives {algorithm.digest[:12]}",
            "restore the database from a backup; no case was changed",
        )
    _ALGORITHMS[digest] = algorithm
    return algorithm


_ALGORITHMS: dict[str, Algorithm] = {}
"""Algorithms by digest. A digest names its content, so that nothing here can become stale."""

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


def _loadkept_of(kept: StoredAlgorithm) -> Loaded:
    with tempfile.TemporaryDirectory(prefix="treadway-") as folder:
        root = Path(folder)
        for name, text in kept.files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8", newline="")
        label = f"{kept.id} {kept.version}"
        return load_text(kept.files[_OWN_FILE], label, [root / _LIBRARIES])
