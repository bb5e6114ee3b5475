"""Series: facts that look back over the records of one evidence type."""

from typing import TYPE_CHECKING

from engine.model.algorithm import Series
from engine.model.case import Record
from engine.model.evidence import Value
from engine.runtime.score import lead

if TYPE_CHECKING:
    from engine.runtime.facts import Facts


class _RecordFacts(dict[str, Value | None]):
    """The facts of a case with one record's fields in place of its type's current ones."""

    def __init__(self, facts: "Facts", record: Record, field: str) -> None:
        super().__init__()
        self._facts, self._record, self._field = facts, record, field

    def __missing__(self, name: str) -> Value | None:
        root, _, rest = name.partition(".")
        if root == self._record.type and rest in self._facts.day.plan.algorithm.evidence[root].fields:
            return self._record.values.get(rest)
        if name in ("score.observed_on", f"{self._record.type}.observed_on"):
            return self._record.observed_on
        if name == "score.total":
            return self._record.values.get(self._field)
        return self._facts[name]


def series_value(facts: "Facts", series: Series) -> Value | None:
    """What a series reads from the records that fit.

    Of one day only the later recorded counts. None when no record fits; a count is then 0.
    """
    kind, read = _read(facts, series)
    if kind is None:
        return 0 if series.take == "count" else None
    measured = lead(facts)
    field = measured.field if measured is not None and kind == measured.kind else ""
    needed = field if read in ("observed_on", "total") and series.read.startswith("score.") else read
    first = None if series.within is None else series.within.before(facts.day.today)
    by_day: dict[object, Record] = {}
    for record in facts.day.records(kind):
        gives = bool(record.values) if needed in ("", "observed_on") else needed in record.values
        if gives and record.seq > facts.after_seq and (first is None or record.observed_on >= first):
            by_day[record.observed_on] = record
    fitting = [r for r in by_day.values() if _fits(facts, series, r, field)]
    if series.take == "count":
        return len(fitting)
    if not fitting:
        return None
    values = [r.observed_on if read == "observed_on" else r.values.get(needed) for r in fitting]
    match series.take:
        case "earliest":
            return values[0]
        case "lowest":
            return min(v for v in values if v is not None)
        case "highest":
            return max(v for v in values if v is not None)
        case _:
            return values[-1]


def _read(facts: "Facts", series: Series) -> tuple[str | None, str]:
    root, _, field = series.read.partition(".")
    if root != "score":
        return root, field
    measure = lead(facts)
    return (measure.kind if measure else None), field


def _fits(facts: "Facts", series: Series, record: Record, field: str) -> bool:
    return facts.day.plan.holds(series.where, _RecordFacts(facts, record, field)) is True


def series_evidence(facts: "Facts", series: Series) -> frozenset[str] | None:
    """The evidence field that a record for this series would give."""
    root, _, field = series.read.partition(".")
    if root == "score":
        measure = lead(facts)
        return frozenset((f"{measure.kind}.{measure.field}",)) if measure else None
    if field == "observed_on":
        return frozenset(f"{root}.{name}" for name in facts.day.plan.algorithm.evidence[root].main)
    return frozenset((f"{root}.{field}",))
