"""Which evidence an algorithm asks for, and which its rules read."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.algorithm import Algorithm
from engine.model.formulary import Requirement


def requirements_of(algorithm: Algorithm) -> Iterator[tuple[str, Requirement]]:
    """Every requirement with what it belongs to, in an author's words."""
    for move in algorithm.moves.values():
        for one in move.requires:
            yield f"move `{move.id}`", one
    for step in algorithm.steps.values():
        for one in (*step.enter.requires, *step.leave.requires):
            yield f"step `{step.id}`", one
    for option in algorithm.formulary.options.values():
        for one in option.requires:
            yield f"`{option.id}`", one
    for interrupt in algorithm.interrupts.values():
        for one in interrupt.release_requires:
            yield f"the release of `{interrupt.id}`", one


def evidence_asked(algorithm: Algorithm) -> set[str]:
    """Evidence types that a clinic is ever asked to record: required, due, or a question of a gate."""
    found = {one.type for _, one in requirements_of(algorithm)}
    for step in algorithm.steps.values():
        found |= {kind for point in step.checkpoints for kind in point.do}
    for option in algorithm.formulary.options.values():
        found |= {kind for point in option.monitoring for kind in point.do}
    for gate in algorithm.gates.values():
        found |= {_root(fact) for item in gate.items for fact in item.answer}
    return found | _judged(algorithm)


def evidence_read(draft: Draft) -> set[str]:
    """Evidence types that a criterion, a series, a level or the judging of trials reads."""
    algorithm = draft.algorithm
    if algorithm is None:
        return set()
    facts = {fact for one in draft.lines if one.checked is not None for fact in one.checked.facts}
    found = {_root(fact) for fact in facts} | {_root(one.read) for one in algorithm.series.values()}
    found |= {_root(one.level.read) for one in algorithm.formulary.options.values() if one.level is not None}
    return found | _judged(algorithm)


def _judged(algorithm: Algorithm) -> set[str]:
    """Evidence types that episodes and trials are judged by."""
    facts = [measure.read for measure in algorithm.measures]
    facts += [one for one in (algorithm.trials.adherence, algorithm.trials.sessions, algorithm.onset) if one]
    return {_root(fact) for fact in facts}


def _root(fact: str) -> str:
    return fact.partition(".")[0]
