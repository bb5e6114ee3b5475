"""`treadway demo`: fifteen invented patients walk through stepwise care, every answer explained."""

import re
import shlex
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from api.cli.demo_story import EntryTold, earlier_lines, patient_line
from api.cli.desk import LOCAL_CLINIC
from api.cli.options import Json, Quiet
from api.cli.output import Output, Progress, paint
from api.shapes import Shape
from api.words import step_words
from engine.model.case import Case
from engine.model.decision import Decisions
from engine.model.entry import Entry
from engine.model.errors import UnreadableError

if TYPE_CHECKING:
    from engine.definition.loader import Loaded
    from engine.definition.scenarios import Scenario, StoryEntry
    from engine.model.algorithm import Algorithm
    from engine.service import CaseView, Desk
    from engine.store.store import Store

ALGORITHM = "stepwise-depression"
VIGNETTES = re.compile(r"(0[1-9]|1[0-5])a?-")
"""Names of the fifteen patients' files; variants (`06b`, `12b`) are told by `treadway test`."""
DRAWN = "11"
"""The patient whose way is drawn: the longest, with three gates and a deviation at the end."""
DATABASE = "demo-cases.db"


def demo(
    target: Annotated[
        Path, Option("--output", "-o", metavar="FOLDER", help="Folder for the pictures and the cases.")
    ] = Path("treadway-demo"),
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Walk fifteen invented patients through stepwise care of depression, and explain every answer.

    Draws the algorithm and one patient's way on it. Keeps the cases in a database of their own, to look at.

    Examples:
        treadway demo
        treadway demo --output my-demo --json
    """
    from api.serving.local import settle
    from engine.definition.loader import load_shipped
    from engine.store.store import Store

    output = Output(as_json=as_json, quiet=quiet)
    loaded = load_shipped(ALGORITHM)
    algorithm = loaded.usable()
    database = _fresh_database(target)
    output.result(
        paint(f"{algorithm.title}, {algorithm.version}", "heading"),
        f"{len(algorithm.steps)} steps, {len(algorithm.moves)} moves, {len(algorithm.evidence)} kinds of "
        f"evidence, {len(algorithm.formulary.options)} treatments; digest {algorithm.digest[:12]}",
        "The algorithm permits, refuses or says what is missing. The clinician decides.",
        "All patients are invented.",
    )
    shapes: list[Shape] = []
    ends: list[str] = []
    stories = _stories(algorithm)
    progress = Progress(output, "Walking patients", len(stories))
    store = Store.open(str(database))
    try:
        settle(store, None, demo=True)
        walk = _Walk(store, loaded)
        drawn: CaseView | None = None
        for done, (file, scenario) in enumerate(stories):
            progress.step(done, file.stem)
            lines, shape, view = walk.patient(scenario, done + 1)
            progress.close()
            output.result("", *lines)
            shapes.append({"file": file.name, **shape})
            where = step_words(algorithm.steps[view.case.step])
            stopped = f"   {paint('STOP', 'STOP')}" if view.case.raised() else ""
            ends.append(f"  {view.case.id}  {where:<28}{scenario.title}{stopped}")
            drawn = view if file.name.startswith(DRAWN) or drawn is None else drawn
    finally:
        store.close()
    files = _draw(target, algorithm, drawn)
    output.result(
        "",
        paint("Where they are at the end of their stories", "heading"),
        *ends,
        "",
        f"{len(stories)} patients, {walk.entries} entries, {walk.answers} answers explained.",
        *(f"Saved {file}" for file in files),
    )
    output.document(
        "treadway.demo/1",
        {"patients": shapes, "database": str(database), "files": [str(file) for file in files]},
    )
    output.say(f"The cases are kept in {database}.")
    if drawn is not None:
        last = drawn.events[-1].observed_on
        where = shlex.quote(str(database))
        output.next(f"treadway case show {drawn.case.id} --on {last} --database {where}")


def walk_all(store: "Store", output: Output) -> int:
    """Walk every patient into a store without telling it; how many there are."""
    from engine.definition.loader import load_shipped

    loaded = load_shipped(ALGORITHM)
    walk, stories = _Walk(store, loaded), _stories(loaded.usable())
    progress = Progress(output, "Walking patients", len(stories))
    for done, (file, scenario) in enumerate(stories):
        progress.step(done, file.stem)
        walk.patient(scenario, done + 1)
    progress.close()
    return len(stories)


def _fresh_database(target: Path) -> Path:
    """The demo's own database, empty: an earlier one is replaced."""
    database = target / DATABASE
    try:
        target.mkdir(parents=True, exist_ok=True)
        for ending in ("", "-wal", "-shm"):
            database.with_name(database.name + ending).unlink(missing_ok=True)
    except OSError as error:
        raise UnreadableError(
            f"{target} cannot be written: {(error.strerror or 'no reason given').lower()}",
            "name another folder with --output",
        ) from error
    return database


def _stories(algorithm: "Algorithm") -> "list[tuple[Path, Scenario]]":
    from engine.definition.scenarios import read_scenario, scenarios_in
    from engine.definition.where import shipped_root
    from engine.model.errors import DefinitionError

    stories: list[tuple[Path, Scenario]] = []
    for file in scenarios_in(shipped_root() / ALGORITHM):
        if VIGNETTES.match(file.name):
            read = read_scenario(file, algorithm)
            if read.scenario is None:
                raise DefinitionError(read.findings)
            stories.append((file, read.scenario))
    return stories


def _draw(target: Path, algorithm: "Algorithm", drawn: "CaseView | None") -> list[Path]:
    from engine.picture.draw import draw
    from engine.runtime import decide

    views: list[tuple[str, Case | None, Decisions | None]] = [(ALGORITHM, None, None)]
    if drawn is not None:
        said = decide(algorithm, drawn.case, drawn.events[-1].observed_on)
        views.append((f"patient-{DRAWN}", drawn.case, said))
    files: list[Path] = []
    for name, case, decisions in views:
        for form in ("svg", "png"):
            content = draw(algorithm, form, case, decisions)
            path = target / f"{name}.{form}"
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
            files.append(path)
    return files


class _Walk:
    """Takes patients through the service, as a clinic would, on the days of their stories."""

    def __init__(self, store: "Store", loaded: "Loaded") -> None:
        self._store, self._loaded = store, loaded
        self.entries = self.answers = 0

    def patient(self, scenario: "Scenario", number: int) -> "tuple[list[str], Shape, CaseView]":
        """Open the case on the day of its first entry and carry out every entry; the telling and the case."""
        from engine.service import new_case, write
        from engine.store.rows import PatientRow

        first = scenario.story[0].entry
        now = _at(first.on)
        opened = new_case(
            self._desk(now), self._loaded, scenario.patient, PatientRow(), first.on, scenario.reported
        )
        view = opened.view
        lines = [patient_line(number, scenario, view.case.id)]
        lines += earlier_lines(view)
        shapes: list[Shape] = []
        last: date | None = None
        for part in scenario.story:
            now = max(now, _at(part.entry.on))
            written = write(self._desk(now), view.case.id, _with_questions(part))
            view = written.view
            told = EntryTold(part, written)
            lines += told.lines(same_day=part.entry.on == last)
            last = part.entry.on
            shapes.append(told.shape())
            self.entries += 1
            self.answers += told.answers
        shape: Shape = {"scenario": scenario.title, "case": view.case.id, "step": view.case.step}
        return lines, {**shape, "entries": shapes}, view

    def _desk(self, now: datetime) -> "Desk":
        from engine.service import Actor, Desk

        return Desk(self._store, LOCAL_CLINIC, Actor("Dr Demo"), zone=UTC, clock=lambda: now)


def _at(on: date) -> datetime:
    return datetime.combine(on, time(12), UTC)


def _with_questions(part: "StoryEntry") -> Entry:
    """The entry, asking also about every move that the author expects an answer about."""
    from engine.definition.scenarios import Expected

    entry = part.entry
    asked = dict.fromkeys((*entry.ask, *(e.subject for e in part.expect if e.kind is Expected.MOVE)))
    return replace(entry, ask=tuple(name for name in asked if name != entry.move))
