"""Asking the solver: only what bears on a question is put to it."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from engine.criteria.solver_terms import Term
from engine.criteria.types import Value
from engine.proof.axioms import RULES
from engine.proof.world import World

RANGES = "ranges"


@dataclass(frozen=True)
class Found:
    """A patient for whom every formula of a question holds, as the solver's model."""

    model: Term
    bearing: frozenset[str]
    """Variables that bear on the question."""

    def facts(self, world: World) -> dict[str, Value]:
        """The facts of a world's patient that bear on the question; None is unknown."""
        encoding, kept = world.encoding, world.encoding.variables
        shown = {name: f"{world.prefix}{name}" for name in kept}
        bearing = {n for n, said in shown.items() if said in self.bearing or f"{said} known" in self.bearing}
        bearing |= {n for n, said in shown.items() if f"{said} year" in self.bearing}
        encoding.variables = {name: kept[name] for name in kept if name in bearing}
        try:
            return encoding.decode(self.model)
        finally:
            encoding.variables = kept


class UndecidedError(Exception):
    """The solver gave up; the message says why."""


class Asking:
    """Questions about one world, or about several that are compared.

    Attributes:
        rests_on: Axioms that bore on the questions asked so far.
        asked: How many questions were put to the solver, `seconds` how long it took.
    """

    def __init__(self, *worlds: World, timeout_ms: int = 10_000) -> None:
        self.worlds = worlds
        self.z3 = worlds[0].z3
        self.timeout_ms = timeout_ms
        self.more: list[Term] = []
        """Further constraints that always hold, such as the ties between two patients."""
        self.rests_on: set[str] = set()
        self.asked = 0
        self.seconds = 0.0
        self._solver = self.z3.SimpleSolver()
        self._solver.set("timeout", timeout_ms)
        self._variables: dict[int, frozenset[int]] = {}
        self._kept: list[Term] = []
        self._names: dict[int, str] = {}
        self._listed: list[tuple[str, Term, frozenset[int]]] = []
        self._by_variable: dict[int, list[int]] = {}
        self._taken: dict[int, tuple[int, int]] = {}
        self._taken_more = 0

    def find(self, *terms: Term, prefer: Iterable[Term] = (), traced: bool = True) -> Found | None:
        """A patient for whom all terms hold; None when there is none.

        Args:
            terms: Formulas.
            prefer: Formulas that hold too where that is possible, tried in order.
            traced: Note which axioms bear on it. Formulas made for one question alone are not worth looking
                through: then all of them count as bearing on it.

        Raises:
            UndecidedError: The solver did not find out in time.
        """
        for world in self.worlds:
            world.close(RULES)
        self._list()
        bearing = self._bearing(terms) if traced else self._all()
        solver = self._solver
        began = time.perf_counter()
        solver.push()
        try:
            solver.add(*terms)
            answer = solver.check()
            self.asked += 1
            if answer == self.z3.unsat:
                return None
            if answer != self.z3.sat:
                raise UndecidedError(str(solver.reason_unknown()))
            model = solver.model()
            for term in prefer:
                model = self._preferring(term) or model
        finally:
            while solver.num_scopes():
                solver.pop()
            self.seconds += time.perf_counter() - began
        return Found(model, frozenset(self._names[one] for one in bearing))

    def constraints_on(self, variables: frozenset[int]) -> list[Term]:
        """Constraints in which any of these variables (by id of the term) stands."""
        for world in self.worlds:
            world.close(RULES)
        self._list()
        places = sorted({place for one in variables for place in self._by_variable.get(one, ())})
        return [self._listed[place][1] for place in places]

    def _preferring(self, term: Term) -> Term | None:
        self._solver.push()
        self._solver.add(term)
        if self._solver.check() == self.z3.sat:
            return self._solver.model()
        self._solver.pop()
        return None

    def _all(self) -> set[int]:
        self.rests_on |= {name for name, _, _ in self._listed}
        return set(self._names)

    def _bearing(self, terms: Iterable[Term]) -> set[int]:
        """Variables tied to the terms, directly or through constraints; which axioms tie them is noted."""
        reached = {one for term in terms for one in self._of(term)}
        open_ = list(reached)
        chosen: set[int] = set()
        while open_:
            for place in self._by_variable.get(open_.pop(), ()):
                if place not in chosen:
                    chosen.add(place)
                    fresh = self._listed[place][2] - reached
                    reached |= fresh
                    open_ += fresh
        self.rests_on |= {self._listed[place][0] for place in chosen}
        return reached

    def _list(self) -> None:
        for number, world in enumerate(self.worlds):
            ranges, axioms = self._taken.get(number, (0, 0))
            for term in world.encoding.constraints[ranges:]:
                self._add(RANGES, term)
            for name, term in world.axioms[axioms:]:
                self._add(name, term)
            self._taken[number] = (len(world.encoding.constraints), len(world.axioms))
        for term in self.more[self._taken_more :]:
            self._add("two-patients", term)
        self._taken_more = len(self.more)

    def _add(self, name: str, term: Term) -> None:
        variables = self._of(term)
        place = len(self._listed)
        self._listed.append((name, term, variables))
        self._solver.add(term)
        for one in variables:
            self._by_variable.setdefault(one, []).append(place)

    def _of(self, term: Term) -> frozenset[int]:
        """Ids of the variables in a term; shared parts are looked at once."""
        stack = [term]
        while stack:
            node = stack[-1]
            key = node.get_id()
            if key in self._variables:
                stack.pop()
                continue
            children = node.children()
            if not children:
                stack.pop()
                own = self.z3.is_const(node) and node.decl().kind() == self.z3.Z3_OP_UNINTERPRETED
                self._variables[key] = frozenset((key,)) if own else frozenset()
                if own:
                    self._names[key] = str(node.decl().name())
                self._kept.append(node)
                continue
            waiting = [child for child in children if child.get_id() not in self._variables]
            if waiting:
                stack += waiting
                continue
            stack.pop()
            found: frozenset[int] = frozenset()
            for child in children:
                found |= self._variables[child.get_id()]
            self._variables[key] = found
            # Kept alive: the key is the identity of the term.
            self._kept.append(node)
        return self._variables[term.get_id()]
