"""A definition named by a git revision: `main~3:algorithms/stepwise-depression`."""

import io
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from api.cli.desk import load_named
from engine.model.errors import UnreadableError
from engine.model.place import Place

if TYPE_CHECKING:
    from engine.definition.loader import Loaded


@dataclass(frozen=True)
class Version:
    """A definition that was named.

    Attributes:
        folder: Where a revision was unpacked for reading; it is gone by now.
    """

    loaded: "Loaded"
    revision: str = ""
    folder: str = ""

    def shown(self, place: Place) -> Place:
        """A place with the name of its file as it stands in the revision."""
        if not self.folder or not place.file.startswith(self.folder):
            return place
        return replace(place, file=f"{self.revision}:{place.file.removeprefix(self.folder).lstrip('/')}")


def load_version(name: str) -> Version:
    """A definition by a shipped id, a path, or `REVISION:PATH` in the git repository of this folder.

    Libraries are those of that revision, where it holds any beside the algorithm.

    Raises:
        UnknownNameError, UnreadableError: As `load_named`, and where git has no such revision or path.
    """
    revision, mark, path = name.partition(":")
    if not mark or Path(name).exists() or len(revision) < 2:  # `C:\...` is a path
        return Version(load_named(name))
    from engine.definition.loader import load

    if shutil.which("git") is None:
        raise UnreadableError(f"{name} needs git, which is not installed", "install git, or name a folder")
    top = Path(_git(name, Path.cwd(), "rev-parse", "--show-toplevel").decode().strip())
    prefix = _git(name, Path.cwd(), "rev-parse", "--show-prefix").decode().strip()
    wanted = PurePosixPath(prefix) / path
    folder = wanted.parent if wanted.suffix in (".yaml", ".yml") else wanted
    folders = [str(folder)]
    library = folder.parent / "library"
    if _git(name, top, "ls-tree", "--name-only", revision, str(library)).strip():
        folders.append(str(library))
    packed = _git(name, top, "archive", "--format=tar", revision, *folders)
    with tempfile.TemporaryDirectory() as kept:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            # The argument `filter` came with Python 3.11.4; before that there is none to set.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(kept)  # noqa: S202 - what git has packed of this repository
        return Version(load(Path(kept) / folder), revision, kept)


def _git(name: str, folder: Path, *words: str) -> bytes:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, check=False)  # noqa: S603, S607
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        detail = said[-1].removeprefix("fatal: ") if said else "git failed"
        raise UnreadableError(
            f"{name} cannot be read from git: {detail}",
            "write REVISION:PATH, such as main~3:algorithms/stepwise-depression",
        )
    return done.stdout
