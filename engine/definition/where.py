"""Where definitions live, and how their files are named in findings."""

from __future__ import annotations

from pathlib import Path

ALGORITHM_FILE = "algorithm.yaml"
LIBRARY_FOLDER = "library"


def shipped_root() -> Path:
    """The folder of the algorithms shipped with the engine: of the installed package or the repository."""
    here = Path(__file__).resolve().parent
    installed = here / "shipped"
    return installed if installed.is_dir() else here.parents[1] / "algorithms"


def shown(path: Path) -> str:
    """How findings name a file: from the working folder, or among the shipped algorithms; else in full."""
    resolved = path.resolve()
    for root, prefix in ((Path.cwd(), ""), (shipped_root().resolve(), "algorithms/")):
        if resolved.is_relative_to(root):
            return prefix + resolved.relative_to(root).as_posix()
    return path.as_posix()
