"""Checking a file as its author sees it: what it says, what it means, its claims and its stories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.definition.checks.registry import READING, STORIES, findings_of
from engine.definition.draft import Draft
from engine.definition.kinds import kind_of_text
from engine.definition.loader import Loaded, default_roots, draft_of, loaded_of
from engine.definition.reader import read_text, text_of_file
from engine.definition.scenarios import (
    ScenarioRead,
    draft_scenario,
    read_scenario,
    read_scenario_text,
    scenarios_in,
)
from engine.definition.schema.editors import FileKind
from engine.definition.schema.files import LibraryFile
from engine.definition.schema.reading import read_model
from engine.definition.where import ALGORITHM_FILE, LIBRARY_FOLDER, shown
from engine.model.algorithm import Algorithm
from engine.model.place import Finding, Severity
from engine.service.kept import load_draft

_ENDING = ".yaml"


@dataclass(frozen=True)
class CheckedFile:
    """What checking one file, or an algorithm with its scenarios, gave.

    Attributes:
        label: How findings name it.
        algorithm: What it defines, or is about; None where an error keeps it from being used.
        findings: Those of the file first, then those of its scenarios.
        sources: Texts of all files read, by the names findings use.
        scenarios: How many scenarios were read with it.
        paths: The files that are its own, by the names findings use; libraries of an algorithm are not.
    """

    label: str
    kind: FileKind
    algorithm: Algorithm | None
    findings: tuple[Finding, ...]
    sources: Mapping[str, str]
    scenarios: int = 0
    paths: Mapping[str, Path] = field(default_factory=dict[str, Path])

    @property
    def failed(self) -> bool:
        """Whether a finding is an error."""
        return any(one.severity is Severity.ERROR for one in self.findings)


@dataclass
class Checker:
    """One run of checks, in which an algorithm that several files need is loaded once.

    Attributes:
        open_texts: Texts that an editor holds, by resolved path; they are read in place of the files.
        thorough: Also look at claims, ask the solver, read the scenarios and judge a library by every
            algorithm that uses it, which takes some seconds. Else only by the first.
    """

    open_texts: Mapping[Path, str] = field(default_factory=dict[Path, str])
    thorough: bool = True
    _drafts: dict[Path, Draft] = field(default_factory=dict[Path, Draft], repr=False)
    _loaded: dict[Path, Loaded] = field(default_factory=dict[Path, Loaded], repr=False)

    def check(self, path: Path) -> tuple[CheckedFile, ...]:
        """Check an algorithm's folder or file, a library or a folder of libraries, or a scenario.

        Raises:
            UnreadableError: It is not there, or no text.
        """
        if path.is_dir() and not (path / ALGORITHM_FILE).is_file():
            libraries = sorted(path.rglob(f"*{_ENDING}"))
            if libraries:
                return tuple(self.check_file(one) for one in libraries)
        return (self.check_file(path / ALGORITHM_FILE if path.is_dir() else path),)

    def check_file(self, file: Path) -> CheckedFile:
        """Check one file. Of an algorithm its scenarios too."""
        text = self.text_of(file)
        match kind_of_text(text):
            case "scenario":
                return self._scenario(file, text)
            case "library":
                return self._library(file, text)
            case _:
                return self._algorithm(file)

    # Kinds of file

    def _algorithm(self, file: Path) -> CheckedFile:
        loaded = self.load(file)
        stories: list[ScenarioRead] = []
        more: list[Finding] = []
        if loaded.algorithm is not None and self.thorough:
            stories = [self._read(one, loaded.algorithm) for one in scenarios_in(file.parent)]
            more += beyond(loaded, loaded.algorithm, stories)
        sources = {**loaded.sources, **{one.label: one.text for one in stories}}
        told = [finding for one in stories for finding in one.findings]
        findings = sorted({*loaded.findings, *more}, key=_place)
        paths = {shown(one): one for one in (file, *scenarios_in(file.parent))}
        return CheckedFile(
            shown(file), "algorithm", loaded.algorithm, (*findings, *told), sources, len(stories), paths
        )

    def _library(self, file: Path, text: str) -> CheckedFile:
        """A library says nothing alone: it is checked with the algorithms beside it that use it."""
        label = shown(file)
        name = _library_name(file)
        found: dict[Finding, None] = {}
        used = False
        for algorithm in _beside(file):
            if used and not self.thorough:
                break
            if name in self.text_of(algorithm):
                loaded = self.load(algorithm)
                used = used or label in loaded.sources
                found.update(dict.fromkeys(one for one in loaded.findings if one.place.file == label))
        if not used:
            found = dict.fromkeys(_alone(text, label))
        findings = tuple(sorted(found, key=_place))
        return CheckedFile(label, "library", None, findings, {label: text}, paths={label: file})

    def _scenario(self, file: Path, text: str) -> CheckedFile:
        """A scenario is checked against the algorithm in whose folder it stands."""
        label = shown(file)
        own = _own_algorithm(file)
        algorithm = None if own is None else self.load(own).algorithm
        if algorithm is None:
            alone = _alone(text, label)
            return CheckedFile(label, "scenario", None, alone, {label: text}, paths={label: file})
        read = read_scenario_text(text, label, algorithm)
        return CheckedFile(label, "scenario", algorithm, read.findings, {label: text}, 1, {label: file})

    # Reading

    def load(self, file: Path) -> Loaded:
        """The algorithm in a file."""
        key = file.resolve()
        if key not in self._loaded:
            self._loaded[key] = loaded_of(self._draft(file))
        return self._loaded[key]

    def draft(self, file: Path) -> Draft | None:
        """What can be told of the places of a file: of a library within the first algorithm that uses it."""
        text = self.text_of(file)
        match kind_of_text(text):
            case "algorithm":
                return self._draft(file)
            case "library":
                users = (
                    self._draft(one) for one in _beside(file) if _library_name(file) in self.text_of(one)
                )
                return next((one for one in users if shown(file) in one.files), None)
            case _:
                own = _own_algorithm(file)
                algorithm = None if own is None else self.load(own).algorithm
                return None if algorithm is None else draft_scenario(text, shown(file), algorithm)[0]

    def _draft(self, file: Path) -> Draft:
        key = file.resolve()
        if key not in self._drafts:
            self._drafts[key] = draft_of(
                self.text_of(file), shown(file), default_roots(file), self.open_texts
            )
        return self._drafts[key]

    def _read(self, file: Path, algorithm: Algorithm) -> ScenarioRead:
        open_text = self.open_texts.get(file.resolve())
        if open_text is None:
            return read_scenario(file, algorithm)
        return read_scenario_text(open_text, shown(file), algorithm)

    def text_of(self, file: Path) -> str:
        """What a file holds, or an editor in its place."""
        open_text = self.open_texts.get(file.resolve())
        return text_of_file(file, shown(file)) if open_text is None else open_text


def check_draft(text: str, libraries: Mapping[str, str]) -> tuple[Loaded, tuple[Finding, ...]]:
    """A draft, and everything found in it but what its scenarios tell. Never raises.

    Args:
        text: The definition.
        libraries: Text by library id; those not given are those of Treadway.
    """
    loaded = load_draft(text, libraries)
    more = [] if loaded.algorithm is None else beyond(loaded, loaded.algorithm)
    return loaded, tuple(sorted({*loaded.findings, *more}, key=_place))


def beyond(loaded: Loaded, algorithm: Algorithm, stories: Iterable[ScenarioRead] = ()) -> list[Finding]:
    """What is found in an algorithm that can be used: in its claims, by the solver, in its scenarios."""
    from engine.proof.checks import solved_findings
    from engine.proof.reading import read_claims

    found = [*read_claims(algorithm, loaded.sources).findings, *solved_findings(algorithm)]
    scenarios = [one.scenario for one in stories if one.scenario is not None]
    if scenarios:
        found += [finding for check in STORIES for finding in check.function(algorithm, scenarios)]
    return [_with_line(one, loaded.sources) for one in found]


def _with_line(finding: Finding, sources: Mapping[str, str]) -> Finding:
    lines = sources.get(finding.place.file, "").splitlines()
    if finding.excerpt or not 0 < finding.place.line <= len(lines):
        return finding
    return replace(finding, excerpt=lines[finding.place.line - 1])


def _alone(text: str, label: str) -> tuple[Finding, ...]:
    """What a file says that nothing uses: whether it can be read."""
    draft = Draft()
    read = read_text(text, label, draft.troubles)
    draft.files[label] = read.source
    if read.root is not None and kind_of_text(text) == "library":
        read_model(read.root, LibraryFile, draft.troubles)
    return findings_of(draft, READING)


def _library_name(file: Path) -> str:
    return f"{file.resolve().parent.name}/{file.stem}"


def _own_algorithm(scenario: Path) -> Path | None:
    """The algorithm in whose folder, or whose folder of scenarios, a scenario stands."""
    near = (folder / ALGORITHM_FILE for folder in scenario.resolve().parents[:2])
    return next((one for one in near if one.is_file()), None)


def _beside(library: Path) -> Iterator[Path]:
    """Algorithms that find this library as theirs."""
    parents = library.resolve().parents
    root = next((one for one in parents if one.name == LIBRARY_FOLDER), None)
    if root is not None:
        yield from sorted(root.parent.glob(f"*/{ALGORITHM_FILE}"))


def _place(finding: Finding) -> tuple[object, ...]:
    return finding.place, finding.code, finding.message
