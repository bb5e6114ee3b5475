"""Every criterion of a draft, read once: typed, or with its problems, and what unknowns it may meet."""

from __future__ import annotations

from engine.criteria import BOOLEAN, Checked, CriterionError, Name, Names, Problem, compile_criterion
from engine.definition.draft import Criterion, Draft, Judged
from engine.definition.limits import MAX_CRITERIA, MAX_CRITERIA_TEXT, MAX_MISTAKEN
from engine.definition.troubles import Trouble
from engine.model.evidence import EvidenceType
from engine.runtime.names import field_type, names_of


def judge(draft: Draft, names: Names | None = None) -> None:
    """Read every criterion into `lines`, those written twice once. `names`: where they are at hand."""
    if draft.algorithm is None:
        return
    try:
        names = names_of(draft.algorithm) if names is None else names
    except ValueError as error:
        # Two things with one name. The checks of names tell which; criteria cannot be read before that.
        draft.clash = str(error)
        return
    draft.names = names
    reader = _Reader(draft, names)
    draft.lines = [judged for one in draft.criteria if (judged := reader.read(one)) is not None]


class _Reader:
    def __init__(self, draft: Draft, names: Names) -> None:
        self.draft = draft
        self.names = names
        self.records: dict[str, Names] = {}
        self.done: dict[tuple[str, str | None, bool], tuple[Checked | None, tuple[Problem, ...]]] = {}
        self.mistaken = 0
        self.length = 0
        self.told = False

    def read(self, criterion: Criterion) -> Judged | None:
        """Read one; None once there are too many, or too many mistakes to go on."""
        key = (criterion.said, criterion.derives, criterion.condition)
        if key not in self.done:
            self.length += len(criterion.said)
            if len(self.done) >= MAX_CRITERIA or self.length > MAX_CRITERIA_TEXT:
                self._too_large(criterion)
                return None
            if self.mistaken >= MAX_MISTAKEN:
                self.draft.troubles.left_out += 1
                return None
            self.done[key] = self._check(criterion)
            self.mistaken += bool(self.done[key][1])
        checked, problems = self.done[key]
        if criterion.derives is not None and checked is not None:
            self._working_name(criterion, checked)
        return Judged(criterion, checked, problems)

    def _too_large(self, criterion: Criterion) -> None:
        if not self.told:
            detail = f"{MAX_CRITERIA} criteria, or {MAX_CRITERIA_TEXT} characters of them"
            self.draft.troubles.add(Trouble("too-large", criterion.place(0, 1), detail=detail))
        self.told = True

    def _check(self, criterion: Criterion) -> tuple[Checked | None, tuple[Problem, ...]]:
        names = self.names if criterion.derives is None else self._record_names(criterion.derives)
        try:
            # Compiled and not only typed: what is too large once its defines are written out shows here.
            ready = compile_criterion(criterion.said, names, BOOLEAN if criterion.condition else None)
        except CriterionError as error:
            return None, error.problems
        return ready.checked, ()

    def _record_names(self, evidence: str) -> Names:
        """Inside a record its own fields are bare names."""
        if evidence not in self.records:
            kind = self.draft.algorithm.evidence.get(evidence) if self.draft.algorithm else None
            self.records[evidence] = Names(tuple(_field_names(kind)) if kind else ())
        return self.records[evidence]

    def _working_name(self, criterion: Criterion, checked: Checked) -> None:
        """A derived value that is no field can be used by those after it."""
        name = criterion.derived
        known = self._record_names(criterion.derives or "")
        if name is not None and known.lookup(name) is None:
            self.records[criterion.derives or ""] = known.extended((Name(name, checked.type, name),))


def _field_names(kind: EvidenceType) -> list[Name]:
    return [Name(field.name, field_type(field), field.title) for field in kind.fields.values()]
