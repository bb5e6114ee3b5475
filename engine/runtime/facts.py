"""Facts: named values of a case on one day, computed when a criterion asks for them.

Evidence facts may be unknown (None). History facts never are, but for the two that rest on evidence:
whether a trial was adequate, and the outcome of a settled one.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from engine.model.case import Record
from engine.model.decision import FactShown, Recorded
from engine.model.evidence import Value
from engine.model.formulary import Role
from engine.model.time import Window
from engine.runtime import score as scores
from engine.runtime.day import Day, latest, value_of
from engine.runtime.roots import ROOTS
from engine.runtime.series import series_value
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
        self._fresh: dict[str, tuple[Record, ...]] = {}

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
        resolve = ROOTS.get(root)
        if resolve is not None:
            return resolve(self, rest)
        if root in self.day.plan.algorithm.evidence:
            return self._evidence(root, rest)
        if name in self.day.plan.algorithm.series:
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

    def fresh(self, kind: str) -> tuple[Record, ...]:
        """Records of a type that count here."""
        found = self._fresh.get(kind)
        if found is None:
            found = self.day.fresh(kind, self.window(kind), self.after_seq, self.raised_on)
            self._fresh[kind] = found
        return found

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

    # For people

    def shown(self, name: str) -> FactShown:
        """A fact with its title, value, date and record, or why it is not known."""
        title = self.day.plan.title(name)
        value = self.get_count(name)
        kind, field, record = self._behind(name)
        if not kind:
            return FactShown(name, title, value)
        if value is not None:
            seq = record.seq if record else None
            return FactShown(name, title, value, record.observed_on if record else None, seq)
        last = latest(self.day.records(kind), field)
        asked = [r for r in self.day.records(kind) if r.asked_not_known]
        if last is not None:
            return FactShown(name, title, None, last.observed_on, last.seq, Recorded.STALE)
        if asked:
            return FactShown(name, title, None, asked[-1].observed_on, asked[-1].seq, Recorded.ASKED)
        return FactShown(name, title, None, missing=Recorded.NEVER)

    def _behind(self, name: str) -> tuple[str, str, Record | None]:
        """Evidence type, field and record behind a fact; empty for what the history alone tells."""
        root, _, rest = name.partition(".")
        which, _, field = rest.rpartition(".")
        if root == "score":
            lead = scores.lead(self)
            if lead is None or rest in ("scale", "remission_below", "days_since"):
                return "", "", None
            which, root, field = rest, lead.kind, lead.field
        if root not in self.day.plan.algorithm.evidence or rest == "days_since":
            return "", "", None
        giving = tuple(r for r in self.day.records(root) if field in r.values)
        match which:
            case "baseline":
                return root, field, scores.baseline_record(self.day, self.trial, root, field)
            case "previous":
                return root, field, giving[-2] if len(giving) > 1 else None
            case "last" | "last_on":
                return root, field, giving[-1] if giving else None
            case _:
                return root, field, latest(self.fresh(root), field)

    def get_count(self, name: str) -> Value | str | None:
        """A fact's value; a count with unknowns as `1..2`."""
        if name.endswith(".adequate_failures"):
            low, high = self[f"{name}.at_least"], self[f"{name}.at_most"]
            return low if low == high else f"{low}..{high}"
        return self[name]
