"""Which evidence would make an unknown fact known: in terms of what a clinic can record today."""

from collections.abc import Iterable

from engine.criteria import Criterion
from engine.criteria.explain import explain
from engine.runtime import trials as judge
from engine.runtime.facts import Facts
from engine.runtime.score import lead
from engine.runtime.series import series_evidence

Need = frozenset[str]
"""Evidence fields (`mdq.score`) that would be recorded together."""

MOST_SETS = 24
_NONE: Need = frozenset()


def evidence_for(facts: Facts, name: str) -> Need | None:
    """The evidence fields behind an unknown fact; None where no record could make it known."""
    algorithm = facts.day.plan.algorithm
    root, _, rest = name.partition(".")
    if root in algorithm.evidence:
        if rest == "observed_on":
            return frozenset(f"{root}.{field}" for field in algorithm.evidence[root].main)
        return frozenset((f"{root}.{rest.rpartition('.')[2]}",))
    if name in algorithm.series:
        return series_evidence(facts, algorithm.series[name])
    match root:
        case "score":
            return _lead(facts)
        case "trial" | "base":
            return _lead(facts) if rest == "outcome" else _adherence(facts)
        case "episode" | "lifetime":
            return _failures(facts, lifetime=root == "lifetime")
        case "staging":
            return _lead(facts)
        case _:
            return None


def _lead(facts: Facts) -> Need | None:
    measure = lead(facts)
    return None if measure is None else frozenset((f"{measure.kind}.{measure.field}",))


def _adherence(facts: Facts) -> Need | None:
    rule = facts.day.plan.algorithm.trials
    trial = facts.trial
    if rule.adherence is None or trial is None or trial.treatment.reported:
        return None
    ended_on = trial.treatment.stopped_on
    if ended_on is not None and rule.adherence_after_stop.after(ended_on) < facts.now.today:
        return None
    return frozenset((rule.adherence,))


def _failures(facts: Facts, *, lifetime: bool) -> Need | None:
    """Evidence that could settle the current trial's part of an unsure count of failures."""
    trial = facts.day.trial
    for unsure, result in judge.failures(facts.day, lifetime=lifetime):
        if result is None and unsure == trial:
            if judge.adequate(facts.day, unsure) is None:
                return _adherence(facts)
            return _lead(facts)
    return None


def minimal(sets: Iterable[Need]) -> tuple[Need, ...]:
    """The sets that contain no other, smallest first; at most 24."""
    found: list[Need] = []
    for candidate in sorted(set(sets), key=lambda s: (len(s), sorted(s))):
        if not any(smaller <= candidate for smaller in found):
            found.append(candidate)
    return tuple(found[:MOST_SETS])


def together(parts: Iterable[tuple[Need, ...]]) -> tuple[Need, ...]:
    """Sets that serve every part at once: one alternative of each, joined. No parts: one empty set."""
    joined: tuple[Need, ...] = (frozenset(),)
    for alternatives in parts:
        joined = minimal(a | b for a in joined for b in alternatives)
    return joined


def confirming(facts: Facts, criterion: Criterion) -> tuple[Need, ...]:
    """Minimal sets of evidence that could make an unknown criterion true."""
    return _sets(facts, explain(criterion, facts).confirm)


def ruling_out(facts: Facts, criterion: Criterion) -> tuple[Need, ...]:
    """Minimal sets of evidence that could make an unknown criterion false."""
    return _sets(facts, explain(criterion, facts).rule_out)


def _sets(facts: Facts, sets: Iterable[frozenset[str]]) -> tuple[Need, ...]:
    found: list[Need] = []
    for names in sets:
        needs = [evidence_for(facts, name) for name in names]
        if all(need is not None for need in needs):
            found.append(_NONE.union(*(need for need in needs if need is not None)))
    return minimal(found)
