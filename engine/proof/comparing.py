"""Claims that hold two patients side by side, who differ in some facts only."""

from engine.criteria.solver_terms import Pair, Term
from engine.model.algorithm import Algorithm
from engine.proof import forms
from engine.proof.answers import Answer, Verdict, Witness
from engine.proof.axioms import RULES
from engine.proof.deciding import Deciding
from engine.proof.forms import Stated
from engine.proof.permitting import move_truth
from engine.proof.world import World
from engine.runtime.names import OUTCOMES

OTHER = "other: "
_COUNTS = tuple(
    f"{scope}.adequate_failures.{end}" for scope in ("episode", "lifetime") for end in ("at_least", "at_most")
)
_JUDGED = ("trial.adequate", "trial.outcome", "score.scale", "score.remission_below", *_COUNTS)
"""Facts of the history that are judged from evidence, so that they may differ with it."""
_NEVER_STATED = ("intolerant", "stopped_other")
"""Outcomes that are stated only: no score gives them."""


class Comparing:
    """Puts a question about two patients: the second has some of the first one's variables replaced."""

    def __init__(self, deciding: Deciding) -> None:
        self.algorithm: Algorithm = deciding.algorithm
        self.one = deciding
        self.world = deciding.world
        self.z3 = self.world.z3
        self.lenient = World(self.algorithm, like=self.world)

    def monotone(self, claim: Stated, form: forms.Monotone) -> Answer:
        """More of a fact never closes a move: everything but the fact is equal."""
        self.one.asking.rests_on = set()
        move = self.algorithm.moves[form.move]
        names = (form.fact, f"{form.fact}.at_least", f"{form.fact}.at_most")
        possible = False
        for step in move.sources:
            less = move_truth(self.world, move, step, claim.assuming)
            self.world.close(RULES)
            pairs = [self.world.encoding.variables[n][0] for n in names if n in self.world.encoding.variables]
            if not pairs:
                continue
            swapped = [(pair.term, self._fresh(pair.term)) for pair in pairs]
            moved = [one <= two if form.up else one >= two for one, two in swapped]
            moved += [pair.known for pair in pairs]
            more = self.z3.substitute(less.true, *swapped)
            if more.eq(less.true):
                continue
            here = (self.one.at(step), less.true, *moved, *self._also(pairs, swapped))
            found = self.one.asking.find(*here, self.z3.Not(more), traced=False)
            if found is not None:
                facts = found.facts(self.world)
                word = "more" if form.up else "less"
                witness = Witness(step, facts, form.move)
                text = f"{form.move} is permitted in {step}, and no longer with {word} of {form.fact}"
                return self.one.broken(claim, found, witness, text)
            possible = possible or self.one.asking.find(*here, traced=False) is not None
        if not possible:
            text = f"{form.move} does not depend on {form.fact}, or is never permitted"
            return self.one.answer(claim, Verdict.VACUOUS, because=(text,))
        return self.one.answer(claim, Verdict.PROVED)

    def _fresh(self, term: Term) -> Term:
        return self.z3.Const(f"{OTHER}{term.decl().name()}", term.sort())

    def _also(self, pairs: list[Pair], swapped: list[tuple[Term, Term]]) -> list[Term]:
        """What holds of the replaced variables of every patient, said of the second one too."""
        ids = frozenset(pair.term.get_id() for pair in pairs)
        return [self.z3.substitute(term, *swapped) for term in self.one.asking.constraints_on(ids)]

    def unknown_never_refuses(self, claim: Stated, form: forms.UnknownNeverRefuses) -> Answer:
        """One patient with any evidence at all, another with the same history and nothing on record.

        What refuses the second must refuse the first too, so that it rests on the history alone.
        """
        self.one.asking.rests_on = set()
        edges = list(self.one.edges(form.moves))
        for name, step in edges:
            for world in (self.world, self.lenient):
                move_truth(world, self.algorithm.moves[name], step, claim.assuming)
        swapped, ties = self._blank()
        # All places in one question: it is a single proof where the claim holds.
        each: list[tuple[str, str, Term]] = []
        for name, step in edges:
            move = self.algorithm.moves[name]
            told = move_truth(self.world, move, step, claim.assuming).false
            blank = move_truth(self.lenient, move, step, claim.assuming).false
            refused = self.z3.substitute(blank, *swapped)
            each.append((name, step, self.z3.And(self.one.at(step), refused, self.z3.Not(told))))
        some = self.z3.Or([term for _, _, term in each])
        if self.one.asking.find(*ties, some, traced=False) is None:
            return self.one.answer(claim, Verdict.PROVED)
        for name, step, term in each:
            found = self.one.asking.find(*ties, term, traced=False)
            if found is not None:
                witness = Witness(step, found.facts(self.world), name, permitted=False)
                text = f"{name} is refused in {step} for want of evidence that could permit it"
                return self.one.broken(claim, found, witness, text)
        return self.one.answer(claim, Verdict.PROVED)

    def _blank(self) -> tuple[list[tuple[Term, Term]], list[Term]]:
        """Replacements that leave nothing on record, and how facts judged from evidence may differ then."""
        self.world.close(RULES)
        swapped: list[tuple[Term, Term]] = []
        for name, (pair, _) in self.world.encoding.variables.items():
            if name in _JUDGED:
                swapped.append((pair.term, self._fresh(pair.term)))
                if name in ("trial.adequate", "trial.outcome"):
                    swapped.append((pair.known, self._fresh(pair.known)))
            elif self.one.is_evidence(name) or name.startswith("word."):
                swapped.append((pair.known, self.world.no))
        return swapped, [self.z3.substitute(tie, *swapped) for tie in self._judged()] + self._apart()

    def _judged(self) -> list[Term]:
        """What holds of the second patient's judged facts as of anybody's."""
        met = [n for n in _JUDGED if n in self.world.encoding.variables]
        ids = frozenset(self.world.encoding.variables[n][0].term.get_id() for n in met)
        return self.one.asking.constraints_on(ids)

    def _apart(self) -> list[Term]:
        """With less evidence a count is less sure, and an outcome that was stated stays."""
        z3, variables, found = self.z3, self.world.encoding.variables, list[Term]()
        for name in _COUNTS:
            if name in variables:
                term = variables[name][0].term
                blank = self._fresh(term)
                found.append(blank <= term if name.endswith("at_least") else blank >= term)
        if "trial.adequate" in variables:
            pair = variables["trial.adequate"][0]
            same = z3.And(pair.known, pair.term == self._fresh(pair.term))
            found.append(z3.Implies(self._fresh(pair.known), same))
        if "trial.outcome" in variables:
            pair = variables["trial.outcome"][0]
            known, value = self._fresh(pair.known), self._fresh(pair.term)
            stated = z3.Or([self.world.code("trial.outcome", one) for one in (*_NEVER_STATED, *OUTCOMES[:2])])
            found.append(z3.Implies(known, z3.And(pair.known, pair.term == value)))
            found.append(z3.Implies(stated, known))
        return found
