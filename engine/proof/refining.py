"""Refinement: whether one algorithm permits no more than another, or exactly the same.

Everything by which an algorithm lets a patient through is looked at: its moves with their gates and bounds,
the treatments it lets be started and at which doses, its safety stops, and who may do it for how long.
"""

from collections.abc import Iterator

from engine.criteria.solver_terms import Term, Truth
from engine.model.algorithm import Algorithm
from engine.model.gate import Interrupt
from engine.model.place import NOWHERE, Place
from engine.proof import forms
from engine.proof.answers import Answer, Verdict, Witness
from engine.proof.axioms import RULES, equal
from engine.proof.comparing import OTHER
from engine.proof.forms import Refined, Stated
from engine.proof.permitting import move_truth, requirement_truth
from engine.proof.solving import Asking, Found, UndecidedError
from engine.proof.treating import start_truth
from engine.proof.world import CURRENT, World

RESTS_ON = ("facts of one name are one fact", "parameters at their values")


def refinement_claims(old: Algorithm, new: Algorithm) -> tuple[Stated, ...]:
    """What has to hold for `new` to permit no more than `old`: a claim for each part of either."""
    found: list[tuple[Refined, str, str, Place]] = [
        (Refined.MOVE, one.id, f"{one.title}: permitted to no more patients", one.place)
        for one in new.moves.values()
    ]
    found += [
        (Refined.STARTS, one.id, f"{one.title}: no more treatments and doses", one.place)
        for one in new.steps.values()
        if one.options
    ]
    found += [
        (Refined.STOP, name, f"{one.title}: raised as before and no easier to release", _now(new, name))
        for name, one in old.interrupts.items()
    ]
    found += [
        (Refined.GATE, name, f"{one.title}: no more passes by deviation or by waiting", one.place)
        for name, one in new.gates.items()
        if name in old.gates
    ]
    return tuple(
        Stated(
            name if kind is Refined.MOVE else f"{kind}:{name}",
            title,
            forms.Refines(kind, name),
            general=True,
            place=place,
        )
        for kind, name, title, place in found
    )


def _now(new: Algorithm, stop: str) -> Place:
    return new.interrupts[stop].place if stop in new.interrupts else new.place


class Refining:
    """Puts two algorithms beside each other: a patient of one is the same patient of the other."""

    def __init__(self, old: Algorithm, new: Algorithm, *, timeout_ms: int = 10_000) -> None:
        self.old, self.new = old, new
        self.mine = World(new)
        self.theirs = World(old, OTHER, beside=self.mine)
        self.asking = Asking(self.mine, self.theirs, timeout_ms=timeout_ms)

    def prove(self, claim: Stated) -> Answer:
        """The answer to one of the claims of `refinement_claims`."""
        form = claim.form
        assert isinstance(form, forms.Refines)
        look = {
            Refined.MOVE: self._move,
            Refined.STARTS: self._starts,
            Refined.STOP: self._stop,
            Refined.GATE: self._gate,
        }[form.part]
        try:
            return next(look(claim, form.name), Answer(claim, Verdict.PROVED, rests_on=RESTS_ON))
        except UndecidedError as error:
            return Answer(claim, Verdict.NOT_DECIDED, bound=f"the solver gave up: {error}")

    # Parts

    def _move(self, claim: Stated, name: str) -> Iterator[Answer]:
        """A move, or a step it is made from, that was not there is new as soon as it is permitted at all."""
        move, before = self.new.moves[name], self.old.moves.get(name)
        if before is not None and before.by and not (move.by and move.by <= before.by):
            yield _broken(
                claim, f"{name} may be made by {_whom(move.by)}, and was left to {_whom(before.by)}"
            )
        for step in move.sources:
            known = before is not None and step in before.sources and before.target == move.target
            now = move_truth(self.mine, move, step)
            then = move_truth(self.theirs, before, step) if before is not None and known else None
            found = self._find(self.mine.code("step.id", step), now.true, then)
            if found is not None:
                text = f"{name} is permitted in {step}, and was not" if known else f"{name} in {step} is new"
                yield _broken(claim, text, Witness(step, found.facts(self.mine), name))

    def _starts(self, claim: Stated, step: str) -> Iterator[Answer]:
        known = step in self.old.steps
        for name in dict.fromkeys(
            name for rows in self.new.steps[step].options.values() for row in rows for name in row.options
        ):
            now = start_truth(self.mine, name, step, CURRENT)
            old = known and name in self.old.formulary.options
            then = start_truth(self.theirs, name, step, CURRENT) if old else None
            found = self._find(self.mine.code("step.id", step), now.true, then)
            if found is not None:
                facts = found.facts(self.mine)
                dose = facts.get("option.dose_mg_per_day")
                at = "" if dose is None else f" at {dose:f} mg a day"
                yield _broken(claim, f"{name} may be started in {step}{at}, and might not")

    def _stop(self, claim: Stated, name: str) -> Iterator[Answer]:
        before, now = self.old.interrupts[name], self.new.interrupts.get(name)
        if now is None:
            yield _broken(claim, f"the safety stop {name} is gone")
            return
        freed = sorted((before.frozen_moves & self.new.moves.keys()) - now.frozen_moves)
        if freed:
            yield _broken(claim, f"{name} no longer freezes {', '.join(freed)}")
        spared = sorted(
            (now.spared_kinds - before.spared_kinds) | (now.spared_options - before.spared_options)
        )
        if spared:
            yield _broken(claim, f"{name} now spares {', '.join(spared)}")
        if before.release_by and not (now.release_by and now.release_by <= before.release_by):
            yield _broken(claim, f"{name} may be released by {_whom(now.release_by)}")
        raised = self.theirs.truth(before.raise_when)
        still = self.mine.truth(now.raise_when)
        found = self._find(raised.true, self.mine.z3.Not(still.true))
        if found is not None:
            yield _broken(claim, f"{name} is not raised by all that raised it: {self._told(found)}")
        easier = self._find(_released(self.mine, now).true, self.mine.yes, _released(self.theirs, before))
        if easier is not None:
            yield _broken(claim, f"{name} is released by less than before: {self._told(easier)}")

    def _gate(self, claim: Stated, name: str) -> Iterator[Answer]:
        before, now = self.old.gates[name], self.new.gates[name]
        if now.holds_days > before.holds_days:
            text = f"a signature of {name} holds {now.holds_days} days, and held {before.holds_days}"
            yield _broken(claim, text)
        if before.by and not (now.by and now.by <= before.by):
            yield _broken(claim, f"{name} may be signed by {_whom(now.by)}")
        firm = {item.id for item in before.items if not item.overridable}
        passed = [item.id for item in now.items if item.overridable and item.id in firm]
        if passed:
            yield _broken(claim, f"a deviation may now pass {', '.join(passed)} of {name}")

    # The two worlds

    def _find(self, here: Term, now: Term, then: Truth | None = None) -> Found | None:
        """A patient for whom the new part holds and the old one does not."""
        self.mine.close(RULES)
        self.theirs.close(RULES)
        theirs = self.theirs.encoding.variables
        tie = [
            equal(self.mine, pair, theirs[name][0])
            for name, (pair, kind) in self.mine.encoding.variables.items()
            if name in theirs and type(theirs[name][1]) is type(kind)
        ]
        closed = [self.mine.z3.Not(then.true)] if then is not None else []
        return self.asking.find(here, now, *closed, *tie)

    def _told(self, found: Found) -> str:
        """A patient's evidence in a few words."""
        facts = found.facts(self.mine)
        shown = [
            f"{name.partition(' within ')[0]} {value}"
            for name, value in facts.items()
            if value is not None and name.partition(".")[0] in self.new.evidence
        ]
        return ", ".join(dict.fromkeys(shown[:4])) or "nothing on record"


def _released(world: World, stop: Interrupt) -> Truth:
    needs = [requirement_truth(world, one) for one in stop.release_requires]
    return world.all_of([world.certain, *needs, world.truth(stop.release_when)])


def _whom(roles: frozenset[str]) -> str:
    return " or ".join(sorted(roles)) if roles else "anybody who may move cases"


def _broken(claim: Stated, text: str, witness: Witness | None = None) -> Answer:
    return Answer(claim, Verdict.NOT_TRUE, (text,), (claim.place or NOWHERE,), RESTS_ON, witness=witness)


def permits_no_more(claim: Stated, form: forms.PermitsNoMore, new: Algorithm, *, timeout_ms: int) -> Answer:
    """A claim that an algorithm permits no more than another one, or exactly the same."""
    ways = [(form.other, new), (new, form.other)] if form.exactly else [(form.other, new)]
    for number, (old, now) in enumerate(ways):
        refining = Refining(old, now, timeout_ms=timeout_ms)
        for part in refinement_claims(old, now):
            answer = refining.prove(part)
            if answer.verdict is not Verdict.PROVED:
                because = (
                    answer.because if number == 0 else tuple(f"the other one: {t}" for t in answer.because)
                )
                places = answer.places if number == 0 else (claim.place,)
                witness = answer.witness if number == 0 else None
                return Answer(claim, answer.verdict, because, places, RESTS_ON, answer.bound, witness)
    return Answer(claim, Verdict.PROVED, rests_on=RESTS_ON)
