"""Loading: from files to an algorithm, or to findings that say why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.definition.build.algorithm import build
from engine.definition.build.libraries import read_libraries
from engine.definition.checks import findings_of
from engine.definition.digest import digest_of
from engine.definition.draft import Draft
from engine.definition.lines import judge
from engine.definition.reader import read_text, text_of_file
from engine.definition.schema.files import AlgorithmFile
from engine.definition.schema.reading import read_model
from engine.definition.where import ALGORITHM_FILE, LIBRARY_FOLDER, shipped_root, shown
from engine.model.algorithm import Algorithm
from engine.model.errors import DefinitionError, UnknownNameError
from engine.model.place import Finding, Severity


@dataclass(frozen=True)
class Loaded:
    """What came of a definition.

    Attributes:
        algorithm: None where a finding is an error.
        findings: Sorted by place; warnings and notes too.
        sources: Texts of the files read, by the names findings use, the algorithm's own first.
    """

    algorithm: Algorithm | None
    findings: tuple[Finding, ...]
    sources: Mapping[str, str]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that keep it from being used."""
        return tuple(one for one in self.findings if one.severity is Severity.ERROR)

    def usable(self) -> Algorithm:
        """The algorithm.

        Raises:
            DefinitionError: With every finding, where one of them is an error.
        """
        if self.algorithm is None:
            raise DefinitionError(self.findings)
        return self.algorithm


def load(path: str | Path, library_roots: Sequence[str | Path] | None = None) -> Loaded:
    """Load a definition from its folder or its `algorithm.yaml`.

    Args:
        path: The folder or the file.
        library_roots: Folders of libraries, the first that holds a library wins. By default `library` beside
            the algorithm's folder, then the shipped libraries.

    Raises:
        UnreadableError: The algorithm's own file is not there, not UTF-8 or over 10 MB.
    """
    file = Path(path)
    if file.is_dir():
        file = file / ALGORITHM_FILE
    label = shown(file)
    text = text_of_file(file, label)
    roots = [Path(root) for root in library_roots] if library_roots is not None else default_roots(file)
    return load_text(text, label, roots)


def default_roots(file: Path) -> list[Path]:
    """Where the libraries of an algorithm in `file` are looked for."""
    beside = file.resolve().parent.parent / LIBRARY_FOLDER
    shipped = shipped_root() / LIBRARY_FOLDER
    return [beside, shipped] if beside != shipped else [beside]


def load_text(
    text: str,
    label: str,
    library_roots: Sequence[str | Path] | None = None,
    open_texts: Mapping[Path, str] | None = None,
) -> Loaded:
    """Load a definition from its text, such as a draft in an editor; `label` names it in findings.

    Never raises.

    Args:
        text: What its own file holds.
        label: How findings name that file.
        library_roots: Where libraries are looked for, by default among the shipped ones.
        open_texts: Texts of libraries, by resolved path, that are read in place of the files.
    """
    return loaded_of(draft_of(text, label, library_roots, open_texts))


def loaded_of(draft: Draft) -> Loaded:
    """What came of a draft, with what its checks find."""
    findings = findings_of(draft)
    failed = any(one.severity is Severity.ERROR for one in findings)
    return Loaded(
        None if failed else draft.algorithm, findings, {name: file.text for name, file in draft.files.items()}
    )


def draft_of(
    text: str,
    label: str,
    library_roots: Sequence[str | Path] | None = None,
    open_texts: Mapping[Path, str] | None = None,
) -> Draft:
    """Everything that was read and built of a definition, before any check; the arguments of `load_text`."""
    roots = (
        [shipped_root() / LIBRARY_FOLDER] if library_roots is None else [Path(root) for root in library_roots]
    )
    draft = Draft()
    read = read_text(text, label, draft.troubles)
    draft.files[label] = read.source
    if read.root is not None:
        draft.root = read_model(read.root, AlgorithmFile, draft.troubles)
    if draft.root is not None and read.root is not None:
        libraries = read_libraries(draft, draft.root.use, roots, open_texts or {})
        draft.libraries = [model for model, _ in libraries]
        digest = digest_of(read.root, [root for _, root in libraries])
        draft.algorithm = build(draft, draft.root, digest)
        judge(draft)
    return draft


def shipped() -> tuple[str, ...]:
    """Ids of the algorithms that come with the engine, in order of the alphabet."""
    return tuple(sorted(file.parent.name for file in shipped_root().glob(f"*/{ALGORITHM_FILE}")))


def load_shipped(name: str) -> Loaded:
    """Load an algorithm that comes with the engine.

    Raises:
        UnknownNameError: There is none with this id.
    """
    from engine.definition.spelling import near_names

    names = shipped()
    if name not in names:
        raise UnknownNameError("shipped algorithm", name, near_names(name, names))
    return load(shipped_root() / name)
