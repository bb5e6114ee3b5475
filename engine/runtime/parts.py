"""Parts of a decision.

Each one holds, does not, or waits for evidence; with reasons and what would decide.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from engine.criteria.explain import explain
from engine.model.criterion import AllOf, AnyOf, Condition, Line, NoneOf
from engine.model.decision import AlgorithmRef, Kleene, Needs, Part, Reason
from engine.model.formulary import Requirement
from engine.model.time import Since
from engine.runtime.day import Day
from engine.runtime.evidence_for import Need, confirming, minimal, ruling_out, together
from engine.runtime.facts import Facts

NO_NEED: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class PartResult:
    """One part of a decision.

    Attributes:
        to_permit: Where it waits for evidence, the sets any of which could make it hold.
        to_refuse: The sets any of which could make it fail.
        passable: Whether a deviation may pass it when it does not hold.
    """

    part: Part
    value: Kleene
    reasons: tuple[Reason, ...] = ()
    to_permit: tuple[Need, ...] = NO_NEED
    to_refuse: tuple[Need, ...] = NO_NEED
    passable: bool = True


def kleene_and(first: Kleene, second: Kleene) -> Kleene:
    """Three-valued and."""
    if first is False or second is False:
        return False
    return None if first is None or second is None else True


def algorithm_ref(day: Day) -> AlgorithmRef:
    """Which algorithm answers."""
    algorithm = day.plan.algorithm
    return AlgorithmRef(algorithm.id, algorithm.version, algorithm.digest)


_PART_ORDER = tuple(Part)


def ordered(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Reasons against first, then what is not recorded, then what speaks for; by part within each."""
    rank = {False: 0, None: 1, True: 2}
    return tuple(sorted(reasons, key=lambda r: (rank[r.holds], _PART_ORDER.index(r.part))))


def needs_of(parts: tuple[PartResult, ...], value: Kleene) -> Needs:
    """Evidence that could permit (one alternative of every open part) and that could refuse (of any)."""
    if value is True:
        return Needs()
    waiting = [part.to_permit for part in parts if part.value is None and part.part is not Part.GATE]
    gates = [part for part in parts if part.value is None and part.part is Part.GATE]
    waiting += [part.to_permit for part in gates if part.to_permit]
    to_permit = together(waiting) if value is None else ()
    to_refuse = minimal(need for part in parts for need in part.to_refuse) if value is None else ()
    return Needs(_sorted(to_permit), _sorted(to_refuse))


def _sorted(sets: tuple[Need, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(sorted(need)) for need in sets if need)


# Requirements


def requirement_part(
    day: Day, requirement: Requirement, raised_on: date | None = None, *, explained: bool = True
) -> PartResult:
    """Whether evidence is on record and fresh: missing evidence leaves it open, never refuses."""
    facts = day.facts
    asked = day.plan.holds(requirement.when, facts)
    fields = requirement.fields or day.plan.algorithm.evidence[requirement.type].main
    fresh = Facts(day, windows={requirement.type: requirement.within}, raised_on=raised_on)
    missing = tuple(f for f in fields if fresh[f"{requirement.type}.{f}"] is None)
    value: Kleene = True if asked is False or not missing else None
    if not explained:
        return PartResult(Part.REQUIREMENT, value)
    need: tuple[Need, ...] = NO_NEED
    if value is None:
        need = (frozenset(f"{requirement.type}.{f}" for f in missing),)
    if asked is False:
        return PartResult(Part.REQUIREMENT, True)
    names = missing or fields
    title = day.plan.algorithm.evidence[requirement.type].title
    reason = Reason(
        Part.REQUIREMENT,
        requirement.type,
        value,
        f"{title}, {_window_words(requirement)}",
        tuple(fresh.shown(f"{requirement.type}.{name}") for name in names),
        requirement.because,
        requirement.source,
        place=requirement.place,
    )
    return PartResult(Part.REQUIREMENT, value, (reason,), need)


_SINCE_WORDS = {
    Since.TRIAL: "since the trial began",
    Since.STEP: "since the step was entered",
    Since.EPISODE: "since the episode began",
    Since.GATE: "since the last gated move and in the last 14 days",
    Since.INTERRUPT: "not older than what raised the stop",
}


def _window_words(requirement: Requirement) -> str:
    window = requirement.within
    if window.duration is not None:
        return f"recorded in the last {window.duration}"
    return _SINCE_WORDS[window.since] if window.since is not None else "recorded"


# Conditions


def condition_part(
    day: Day, condition: Condition | None, facts: Facts | None = None, *, explained: bool = True
) -> PartResult:
    """Whether a criterion holds, with a reason for each line that counts."""
    if condition is None:
        return PartResult(Part.CRITERION, True)
    facts = facts or day.facts
    value = day.plan.holds(condition, facts)
    if not explained:
        return PartResult(Part.CRITERION, value)
    criterion = day.plan.of(condition)
    return PartResult(
        Part.CRITERION,
        value,
        tuple(_reasons(day, condition, facts)),
        confirming(facts, criterion) if value is None else NO_NEED,
        ruling_out(facts, criterion) if value is None else NO_NEED,
    )


def _reasons(day: Day, condition: Condition, facts: Facts, *, negated: bool = False) -> Iterator[Reason]:
    """A reason a line. Of alternatives, those that make the group what it is."""
    match condition:
        case Line():
            yield _line_reason(day, condition, facts, negated=negated)
        case AllOf(items=items):
            for item in items:
                yield from _reasons(day, item, facts, negated=negated)
        case NoneOf(items=items):
            for item in items:
                yield from _reasons(day, item, facts, negated=not negated)
        case AnyOf(items=items):
            value = day.plan.holds(condition, facts)
            alike = [item for item in items if day.plan.holds(item, facts) is value]
            # An alternative for another step says nothing about this patient, unless all are.
            here = [item for item in alike if not _elsewhere(day, item, facts)]
            for item in here or alike:
                yield from _reasons(day, item, facts, negated=negated)


def _elsewhere(day: Day, condition: Condition, facts: Facts) -> bool:
    """Whether a condition fails only because the case is in another step."""
    if day.plan.holds(condition, facts) is not False:
        return False
    criterion = day.plan.of(condition)
    if not any(name.startswith("step.") for name in criterion.facts):
        return False
    return all(name.startswith("step.") for name in explain(criterion, facts).because)


def _line_reason(day: Day, line: Line, facts: Facts, *, negated: bool) -> Reason:
    criterion = day.plan.of(line)
    value = day.plan.holds(line, facts)
    explanation = explain(criterion, facts)
    names = explanation.because
    if value is None:
        names = tuple(sorted({n for found in (*explanation.confirm, *explanation.rule_out) for n in found}))
    holds = (not value) if negated and value is not None else value
    return Reason(
        Part.CRITERION,
        "criterion",
        holds,
        day.plan.sentence(line, negated=negated),
        tuple(facts.shown(name) for name in names),
        line.because,
        line.source,
        place=line.place,
    )
