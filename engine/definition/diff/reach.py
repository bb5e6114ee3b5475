"""Which moves a define or a parameter can reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from engine.model.algorithm import Algorithm, Bounds, Move
from engine.model.criterion import Condition, text_of
from engine.model.formulary import Requirement

_WORD = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
_JUDGED = {
    "counts": ("episode.", "lifetime.", "failed."),
    "adequate": ("trial.adequate", "base.adequate", "episode.", "lifetime.", "failed."),
    "failed": ("episode.", "lifetime.", "failed."),
    "outcomes": ("trial.outcome", "base.outcome"),
}
"""What each rule on trials decides."""


class Reach:
    """Looks a name up in everything that moves stand on, defines and the judging of trials included."""

    def __init__(self, algorithm: Algorithm) -> None:
        self.algorithm = algorithm

    def of(self, name: str) -> tuple[str, ...]:
        """Titles of the moves whose answer can change with a name."""
        reached = self._names(name)
        found = [move.title for move in self.algorithm.moves.values() if self._mentions(move) & reached]
        return tuple(dict.fromkeys(found))

    def _names(self, name: str) -> set[str]:
        reached, before = {name}, 0
        while len(reached) > before:
            before = len(reached)
            reached |= {define for define, said in self._defines.items() if said & reached}
            for key, decided in _JUDGED.items():
                if self._trials[key] & reached:
                    facts = {one for said in self._all for one in said if one.startswith(decided)}
                    reached |= facts
        return reached

    @cached_property
    def _defines(self) -> dict[str, set[str]]:
        algorithm = self.algorithm
        found = {name: _said(one.condition) for name, one in algorithm.defines.items()}
        return found | {name: _said(one.where) | {one.read} for name, one in algorithm.series.items()}

    @cached_property
    def _trials(self) -> dict[str, set[str]]:
        rule = self.algorithm.trials
        outcomes = set[str]().union(*(_said(one) for one in rule.outcomes.values()))
        return {
            "counts": _said(rule.counts),
            "adequate": _said(rule.adequate),
            "failed": _said(rule.failed),
            "outcomes": outcomes,
        }

    @cached_property
    def _all(self) -> list[set[str]]:
        moves = [self._mentions(move) for move in self.algorithm.moves.values()]
        return [*self._defines.values(), *self._trials.values(), *moves]

    def _mentions(self, move: Move) -> set[str]:
        found = _said(move.when).union(*_required(move.requires))
        steps = self.algorithm.steps
        target = steps.get(move.target or "")
        bounds = [target.enter] if target else []
        bounds += [steps[one].leave for one in move.sources if one in steps]
        for one in bounds:
            if move.kind not in one.except_kinds:
                found = found.union(*_bound(one))
        gate = self.algorithm.gates.get(move.gate or "")
        for item in gate.items if gate else ():
            found |= _said(item.applies) | _said(item.passes)
        return found


def _bound(bounds: Bounds) -> Iterator[set[str]]:
    yield _said(bounds.when)
    yield from _required(bounds.requires)


def _required(requirements: tuple[Requirement, ...]) -> Iterator[set[str]]:
    for one in requirements:
        yield _said(one.when)


def _said(condition: Condition | None) -> set[str]:
    """Names in a condition; of `trial.weeks.at_least` also the beginning."""
    if condition is None:
        return set()
    found = set(_WORD.findall(text_of(condition)))
    return found | {name.removesuffix(".at_least").removesuffix(".at_most") for name in found}
