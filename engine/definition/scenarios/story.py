"""A scenario and what running it gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from engine.model.case import Patient
from engine.model.entry import Entry, Reported
from engine.model.place import Place


class Expected(StrEnum):
    """Kinds of expectation, as written under `expect`."""

    MOVE = "move"
    """The answer about a move, just before a move of the same entry."""
    START = "start"
    DOSE = "dose"
    STEP = "step"
    FACT = "facts"
    GATE = "gate"
    INTERRUPTS = "interrupts"
    OPTION = "options"
    NEEDS = "needs"
    DUE = "due"
    FLAGS = "flags"


Wanted = None | bool | int | Decimal | str | date | tuple[str, ...] | tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Expectation:
    """One expectation. `subject` is the move, fact, gate or option it is about; None wanted is unknown."""

    kind: Expected
    subject: str
    wanted: Wanted
    place: Place

    @property
    def key(self) -> str:
        """How it is named in a report: `switch_to_snri`, `facts.trial.weeks`, `step`."""
        if self.kind is Expected.MOVE:
            return self.subject
        return f"{self.kind}.{self.subject}" if self.subject else str(self.kind)


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """One entry of a story with its expectations, in the order written."""

    entry: Entry
    expect: tuple[Expectation, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story. The case is opened on the day of its first entry; earlier treatment is told then."""

    title: str
    algorithm: str
    patient: Patient
    reported: tuple[Reported, ...]
    story: tuple[StoryEntry, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that was not met, or an entry that could not be carried out (`key` is `entry` then)."""

    on: date
    key: str
    expected: str
    actual: str
    reasons: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """What running a scenario gave. `expectations` counts what was looked at."""

    scenario: Scenario
    failures: tuple[Failure, ...]
    expectations: int

    @property
    def passed(self) -> bool:
        """Whether every expectation was met."""
        return not self.failures
