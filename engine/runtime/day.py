"""A case on one day: what was recorded, taken and tried up to then. Later events do not count yet."""

from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from engine.model.case import Case, Episode, MoveMade, Record, Treatment
from engine.model.decision import GateAnswer
from engine.model.evidence import Value
from engine.model.time import Since, Window, days
from engine.runtime.plan import Plan

if TYPE_CHECKING:
    from engine.runtime.facts import Facts
    from engine.runtime.trials import Trial

GATE_WINDOW_DAYS = 14


class Day:
    """A case as of one clinic date; everything is computed when first asked for.

    Args:
        ignore_signature: Seq of a gate signature whose reset of a trial's clock is left out, to compare a
            gate's answers with those at signing.
    """

    def __init__(self, plan: Plan, case: Case, today: date, ignore_signature: int | None = None) -> None:
        self.plan = plan
        self.case = case
        self.today = today
        self.ignore_signature = ignore_signature
        self._records: dict[str, tuple[Record, ...]] = {}
        self._others: dict[date, Day] = {}
        self.gates: dict[tuple[str, bool], GateAnswer] = {}
        """Gates already answered today, by id, with the facts behind them or without; filled by `gate.py`."""
        self._judged: dict[tuple[int, int], Facts] = {}

    def at(self, today: date) -> "Day":
        """The same case on another day; asked again, the same day with what it has found out."""
        if today == self.today:
            return self
        found = self._others.get(today)
        if found is None:
            found = self._others[today] = Day(self.plan, self.case, today, self.ignore_signature)
        return found

    def records(self, kind: str) -> tuple[Record, ...]:
        """Records of a type that count: not retracted, dated up to today; by date, then as recorded."""
        found = self._records.get(kind)
        if found is None:
            found = tuple(
                sorted(
                    (
                        r
                        for r in self.case.records
                        if r.type == kind and r.retracted_seq is None and r.observed_on <= self.today
                    ),
                    key=lambda r: (r.observed_on, r.seq),
                )
            )
            self._records[kind] = found
        return found

    @cached_property
    def treatments(self) -> tuple[Treatment, ...]:
        """Treatments started up to today; a stop dated later is left out, so that they read as running."""
        return tuple(
            t if t.stopped_on is None or t.stopped_on <= self.today else _running(t)
            for t in self.case.treatments
            if t.started_on <= self.today
        )

    @cached_property
    def running(self) -> tuple[Treatment, ...]:
        """Treatments taken today. On the day of its stop a treatment is no longer taken."""
        return tuple(t for t in self.treatments if t.stopped_on is None)

    @cached_property
    def taking(self) -> frozenset[str]:
        """Every option, class and group name that a running treatment counts under."""
        names = self.plan.names_by_option
        return frozenset(name for t in self.running for name in names.get(t.option, frozenset((t.option,))))

    @cached_property
    def tried(self) -> frozenset[str]:
        """The same for every treatment ever started."""
        names = self.plan.names_by_option
        return frozenset(
            name for t in self.treatments for name in names.get(t.option, frozenset((t.option,)))
        )

    @cached_property
    def last_gated_move(self) -> MoveMade | None:
        """The latest move that passed a gate, in the current history."""
        return next((m for m in reversed(self.case.moves) if m.gate is not None), None)

    @property
    def episode(self) -> Episode:
        """The current episode."""
        return self.case.episodes[-1]

    @cached_property
    def episode_started_on(self) -> date:
        """Onset recorded in this episode where one is given, else the day it was opened."""
        onset = self.plan.algorithm.onset
        if onset is not None:
            kind, field = onset.split(".", 1)
            for record in reversed(self.records(kind)):
                value = record.values.get(field)
                if record.seq > self.episode.opened_seq and isinstance(value, date):
                    return value
        return self.episode.opened_on

    @cached_property
    def trials(self) -> "tuple[Trial, ...]":
        """Every trial so far, oldest start first."""
        from engine.runtime.trials import trials_of

        return trials_of(self)

    @cached_property
    def trial(self) -> "Trial | None":
        """The trial of the current step."""
        from engine.runtime.trials import current_trial

        return current_trial(self)

    @cached_property
    def base(self) -> "Trial | None":
        """The latest running primary drug trial."""
        from engine.runtime.trials import base_trial

        return base_trial(self)

    @cached_property
    def facts(self) -> "Facts":
        """The facts of the case today."""
        from engine.runtime.facts import Facts

        return Facts(self)

    def judged(self, trial: "Trial") -> "Facts":
        """Facts with `trial` and `score` bound to a trial, as of the day it was settled, else as of today."""
        from engine.runtime.facts import Facts

        key = (trial.treatment.seq, trial.visit)
        found = self._judged.get(key)
        if found is None:
            day = self if trial.settled_on is None else self.at(trial.settled_on)
            found = self._judged[key] = Facts(day, trial=trial, now=self, judging=True)
        return found

    def fresh_since(
        self, kind: str, window: Window, raised_on: date | None = None
    ) -> tuple[date | None, int]:
        """From which date (it included) and after which seq records of a type count under a window.

        Args:
            raised_on: Date of the record that raised the interrupt in question.

        Returns:
            A date, or None where nothing expires; and a seq that records must exceed, 0 for any.
        """
        if window.duration is not None:
            return window.duration.before(self.today), 0
        match window.since:
            case None:
                return None, 0
            case Since.TRIAL:
                return (self.trial.started_on if self.trial else self.today), 0
            case Since.STEP:
                return self.case.visit.entered_on, 0
            case Since.EPISODE:
                return self.episode_started_on, 0
            case Since.INTERRUPT:
                return raised_on, 0
            case Since.GATE:
                start = days(GATE_WINDOW_DAYS).before(self.today)
                last = self.last_gated_move
                return (start, 0) if last is None else (max(start, last.on), last.seq)

    def fresh(
        self, kind: str, window: Window, after_seq: int = 0, raised_on: date | None = None
    ) -> tuple[Record, ...]:
        """Records of a type inside a window, by date, then as recorded."""
        since, seq = self.fresh_since(kind, window, raised_on)
        seq = max(seq, after_seq)
        return tuple(
            r for r in self.records(kind) if r.seq > seq and (since is None or r.observed_on >= since)
        )


def latest(records: tuple[Record, ...], field: str) -> Record | None:
    """The latest record that gives a field."""
    return next((r for r in reversed(records) if field in r.values), None)


def _running(treatment: Treatment) -> Treatment:
    return replace(treatment, stopped_on=None, stopped_seq=None, outcome=None, reason=None)


def value_of(record: Record | None, field: str) -> Value | None:
    """A field of a record, None without one."""
    return None if record is None else record.values.get(field)
