"""From the solver's facts to a history that has them: earlier treatment, visits, records, moves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from engine.criteria.types import Value
from engine.model.algorithm import Algorithm
from engine.model.case import Patient
from engine.model.entry import Entry, Reported, Sign, Start, Stop
from engine.model.evidence import EvidenceField, FieldType
from engine.model.time import Duration
from engine.proof.answers import Witness
from engine.proof.graph import days_in, edges_of, path_to
from engine.proof.permitting import move_truth
from engine.proof.preferring import preferences
from engine.proof.solving import Asking
from engine.proof.world import World
from engine.runtime.names import STATED_OUTCOMES
from engine.runtime.plan import plan_of

Facts = Mapping[str, Value]
_EARLIER_DAYS = 400
_EARLIER_LASTED = 70
_SETTLED_LATER = 3


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit: what is entered, and where the case is, in words."""

    entry: Entry
    words: str


class Imagining:
    """Makes up a history for one witness."""

    def __init__(self, algorithm: Algorithm, witness: Witness, last_day: date) -> None:
        self.algorithm = algorithm
        self.witness = witness
        self.facts: Facts = witness.facts
        self.last_day = last_day
        years = self.facts.get("patient.age_years")
        sex = self.facts.get("patient.sex")
        age = years if isinstance(years, int) else 40
        born = date(max(1901, last_day.year - age), 1, 15)
        self.patient = Patient(born, str(sex or "female"))
        self._visits = self._imagined()
        self.opened_on = self._visits[0].entry.on if self._visits else last_day
        self.reported = tuple(self._earlier())
        self._visits = self._with_onset(self._visits)

    def without(self, treatment: Reported) -> "Imagining":
        """The same with an earlier treatment left out."""
        other = object.__new__(Imagining)
        other.__dict__.update(self.__dict__)
        other.reported = tuple(one for one in self.reported if one is not treatment)
        return other

    # Earlier treatment

    def _earlier(self) -> list[Reported]:
        """What is taken or was taken before, ended or begun a month before the case was opened."""
        found: list[Reported] = []
        for name, value in self.facts.items():
            root, _, option = name.partition(".")
            if root not in ("runs", "had") or value is not True or self._is_trial(option):
                continue
            if root == "runs":
                found.append(self._reported(option, 60, None))
            elif self.facts.get(f"runs.{option}") is not True:
                since = self.facts.get(f"stopped.{option}")
                open_days = (self.last_day - self.opened_on).days
                ended = max(0, since - open_days) if isinstance(since, int) else 30
                found.append(self._reported(option, min(ended, 4_000) + 30, min(ended, 4_000)))
        return [*self._failures(), *found]

    def _is_trial(self, option: str) -> bool:
        return self.facts.get("trial.option") == option

    def _reported(self, option: str, began: int, ended: int | None) -> Reported:
        to = None if ended is None else self.opened_on - timedelta(days=ended)
        return Reported(
            option, self.opened_on - timedelta(days=began), to, dose_mg_per_day=self._dose(option)
        )

    def _failures(self) -> list[Reported]:
        """Earlier adequate trials without response, as many as are sure."""
        wanted = self.facts.get("episode.adequate_failures.at_least", 0)
        own = self.facts.get("trial.adequate") is True and self.facts.get("trial.settled") is not True
        count = max(0, (wanted if isinstance(wanted, int) else 0) - own)
        drugs = [
            o
            for o in self.algorithm.formulary.options.values()
            if o.kind.value == "drug" and self._offered_first(o.id)
        ]
        found: list[Reported] = []
        for number in range(count):
            option = drugs[number % len(drugs)].id if drugs else next(iter(self.algorithm.formulary.options))
            began = self.opened_on - timedelta(days=_EARLIER_DAYS - number * (_EARLIER_LASTED + 10))
            found.append(
                Reported(
                    option,
                    began,
                    began + timedelta(days=_EARLIER_LASTED),
                    dose_mg_per_day=self._dose(option),
                    days_covered_percent=Decimal(100),
                    outcome="no_response",
                )
            )
        return found

    def _offered_first(self, option: str) -> bool:
        return any(
            option in row.options
            for s in self.algorithm.steps.values()
            for r, rows in s.options.items()
            if r == "primary"
            for row in rows
        )

    def _dose(self, option: str) -> Decimal | None:
        found = self.algorithm.formulary.options[option]
        doses = found.dose
        return None if doses is None else doses.minimum or doses.lowest

    # Visits

    def _length(self) -> int:
        """Days of the last stay."""
        weeks = [
            self.facts.get(name) for name in ("trial.weeks", "trial.weeks_at_minimum_dose", "step.weeks")
        ]
        months = self.facts.get("step.months")
        days = [7 * w for w in weeks if isinstance(w, int)] + (
            [31 * months + 1] if isinstance(months, int) else []
        )
        return max([1, *(min(d, 2000) for d in days)])

    def visits(self) -> list[Visit] | None:
        """Every visit; None where no way leads to the step."""
        return self._visits

    def _imagined(self) -> list[Visit] | None:
        step, algorithm = self.witness.step, self.algorithm
        path = path_to(edges_of(algorithm), (algorithm.start,), (step,))
        if path is None:
            return None
        entered = self.last_day - timedelta(days=self._length())
        first = entered - timedelta(days=max(0, len(path) - 1))
        found: list[Visit] = []
        for number, (here, move, there) in enumerate(path):
            on = first + timedelta(days=number)
            found.append(Visit(self._hop(here, move, on), f"{here} -> {there}"))
        if not path or self._trial_option() is not None or self._baseline():
            words = algorithm.steps[step].id
            found.append(Visit(self._begun(step, entered), words))
        found += self._older(entered)
        found.append(Visit(self._last(), algorithm.steps[step].id))
        return _merged(found)

    def _hop(self, step: str, name: str, on: date) -> Entry:
        """A move on the way: with evidence that permits it, where some does."""
        world = World(self.algorithm)
        move = self.algorithm.moves[name]
        truth = move_truth(world, move, step)
        found = Asking(world).find(truth.true, world.code("step.id", step), prefer=preferences(world))
        facts: Facts = found.facts(world) if found is not None else {}
        record = self._records(facts, on)
        sign = (
            (Sign(move.gate, {i.id: True for i in self.algorithm.gates[move.gate].items}),)
            if move.gate
            else ()
        )
        return Entry(on, record.get(on, {}), sign=sign, move=name)

    def _with_onset(self, visits: list[Visit] | None) -> list[Visit] | None:
        """The first visit also says when the episode began, so that earlier treatment belongs to it."""
        failures = [one for one in self.reported if one.outcome]
        if self.algorithm.onset is None or not failures or not visits:
            return visits
        kind, field = self.algorithm.onset.split(".", 1)
        began = min(one.started_on for one in failures)
        entry = visits[0].entry
        values = dict(entry.record.get(kind) or self._required(kind))
        record = {**entry.record, kind: {**values, field: began.isoformat()}}
        return [replace(visits[0], entry=replace(entry, record=record)), *visits[1:]]

    def _trial_option(self) -> str | None:
        option = self.facts.get("trial.option")
        return None if option in (None, "none") else str(option)

    def _baseline(self) -> dict[str, dict[str, object]]:
        """Totals recorded when the trial began."""
        found: dict[str, dict[str, object]] = {}
        for kind, field, _ in plan_of(self.algorithm).scales:
            value = self.facts.get(f"{kind}.baseline.{field}")
            if value is None and self.facts.get("score.scale") == kind:
                value = self.facts.get("score.baseline")
            if value is not None:
                found[kind] = {**self._required(kind), field: raw(value)}
        return found

    def _begun(self, step: str, on: date) -> Entry:
        option = self._trial_option()
        dose = self.facts.get("trial.dose_mg_per_day")
        asked = dose if isinstance(dose, Decimal) and dose > 0 else self._dose(option) if option else None
        start = (Start(option, asked),) if option else ()
        return Entry(on, {**self._baseline()}, start=start)

    def _older(self, entered: date) -> list[Visit]:
        days = self._records(self.facts, self.last_day)
        return [Visit(Entry(day, record), "") for day, record in sorted(days.items()) if day != self.last_day]

    def _last(self) -> Entry:
        """The day that decides: evidence, a stop, signatures."""
        record = self._records(self.facts, self.last_day).get(self.last_day, {})
        adherence = self.algorithm.trials.adherence
        covered = self.facts.get("trial.days_covered_percent")
        if adherence is not None and covered is not None:
            kind, field = adherence.split(".", 1)
            record[kind] = {**self._required(kind), field: raw(covered)}
        outcome = self.facts.get("trial.outcome")
        option = self._trial_option()
        stated = str(outcome) if outcome in STATED_OUTCOMES else None
        stops = option is not None and self.facts.get("trial.settled") is True
        stop = (Stop(option, stated),) if stops and option else ()
        sign = tuple(
            Sign(gate.id, self._words(gate.id))
            for gate in self.algorithm.gates.values()
            if self.facts.get(f"signed.{gate.id}") is True
        )
        return Entry(self.last_day, record, stop=stop, sign=sign)

    def _words(self, gate: str) -> dict[str, bool]:
        prefix = f"word.{gate}."
        return {
            n.removeprefix(prefix): v
            for n, v in self.facts.items()
            if n.startswith(prefix) and isinstance(v, bool)
        }

    # Records

    def _records(self, facts: Facts, today: date) -> dict[date, dict[str, dict[str, object] | None]]:
        """Records by day: today where every window holds it, else just outside those that do not."""
        found: dict[date, dict[str, dict[str, object] | None]] = {}
        for name, value in facts.items():
            known = _variant(name)
            if known is None or value is None or known[0] not in self.algorithm.evidence:
                continue
            kind, field, _ = known
            evidence = self.algorithm.evidence[kind]
            too_old = [
                _days(window)
                for other, far in facts.items()
                if far is None
                and (parts := _variant(other))
                and parts[:2] == (kind, field)
                and (window := parts[2])
            ]
            day = today - timedelta(days=max([d + 1 for d in too_old if d is not None], default=0))
            record = found.setdefault(day, {})
            values = dict(record.get(kind) or self._required(kind))
            if field == "observed_on":
                values.update({f: v for f, v in self._main(kind).items() if f not in values})
            elif field in evidence.fields:
                values[field] = raw(value)
            record[kind] = values
        return found

    def _required(self, kind: str) -> dict[str, object]:
        fields = self.algorithm.evidence[kind].fields.values()
        return {f.name: _plain_value(f) for f in fields if f.required}

    def _main(self, kind: str) -> dict[str, object]:
        evidence = self.algorithm.evidence[kind]
        return {name: _plain_value(evidence.fields[name]) for name in evidence.main[:1]}


def _merged(visits: list[Visit]) -> list[Visit]:
    """Visits in order of date; records of a day with no words of their own join the visit of that day."""
    ordered = sorted(visits, key=lambda visit: visit.entry.on)
    found: list[Visit] = []
    for visit in ordered:
        same = found[-1] if found and found[-1].entry.on == visit.entry.on else None
        if same is not None and not same.words:
            found[-1] = replace(
                visit, entry=replace(visit.entry, record={**same.entry.record, **visit.entry.record})
            )
        else:
            found.append(visit)
    return found


def _variant(name: str) -> tuple[str, str, str] | None:
    """Type, field and window of an evidence variable."""
    head, found, window = name.partition(" within ")
    kind, dot, field = head.partition(".")
    return (kind, field, window) if found and dot else None


def _days(window: str) -> int | None:
    from engine.definition.durations import DurationError, read_window

    try:
        read = read_window(window)
    except DurationError:
        return None
    duration: Duration | None = read.duration
    return None if duration is None else days_in(duration)


def _plain_value(field: EvidenceField) -> object:
    match field.type:
        case FieldType.BOOLEAN:
            return "false"
        case FieldType.CODE:
            return field.values[0]
        case FieldType.INTEGER | FieldType.DECIMAL:
            return str(field.low or 0)
        case FieldType.DATE:
            return "2025-01-01"
        case FieldType.TEXT:
            return "as told"


def raw(value: Value) -> object:
    """A value as an entry writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)
