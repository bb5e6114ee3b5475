"""Reading scenario files: everything wrong with one is a finding with its place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.definition.checks.registry import SCENARIO, findings_of
from engine.definition.draft import Draft
from engine.definition.lines import judge
from engine.definition.reader import read_text, text_of_file
from engine.definition.scenarios.entries import EntryBuilder, declare
from engine.definition.scenarios.story import Scenario
from engine.definition.schema.reading import read_model
from engine.definition.schema.scenario import ScenarioFile
from engine.definition.tree import Items
from engine.definition.where import shown
from engine.model.algorithm import Algorithm
from engine.model.case import Patient
from engine.model.place import Finding, Severity
from engine.runtime.plan import plan_of

SCENARIO_FOLDER = "scenarios"


@dataclass(frozen=True)
class ScenarioRead:
    """A scenario file that was read. `scenario` is None where a finding is an error."""

    label: str
    scenario: Scenario | None
    findings: tuple[Finding, ...]
    text: str


def scenarios_in(folder: str | Path) -> tuple[Path, ...]:
    """Scenario files of a folder by name; of an algorithm's folder, those in its `scenarios`."""
    root = Path(folder)
    inside = root / SCENARIO_FOLDER
    if inside.is_dir():
        root = inside
    return tuple(sorted(path for path in root.glob("*.yaml") if path.name != "algorithm.yaml"))


def read_scenario(path: str | Path, algorithm: Algorithm) -> ScenarioRead:
    """Read a scenario against the algorithm it will be run with.

    Raises:
        UnreadableError: The file is not there, not UTF-8, or too large.
    """
    file = Path(path)
    label = shown(file)
    return read_scenario_text(text_of_file(file, label), label, algorithm)


def read_scenario_text(text: str, label: str, algorithm: Algorithm) -> ScenarioRead:
    """The same for a text; `label` names it in findings. Never raises."""
    draft, scenario = draft_scenario(text, label, algorithm)
    findings = findings_of(draft, SCENARIO)
    failed = any(one.severity is Severity.ERROR for one in findings)
    return ScenarioRead(label, None if failed else scenario, findings, text)


def draft_scenario(text: str, label: str, algorithm: Algorithm) -> tuple[Draft, Scenario | None]:
    """Everything that was read of a scenario, before any check."""
    draft = Draft(algorithm=algorithm)
    read = read_text(text, label, draft.troubles)
    draft.files[label] = read.source
    file = None if read.root is None else read_model(read.root, ScenarioFile, draft.troubles)
    return draft, None if file is None else _scenario(draft, file, algorithm)


def _scenario(draft: Draft, file: ScenarioFile, algorithm: Algorithm) -> Scenario | None:
    declare(draft, algorithm)
    builder = EntryBuilder(draft, algorithm)
    if file.algorithm is not None and file.algorithm != algorithm.id:
        builder.desk.trouble(
            "scenario-algorithm", file.algorithm.shown, str(file.algorithm), detail=algorithm.id
        )
        return None
    entries = file.node.get("story")
    if isinstance(entries, Items) and not entries and not entries.lost:
        builder.desk.trouble("wrong-type", file.node.key_place("story"), "story", detail="must hold an entry")
    reported = tuple(builder.reported(one) for one in file.history)
    builder.note_facts(file.story)
    judge(draft, plan_of(algorithm).names)
    story = tuple(builder.entry(one) for one in file.story)
    if file.patient is None or not story:
        return None
    return Scenario(
        title=str(file.scenario or "").strip(),
        algorithm=algorithm.id,
        patient=Patient(file.patient.birth_date, file.patient.sex),
        reported=reported,
        story=story,
        place=file.place,
    )
