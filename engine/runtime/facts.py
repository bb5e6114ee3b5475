"""Facts: named values of a case on one day, computed when a criterion asks for them.

Evidence facts may be unknown (None). History facts never are, but for the two that rest on evidence:
whether a trial was adequate, and the outcome of a settled one.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from engine.model.decision import FactShown, Recorded
from engine.model.evidence import Value
from engine.model.formulary import Role
from engine.model.time import Window, months_between
from engine.runtime import score as scores
from engine.runtime import trials as judge
from engine.runtime.day import Day, latest, value_of
from engine.runtime.trials import Trial

LOOKING_BACK = ("previous", "baseline", "last")
_CURRENT = object()


class Facts(dict[str, Value | None]):
    """A mapping from fact names to values that fills itself.

    Args:
        day: The case on the day the facts are of.
        trial: The trial that `trial` and `score` are bound to; the current step's where left out.
        now: The day it is today, where `day` is an earlier one on which a trial was settled.
        judging: The trial is judged as settled (adherence counts up to a bound after settling).
        windows: Windows in place of an evidence type's own.
        after_seq: Only evidence recorded after this event counts (since an interrupt's last release).
        raised_on: Date of the record that raised the interrupt whose release is in question.
        option: The dose (mg a day) and role asked for.
    """

    def __init__(
        self,
        day: Day,
        *,
        trial: Trial | object | None = _CURRENT,
        now: Day | None = None,
        judging: bool = False,
        windows: Mapping[str, Window] | None = None,
        after_seq: int = 0,
        raised_on: date | None = None,
        option: tuple[Decimal | None, Role] | None = None,
    ) -> None:
        super().__init__()
        self.day = day
        self.now = now or day
        self.judging = judging
        self.windows = windows or {}
        self.after_seq = after_seq
        self.raised_on = raised_on
        self.option = option
        self._trial = trial

    @property
    def trial(self) -> Trial | None:
        """The trial that `trial` and `score` are bound to."""
        if isinstance(self._trial, Trial) or self._trial is None:
            return self._trial
        return self.day.trial

    def __missing__(self, name: str) -> Value | None:
        value = self[name] = self._compute(name)
        return value

    def _compute(self, name: str) -> Value | None:
        root, _, rest = name.partition(".")
        resolve = _ROOTS.get(root)
        if resolve is not None:
            return resolve(self, rest)
        if root in self.day.plan.algorithm.evidence:
            return self._evidence(root, rest)
        if name in self.day.plan.algorithm.series:
            from engine.runtime.series import series_value

            return series_value(self, self.day.plan.algorithm.series[name])
        parameter = self.day.plan.algorithm.parameters.get(name)
        if parameter is not None:
            return parameter.value
        define = self.day.plan.algorithm.defines.get(name)
        if define is not None:
            return self.day.plan.holds(define.condition, self)
        raise KeyError(name)

    # Evidence

    def window(self, kind: str) -> Window:
        """The window in which records of a type count here."""
        return self.windows.get(kind) or self.day.plan.valid_for(kind)

    def fresh(self, kind: str):  # noqa: ANN201 - a tuple of records, as Day.fresh
        """Records of a type that count here."""
        return self.day.fresh(kind, self.window(kind), self.after_seq, self.raised_on)

    def _evidence(self, kind: str, rest: str) -> Value | None:
        if rest == "observed_on":
            records = [r for r in self.fresh(kind) if r.values]
            return records[-1].observed_on if records else None
        if rest == "days_since":
            records = [r for r in self.day.records(kind) if r.values]
            return (self.day.today - (records[-1].observed_on if records else self.day.case.opened_on)).days
        prefix, _, field = rest.partition(".")
        if prefix in LOOKING_BACK and field:
            return self._looking_back(kind, prefix, field)
        return value_of(latest(self.fresh(kind), rest), rest)

    def _looking_back(self, kind: str, which: str, field: str) -> Value | None:
        giving = tuple(r for r in self.day.records(kind) if field in r.values and r.seq > self.after_seq)
        if which == "last":
            return value_of(giving[-1] if giving else None, field)
        if which == "previous":
            return value_of(giving[-2] if len(giving) > 1 else None, field)
        return value_of(scores.baseline_record(self.day, self.trial, kind, field), field)

    # Roots of the engine

    def _today(self, rest: str) -> Value | None:
        return self.day.today

    def _patient(self, rest: str) -> Value | None:
        patient = self.day.case.patient
        match rest:
            case "birth_date":
                return patient.birth_date
            case "age_years":
                return max(0, months_between(patient.birth_date, self.day.today) // 12)
            case "sex":
                return patient.sex
            case _:
                raise KeyError(f"patient.{rest}")

    def _case(self, rest: str) -> Value | None:
        if rest == "opened_on":
            return self.day.case.opened_on
        raise KeyError(f"case.{rest}")

    def _score(self, rest: str) -> Value | None:
        return scores.score_fact(self, rest)

    def _trial_fact(self, rest: str) -> Value | None:
        return trial_fact(self, self.trial, rest)

    def _base(self, rest: str) -> Value | None:
        return trial_fact(Facts(self.day), self.day.base, rest)

    def _episode(self, rest: str) -> Value | None:
        day = self.day
        match rest:
            case "started_on":
                return day.episode_started_on
            case "months":
                return max(0, months_between(day.episode_started_on, day.today))
            case "last_effective_step":
                return last_effective_step(day)
            case _:
                return self._scope(rest, lifetime=False)

    def _lifetime(self, rest: str) -> Value | None:
        return self._scope(rest, lifetime=True)

    def _scope(self, rest: str, *, lifetime: bool) -> Value | None:
        match rest:
            case "adequate_failures.at_least":
                return sum(1 for _, result in judge.failures(self.day, lifetime=lifetime) if result)
            case "adequate_failures.at_most":
                return len(judge.failures(self.day, lifetime=lifetime))
            case "trials":
                return sum(
                    1
                    for t in self.day.trials
                    if (lifetime or judge.in_episode(self.day, t)) and judge.counted(self.day, t)
                )
            case _:
                raise KeyError(rest)

    def _taking(self, rest: str) -> Value | None:
        return rest in self.day.taking

    def _tried(self, rest: str) -> Value | None:
        return rest in self.day.tried

    def _failed(self, rest: str) -> Value | None:
        names = self.day.plan.names_by_option
        return any(
            rest in names.get(t.option, frozenset((t.option,))) and judge.failed(self.day, t) is True
            for t in self.day.trials
        )

    def _staging(self, rest: str) -> Value | None:
        from engine.runtime.staging import staging_fact

        return staging_fact(self, rest)

    def _step(self, rest: str) -> Value | None:
        visit = self.day.case.visit
        match rest:
            case "id":
                return visit.step
            case "kind":
                return self.day.plan.algorithm.steps[visit.step].kind.value
            case "entered_on":
                return visit.entered_on
            case "weeks":
                return max(0, (self.day.today - visit.entered_on).days // 7)
            case "months":
                return max(0, months_between(visit.entered_on, self.day.today))
            case _:
                raise KeyError(f"step.{rest}")

    def _option(self, rest: str) -> Value | None:
        dose, role = self.option or (None, None)
        return dose if rest == "dose_mg_per_day" else (role.value if role else None)

    # For people

    def shown(self, name: str) -> FactShown:
        """A fact with its title, value, date and record, or why it is not known."""
        title = self.day.plan.title(name)
        value = self.get_count(name)
        root, _, rest = name.partition(".")
        if root == "score":
            lead = scores.lead(self)
            if lead is not None and rest in ("now", "last", "observed_on", "last_on", "previous", "baseline"):
                root, rest = lead.kind, lead.field
                title = f"{self.day.plan.title(f'{root}.{rest}')}"
        if root not in self.day.plan.algorithm.evidence or rest == "days_since":
            return FactShown(name, title, value)
        record = latest(self.fresh(root), rest)
        if value is not None:
            return FactShown(
                name, title, value, record.observed_on if record else None, record.seq if record else None
            )
        last = latest(self.day.records(root), rest)
        asked = [r for r in self.day.records(root) if r.asked_not_known]
        if last is not None:
            return FactShown(name, title, None, last.observed_on, last.seq, Recorded.STALE)
        if asked:
            return FactShown(name, title, None, asked[-1].observed_on, asked[-1].seq, Recorded.ASKED)
        return FactShown(name, title, None, missing=Recorded.NEVER)

    def get_count(self, name: str) -> Value | str | None:
        """A fact's value; a count with unknowns as `1..2`."""
        if name.endswith(".adequate_failures"):
            low, high = self[f"{name}.at_least"], self[f"{name}.at_most"]
            return low if low == high else f"{low}..{high}"
        return self[name]


_ROOTS: Mapping[str, Callable[[Facts, str], Value | None]] = {
    "Today()": Facts._today,
    "patient": Facts._patient,
    "case": Facts._case,
    "score": Facts._score,
    "trial": Facts._trial_fact,
    "base": Facts._base,
    "episode": Facts._episode,
    "lifetime": Facts._lifetime,
    "taking": Facts._taking,
    "tried": Facts._tried,
    "failed": Facts._failed,
    "staging": Facts._staging,
    "step": Facts._step,
    "option": Facts._option,
}


def trial_fact(facts: Facts, trial: Trial | None, rest: str) -> Value | None:
    """A fact of a trial as of the facts' day; without a trial everything is `none`, 0 or no."""
    if trial is None:
        return _NO_TRIAL[rest]
    day = facts.day
    match rest:
        case "option":
            return trial.option
        case "class":
            option = day.plan.option(trial.option)
            return (option.drug_class if option else None) or "none"
        case "kind":
            option = day.plan.option(trial.option)
            return option.kind.value if option else "none"
        case "role":
            return trial.role.value
        case "outcome":
            return judge.outcome(facts.now, trial)
        case "started_on":
            return trial.started_on
        case "stopped_on":
            return trial.treatment.stopped_on
        case "clock_from":
            return trial.clock_from
        case "weeks":
            return judge.weeks(trial, day.today)
        case "weeks_at_minimum_dose":
            return judge.weeks_at_minimum_dose(day, trial)
        case "sessions":
            return judge.sessions(day, trial)
        case "enough_sessions":
            return judge.enough_sessions(day, trial)
        case "dose_mg_per_day":
            return judge.dose_on(trial, judge.until(trial, day.today)) or Decimal(0)
        case "at_minimum_dose":
            return judge.at_minimum(day, trial, judge.until(trial, day.today))
        case "days_covered_percent":
            return judge.days_covered_percent(facts.now, trial, judging=facts.judging)
        case "running":
            return trial.treatment.stopped_on is None
        case "settled":
            return trial.settled_on is not None
        case "adequate":
            return judge.adequate(facts.now, trial)
        case _:
            raise KeyError(f"trial.{rest}")


_NO_TRIAL: Mapping[str, Value | None] = {
    "option": "none",
    "class": "none",
    "kind": "none",
    "role": "none",
    "outcome": "none",
    "started_on": None,
    "stopped_on": None,
    "clock_from": None,
    "weeks": 0,
    "weeks_at_minimum_dose": 0,
    "sessions": 0,
    "enough_sessions": False,
    "dose_mg_per_day": Decimal(0),
    "at_minimum_dose": False,
    "days_covered_percent": None,
    "running": False,
    "settled": False,
    "adequate": False,
}


def last_effective_step(day: Day) -> str:
    """The treatment step from which maintenance was last entered in this episode; `none` before that."""
    episode = len(day.case.episodes) - 1
    steps = day.plan.algorithm.steps
    for before, after in zip(reversed(day.case.visits[:-1]), reversed(day.case.visits[1:]), strict=True):
        if after.episode != episode:
            break
        if steps[after.step].kind == "maintenance" and steps[before.step].kind == "treatment":
            return before.step
    return "none"
