"""Exact sets of evidence, asked of the solver: which facts keep a result, and which could decide one."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from engine.criteria.criterion import Criterion
from engine.criteria.solver import Encoding, Term
from engine.criteria.types import CountType, Facts, IntegerType, Value

Sets = tuple[frozenset[str], ...]
_MOST_QUERIES = 200
_MOST_TRIED = 6
"""With more unknown facts than this not every set of them is tried, only those given."""


class EvidenceSets:
    """Questions about one criterion with facts of one moment. A count is named without its ends."""

    def __init__(self, criterion: Criterion, facts: Facts) -> None:
        self.criterion = criterion
        self.facts = {name: facts[name] for name in criterion.facts}
        self.counts = {
            name.name: name.type for name in criterion.names.names if isinstance(name.type, CountType)
        }
        self.unknown = sorted({base for name in criterion.facts if (base := self._open(name)) is not None})
        self.queries = 0

    def enough(self, because: tuple[str, ...], value: Value) -> tuple[str, ...]:
        """The facts without which the result could be another, of those given, in their order."""
        kept = list(because)
        for name in because:
            fewer = [one for one in kept if one != name]
            if self._keeps(fewer, value):
                kept = fewer
        return tuple(kept)

    def deciding(self, candidates: Sets, answer: bool) -> Sets:
        """The smallest sets of unknown facts that could really give the answer."""
        found: list[frozenset[str]] = []
        few = len(self.unknown) <= _MOST_TRIED
        tried: Iterable[frozenset[str]] = self._every_set() if few else candidates
        for one in tried:
            if any(other <= one for other in found) or not self.possible(one, answer):
                continue
            found.append(one if few else self._smaller(one, answer))
        return tuple(sorted(set(found), key=lambda one: (len(one), sorted(one))))

    def possible(self, chosen: frozenset[str], answer: bool) -> bool:
        """Whether some values of the chosen facts give the answer, all other unknowns staying unknown."""
        free = {name for name in self.criterion.facts if self._base(name) in chosen}
        encoding = Encoding(pinned={name: value for name, value in self.facts.items() if name not in free})
        truth = encoding.truth(self.criterion.core)
        asked = [truth.true if answer else truth.false]
        asked += [encoding.variables[name][0].known for name in free if name in encoding.variables]
        for base in chosen & self.counts.keys():
            asked += self._narrowed(encoding, base)
        return self._may_hold(encoding, asked)

    def _keeps(self, kept: list[str], value: Value) -> bool:
        """Whether the result is `value` whatever all other facts are."""
        free = {name for name in self.criterion.facts if self._base(name) not in kept}
        encoding = Encoding(pinned={name: known for name, known in self.facts.items() if name not in free})
        truth = encoding.truth(self.criterion.core)
        z3 = encoding.z3
        other = (
            z3.Or(truth.true, truth.false) if value is None else z3.Not(truth.true if value else truth.false)
        )
        asked = [other]
        for base in self.counts:
            if any(self._base(name) == base for name in free):
                low, high = self._ends(encoding, base)
                asked += [low.term <= high.term, low.known, high.known]
        return not self._may_hold(encoding, asked)

    def _every_set(self) -> Iterable[frozenset[str]]:
        for size in range(1, len(self.unknown) + 1):
            yield from map(frozenset, combinations(self.unknown, size))

    def _smaller(self, chosen: frozenset[str], answer: bool) -> frozenset[str]:
        for name in sorted(chosen):
            fewer = chosen - {name}
            if fewer and self.possible(fewer, answer):
                chosen = fewer
        return chosen

    def _may_hold(self, encoding: Encoding, asked: list[Term]) -> bool:
        """True also when the solver does not know, or was asked too often: then nothing is left out."""
        self.queries += 1
        if self.queries > _MOST_QUERIES:
            return True
        solver = encoding.z3.Solver()
        solver.set("timeout", 2000)
        solver.add(asked)
        solver.add(encoding.constraints)
        return solver.check() != encoding.z3.unsat

    def _base(self, name: str) -> str:
        base = name.removesuffix(".at_least").removesuffix(".at_most")
        return base if base in self.counts else name

    def _open(self, name: str) -> str | None:
        """The name to record where a fact is unknown, or a count a range."""
        base = self._base(name)
        if base == name:
            return name if self.facts[name] is None else None
        low, high = self.facts.get(f"{base}.at_least"), self.facts.get(f"{base}.at_most")
        return base if low is None or low != high else None

    def _ends(self, encoding: Encoding, base: str) -> tuple[Term, Term]:
        bound = IntegerType(self.counts[base].lo, self.counts[base].hi)
        return encoding.fact(f"{base}.at_least", bound), encoding.fact(f"{base}.at_most", bound)

    def _narrowed(self, encoding: Encoding, base: str) -> list[Term]:
        """More evidence only narrows the range of a count."""
        low, high = self._ends(encoding, base)
        told = [low.term <= high.term]
        least, most = self.facts.get(f"{base}.at_least"), self.facts.get(f"{base}.at_most")
        if least is not None:
            told.append(low.term >= least)
        if most is not None:
            told.append(high.term <= most)
        return told
