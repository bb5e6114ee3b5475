"""Running a scenario: the story goes through the runtime as a clinic's entries do, and is compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

from engine.definition.scenarios.coverage import Coverage
from engine.definition.scenarios.story import (
    Expectation,
    Expected,
    Failure,
    Scenario,
    ScenarioResult,
    StoryEntry,
    Wanted,
)
from engine.model.algorithm import Algorithm
from engine.model.case import Case
from engine.model.decision import Decision, ItemResult, Reason
from engine.model.errors import EngineError
from engine.model.event import Draft, Event
from engine.runtime.checkpoints import due
from engine.runtime.day import Day
from engine.runtime.decide import evaluated, move_decision
from engine.runtime.entry import Entered, enter, open_case
from engine.runtime.flags import flags
from engine.runtime.gate import gate_answer
from engine.runtime.options import option_answer
from engine.runtime.plan import Plan, plan_of
from engine.runtime.replay import replay

_CASE = "scenario"
_NO_MOMENT = datetime(1, 1, 1, tzinfo=UTC)
"""Nothing is stored, so no moment of storing is made up."""
_MOST_REASONS = 8


def run_scenario(
    algorithm: Algorithm, scenario: Scenario, coverage: Coverage | None = None
) -> ScenarioResult:
    """Run a story and compare every expectation. An entry that cannot be carried out is a failure too.

    Args:
        coverage: Takes in what the story sees of the algorithm.
    """
    plan = plan_of(algorithm)
    first = scenario.story[0]
    try:
        drafts = open_case(algorithm, _CASE, scenario.patient, first.entry.on, scenario.reported)
    except EngineError as error:
        return ScenarioResult(scenario, (_impossible(first, error),), 0)
    case = _opened(algorithm, drafts)
    failures: list[Failure] = []
    looked_at = 0
    for part in scenario.story:
        try:
            entered = enter(algorithm, case, part.entry)
        except EngineError as error:
            failures.append(_impossible(part, error))
            continue
        case = entered.case
        if coverage is not None:
            coverage.look(part, entered)
        comparer = _Comparer(plan, part, entered)
        for expectation in part.expect:
            looked_at += 1
            failures.extend(comparer.compare(expectation))
    return ScenarioResult(scenario, tuple(failures), looked_at)


def _opened(algorithm: Algorithm, drafts: Iterable[Draft]) -> Case:
    events = [
        Event(seq, _CASE, draft.type, draft.observed_on, _NO_MOMENT, "", algorithm.digest, draft.payload)
        for seq, draft in enumerate(drafts, start=1)
    ]
    return replay(algorithm, events)


def _impossible(part: StoryEntry, error: EngineError) -> Failure:
    return Failure(part.entry.on, "entry", "carried out", error.message, (error.fix,), part.place)


class _Comparer:
    """Expectations of one entry against what came of it."""

    def __init__(self, plan: Plan, part: StoryEntry, entered: Entered) -> None:
        self.plan = plan
        self.part = part
        self.entered = entered
        self.after = Day(plan, entered.case, part.entry.on)

    def compare(self, expectation: Expectation) -> Iterator[Failure]:
        """A failure where the expectation is not met."""
        actual, met, reasons = self._look(expectation)
        if not met:
            yield Failure(
                self.part.entry.on,
                expectation.key,
                written(expectation.wanted),
                actual,
                tuple(reasons)[:_MOST_REASONS],
                expectation.place,
            )

    def _look(self, expectation: Expectation) -> tuple[str, bool, Iterable[str]]:
        """What is, whether it is as expected, and why it is so."""
        wanted, subject = expectation.wanted, expectation.subject
        match expectation.kind:
            case Expected.MOVE:
                decision = self._decision(subject)
                return decision.status.value, decision.status == wanted, reasons_of(decision.reasons)
            case Expected.START:
                return self._statuses(self.entered.starts, wanted)
            case Expected.DOSE:
                return self._statuses(self.entered.doses, wanted)
            case Expected.STEP:
                return self.after.case.step, self.after.case.step == wanted, ()
            case Expected.FACT:
                return self._fact(subject, wanted)
            case Expected.GATE:
                return self._gate(subject, wanted)
            case Expected.OPTION:
                answer = option_answer(self.after, self.plan.algorithm.formulary.options[subject])
                return answer.status.value, answer.status == wanted, reasons_of(answer.reasons)
            case Expected.NEEDS:
                return self._needs(subject, wanted)
            case Expected.INTERRUPTS:
                on = self.part.entry.on
                raised = sorted({one.id for one in self.after.case.raised() if one.on <= on})
                return written(tuple(raised)), set(raised) == _set(wanted), ()
            case Expected.DUE:
                found = tuple(one.type for one in due(self.after))
                met = not found if wanted == () else _set(wanted) <= set(found)
                return written(found), met, ()
            case Expected.FLAGS:
                found = flags(self.after)
                return written(found), _set(wanted) <= set(found), ()

    def _decision(self, move: str) -> Decision:
        """The answer about a move before a move of this entry, whether the entry asked for it or not."""
        found = self.entered.moves.get(move)
        return found if found is not None else move_decision(self.entered.before_move, move)

    def _statuses(self, decisions: tuple[Decision, ...], wanted: Wanted) -> tuple[str, bool, Iterable[str]]:
        found = tuple(decision.status.value for decision in decisions)
        # One expected answer stands for every start or dose of the entry.
        met = found == wanted if isinstance(wanted, tuple) else set(found) == {wanted}
        return ", ".join(found), met, (text for one in decisions for text in reasons_of(one.reasons))

    def _fact(self, text: str, wanted: Wanted) -> tuple[str, bool, Iterable[str]]:
        actual = evaluated(self.after, text)
        return written(actual), same(actual, wanted), self._read(text)

    def _read(self, text: str) -> Iterator[str]:
        facts = self.plan.criterion(text).facts
        for fact in facts if tuple(facts) != (text,) else ():
            yield f"{fact}: {written(evaluated(self.after, fact))}"

    def _gate(self, name: str, wanted: Wanted) -> tuple[str, bool, Iterable[str]]:
        answer = gate_answer(self.entered.before_move, self.plan.algorithm.gates[name])
        items = (
            f"{item.id}: {item.result.value}"
            for item in answer.items
            if item.result in (ItemResult.FAILS, ItemResult.BLANK)
        )
        return written(answer.conclusion), answer.conclusion == wanted, items

    def _needs(self, move: str, wanted: Wanted) -> tuple[str, bool, Iterable[str]]:
        decision = self._decision(move)
        found = {frozenset(one) for one in decision.needs.to_permit}
        met = isinstance(wanted, tuple) and all(one in found for one in wanted)
        return (
            written(tuple(frozenset(one) for one in decision.needs.to_permit)),
            met,
            reasons_of(decision.reasons),
        )


def reasons_of(reasons: Iterable[Reason]) -> Iterator[str]:
    """What speaks against, then what is not known."""
    for reason in reasons:
        if reason.holds is not True:
            yield f"{'no' if reason.holds is False else 'not known'}: {reason.text}"


def same(actual: object, wanted: object) -> bool:
    """Whether a value is as expected: unknown only where unknown is, numbers exactly, yes is not 1."""
    if isinstance(actual, bool) or isinstance(wanted, bool) or actual is None or wanted is None:
        return actual is wanted
    if isinstance(actual, int | Decimal) and isinstance(wanted, int | Decimal):
        return Decimal(actual) == Decimal(wanted)
    return actual == wanted


def written(value: Wanted | frozenset[str]) -> str:
    """A value as a scenario file writes it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case tuple() | frozenset():
            parts = sorted(value) if isinstance(value, frozenset) else value
            return f"[{', '.join(written(part) for part in parts)}]"
        case _:
            return str(value)


def _set(wanted: Wanted) -> set[object]:
    return set(wanted) if isinstance(wanted, tuple) else set()
