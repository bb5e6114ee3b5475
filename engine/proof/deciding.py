"""Claims about one decision, put to the solver over every patient."""

from collections.abc import Callable, Iterator

from engine.criteria.solver_terms import Term, Truth
from engine.model.algorithm import Algorithm
from engine.proof import forms
from engine.proof.answers import Answer, Verdict, Witness
from engine.proof.axioms import TEXTS
from engine.proof.forms import Assuming, Stated
from engine.proof.permitting import Assumed, move_truth
from engine.proof.preferring import preferences
from engine.proof.solving import Asking, Found
from engine.proof.treating import dose_here, option_open, start_truth
from engine.proof.world import CURRENT, Bound, World

_PARAMETERS = "every value its parameters may be set to"


class Deciding:
    """Proves claims of one decision; the world is built once and shared by all of them."""

    def __init__(self, algorithm: Algorithm, *, varying: bool = False, timeout_ms: int = 10_000) -> None:
        self.algorithm = algorithm
        self.world = World(algorithm, varying=varying)
        self.asking = Asking(self.world, timeout_ms=timeout_ms)
        self._can: dict[tuple[str, str, Assumed, bool], bool] = {}

    def prove(self, claim: Stated) -> Answer:
        """The answer to a claim.

        Raises:
            UndecidedError: The solver gave up.
        """
        self.asking.rests_on = set()
        prover: Callable[[Stated, forms.Form], Answer] = getattr(self, _PROVERS[type(claim.form)])
        return prover(claim, claim.form)

    # Pieces

    def at(self, step: str) -> Term:
        """That the case is in a step."""
        return self.world.code("step.id", step)

    def given(self, claim: Stated) -> Term:
        """That what the claim is given holds."""
        return self.world.truth(claim.given).true

    def assumed(self, claim: Stated) -> Term:
        """That what is assumed of records holds."""
        return self.recorded() if Assuming.REQUIREMENTS_RECORDED in claim.assuming else self.world.yes

    def recorded(self) -> Term:
        """That all evidence met so far is on record and fresh."""
        known = [
            pair.known for name, (pair, _) in self.world.encoding.variables.items() if self.is_evidence(name)
        ]
        return self.world.z3.And([self.world.yes, *known])

    def is_evidence(self, name: str) -> bool:
        """Whether a fact is evidence or rests on evidence alone, so that it may be unknown."""
        root, _, rest = name.partition(".")
        if name in self.world.variants or (root in self.algorithm.evidence and rest != "days_since"):
            return True
        series = self.algorithm.series.get(name)
        if series is not None:
            return series.take != "count"
        return (root == "score" and rest not in ("scale", "remission_below", "days_since")) or name in (
            "trial.days_covered_percent",
        )

    def edges(self, moves: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """(move, step) of each place a move starts in."""
        for name in moves:
            for step in self.algorithm.moves[name].sources:
                yield name, step

    def permitted(self, move: str, step: str, assumed: Assumed) -> Truth:
        """The formulas of a move in a step."""
        return move_truth(self.world, self.algorithm.moves[move], step, assumed)

    def can(self, move: str, step: str, assumed: Assumed, *, first: bool = False) -> bool:
        """Whether a move can be permitted in a step at all, asked once.

        Args:
            move: Its id.
            step: Where it is made.
            assumed: What is assumed.
            first: It enters its target for the first time.
        """
        key = (move, step, assumed, first)
        if key not in self._can:
            target = self.algorithm.target_of(self.algorithm.moves[move], step)
            terms = [self.permitted(move, step, assumed).true, self.at(step)]
            if first and target != step:
                terms.append(self.world.z3.Not(self.world.flag(f"visited.{target}")))
            self._can[key] = self.sat(*terms)
        return self._can[key]

    def answer(self, claim: Stated, verdict: Verdict, **more: object) -> Answer:
        """An answer with what it rests on."""
        rests = [f"{TEXTS[name]}" for name in sorted(self.asking.rests_on) if name in TEXTS]
        rests += [f"assuming {one}" for one in sorted(claim.assuming)]
        rests.append(_PARAMETERS if claim.every_parameter else "parameters at their values")
        return Answer(claim, verdict, rests_on=tuple(rests), **more)  # pyright: ignore[reportArgumentType]

    def broken(self, claim: Stated, found: Found, witness: Witness, text: str) -> Answer:
        """That a claim is not true, with the patient."""
        places = (self.algorithm.moves[witness.move].place,) if witness.move else ()
        return self.answer(claim, Verdict.NOT_TRUE, because=(text,), places=places, witness=witness)

    def find(self, *terms: Term) -> Found | None:
        """A patient, as plain as the solver can find one once there is any."""
        if self.asking.find(*terms) is None:
            return None
        # Wishes bring in facts of their own: they are made only for a patient that is told of.
        return self.asking.find(*terms, prefer=preferences(self.world))

    def sat(self, *terms: Term) -> bool:
        """Whether there is such a patient."""
        return self.asking.find(*terms) is not None

    # Forms

    def _entering(self, claim: Stated, form: forms.Entering) -> Answer:
        possible = False
        limited = claim.given is not None or Assuming.REQUIREMENTS_RECORDED in claim.assuming
        for name, step in self.edges(form.moves):
            goal = self.world.truth(form.implies, Bound(move=self.algorithm.moves[name]))
            here = self.permitted(name, step, claim.assuming).true
            terms = (here, self.at(step), self.given(claim), self.assumed(claim))
            found = self.find(*terms, self.world.z3.Not(goal.true))
            if found is not None:
                value = self._value(found, goal)
                witness = Witness(step, found.facts(self.world), name, expect=((form.implies, value),))
                word = "not recorded" if value is None else "not true"
                return self.broken(
                    claim, found, witness, f"{name} is permitted in {step}; `{form.implies}` is {word}"
                )
            possible = possible or (self.sat(*terms) if limited else self.can(name, step, claim.assuming))
        if not possible:
            text = "none of these moves can ever be permitted" if form.moves else "no move enters it"
            return self.answer(claim, Verdict.VACUOUS, because=(text,))
        return self.answer(claim, Verdict.PROVED)

    def _value(self, found: Found, truth: Truth) -> bool | None:
        z3 = self.world.z3
        if z3.is_true(found.model.eval(truth.true, model_completion=True)):
            return True
        return False if z3.is_true(found.model.eval(truth.false, model_completion=True)) else None

    def _before_first(self, claim: Stated, form: forms.BeforeFirst) -> Answer:
        assert form.was is not None
        was = self.world.truth(form.was)
        first = self.world.z3.Not(self.world.flag(f"visited.{form.step}"))
        possible = False
        for name, step in self.edges(form.moves):
            here = self.permitted(name, step, claim.assuming).true
            found = self.find(here, self.at(step), first, self.world.z3.Not(was.true))
            if found is not None:
                witness = Witness(
                    step, found.facts(self.world), name, expect=((form.was, self._value(found, was)),)
                )
                return self.broken(
                    claim, found, witness, f"{name} is permitted in {step} before `{form.was}`"
                )
            possible = possible or self.can(name, step, claim.assuming, first=True)
        return self.answer(claim, Verdict.PROVED if possible else Verdict.VACUOUS)

    def _never(self, claim: Stated, form: forms.Never) -> Answer:
        given = self.given(claim)
        assert claim.given is not None
        if not self.sat(given):
            return self.answer(claim, Verdict.VACUOUS, because=(f"`{claim.given}` can never hold",))
        for name, step in self.edges(form.moves):
            found = self.find(
                self.permitted(name, step, claim.assuming).true, self.at(step), given, self.assumed(claim)
            )
            if found is not None:
                witness = Witness(step, found.facts(self.world), name, expect=((claim.given, True),))
                return self.broken(
                    claim, found, witness, f"{name} is permitted in {step} though `{claim.given}`"
                )
        for option in form.options:
            for step in self.algorithm.steps:
                truth = start_truth(self.world, option, step)
                found = self.find(truth.true, self.at(step), given, self.assumed(claim))
                if found is not None:
                    witness = Witness(
                        step, found.facts(self.world), option=option, expect=((claim.given, True),)
                    )
                    text = f"{option} may be started in {step} though `{claim.given}`"
                    place = self.algorithm.formulary.options[option].place
                    return self.answer(
                        claim, Verdict.NOT_TRUE, because=(text,), places=(place,), witness=witness
                    )
        return self.answer(claim, Verdict.PROVED)

    def _dose(self, claim: Stated, form: forms.DoseAtMost) -> Answer:
        option = self.algorithm.formulary.options[form.option]
        given = self.given(claim)
        if not self.sat(given):
            return self.answer(claim, Verdict.VACUOUS, because=(f"`{claim.given}` can never hold",))
        numerator, denominator = form.at_most.as_integer_ratio()
        over = self.world.asked_dose() > self.world.z3.Q(numerator, denominator)
        offered = [
            (step.id, role)
            for step in self.algorithm.steps.values()
            for role, rows in step.options.items()
            if any(form.option in row.options for row in rows)
        ]
        if not offered:
            return self.answer(claim, Verdict.VACUOUS, because=(f"no step offers {form.option}",))
        for step, role in offered:
            ways = [
                start_truth(self.world, form.option, step, CURRENT).true,
                dose_here(self.world, option, step, role).true,
            ]
            found = self.find(self.world.z3.Or(ways), over, given, self.at(step))
            if found is None:
                continue
            facts = found.facts(self.world)
            dose = facts.pop("option.dose_mg_per_day", None)
            witness = Witness(step, facts, option=form.option, dose_mg_per_day=dose)  # pyright: ignore[reportArgumentType]
            text = f"{dose} mg a day of {form.option} is permitted in {step}"
            return self.answer(
                claim, Verdict.NOT_TRUE, because=(text,), places=(option.place,), witness=witness
            )
        return self.answer(claim, Verdict.PROVED)

    def _unknown_keeps(self, claim: Stated, form: forms.UnknownKeeps) -> Answer:
        possible = False
        for name, step in self.edges(form.moves):
            here = self.permitted(name, step, claim.assuming).true
            found = self.find(here, self.at(step), *self._nothing_of(form.types))
            if found is not None:
                witness = Witness(step, found.facts(self.world), name)
                text = f"{name} is permitted in {step} with no {' or '.join(form.types)} on record"
                return self.broken(claim, found, witness, text)
            possible = possible or self.can(name, step, claim.assuming)
        return self.answer(claim, Verdict.PROVED if possible else Verdict.VACUOUS)

    def _nothing_of(self, types: tuple[str, ...]) -> list[Term]:
        z3, variables = self.world.z3, self.world.encoding.variables
        return [
            z3.Not(pair.known)
            for name, (pair, _) in list(variables.items())
            if name.partition(".")[0] in types and not name.endswith("days_since")
        ]

    def _together(self, claim: Stated, form: forms.Together) -> Answer:
        if form.moves:
            return self._moves_together(claim, form)
        truths = [self.world.truth(text) for text in form.texts]
        given = self.given(claim)
        if not self.sat(given):
            return self.answer(claim, Verdict.VACUOUS, because=(f"`{claim.given}` can never hold",))
        z3 = self.world.z3
        for first, one in enumerate(truths):
            if not form.exactly and not self.sat(given, one.true):
                return self.answer(claim, Verdict.VACUOUS, because=(f"`{form.texts[first]}` can never hold",))
            for second in range(first + 1, len(truths)):
                found = self.find(given, one.true, truths[second].true)
                if found is not None:
                    pair = (form.texts[first], form.texts[second])
                    return self._overlap(
                        claim, found, pair, (True, True), f"`{pair[0]}` and `{pair[1]}` hold together"
                    )
        if form.exactly:
            found = self.find(given, *(z3.Not(one.true) for one in truths))
            if found is not None:
                values = tuple(self._value(found, one) for one in truths)
                return self._overlap(claim, found, form.texts, values, "none of them holds")
        return self.answer(claim, Verdict.PROVED)

    def _overlap(
        self, claim: Stated, found: Found, texts: tuple[str, ...], values: tuple[bool | None, ...], words: str
    ) -> Answer:
        facts = found.facts(self.world)
        step = str(facts.get("step.id") or self.algorithm.start)
        witness = Witness(step, facts, expect=tuple(zip(texts, values, strict=True)))
        names = {name for text in texts for name in self.world.criterion(text).defines}
        places = tuple(self.algorithm.defines[name].place for name in sorted(names) if name in texts)
        return self.answer(claim, Verdict.NOT_TRUE, because=(words,), places=places, witness=witness)

    def _moves_together(self, claim: Stated, form: forms.Together) -> Answer:
        z3 = self.world.z3
        for step in self.algorithm.steps:
            here = [n for n in form.moves if step in self.algorithm.moves[n].sources]
            truths = [self.permitted(n, step, claim.assuming) for n in here]
            for first, name in enumerate(here):
                for second in range(first + 1, len(here)):
                    found = self.find(
                        self.at(step), self.given(claim), truths[first].true, truths[second].true
                    )
                    if found is not None:
                        witness = Witness(step, found.facts(self.world), name, beside=(here[second],))
                        text = f"{name} and {here[second]} are both permitted in {step}"
                        return self.broken(claim, found, witness, text)
            if form.exactly and here:
                found = self.find(self.at(step), self.given(claim), *(z3.Not(t.true) for t in truths))
                if found is not None:
                    witness = Witness(step, found.facts(self.world), here[0], permitted=False)
                    return self.broken(claim, found, witness, f"none of them is permitted in {step}")
        return self.answer(claim, Verdict.PROVED)

    def _some_move(self, claim: Stated, form: forms.SomeMove) -> Answer:
        possible = False
        for step in form.steps:
            here = [n for n in form.moves if step in self.algorithm.moves[n].sources]
            truths = [self.permitted(n, step, claim.assuming) for n in here]
            given = (self.at(step), self.given(claim))
            found = self.find(*given, self.recorded(), *(t.false for t in truths))
            if found is not None:
                values = ((claim.given, True),) if claim.given else ()
                witness = Witness(
                    step, found.facts(self.world), closed=tuple(here), expect=values, permitted=False
                )
                text = f"in {step} each of them is refused" if here else f"none of them starts in {step}"
                places = (self.algorithm.steps[step].place,)
                return self.answer(claim, Verdict.NOT_TRUE, because=(text,), places=places, witness=witness)
            possible = possible or self.sat(*given)
        if not possible:
            return self.answer(claim, Verdict.VACUOUS, because=(f"`{claim.given}` can never hold there",))
        return self.answer(claim, Verdict.PROVED)

    def _some_option(self, claim: Stated, form: forms.SomeOption) -> Answer:
        for step in form.steps:
            role = self.algorithm.steps[step].leading_role
            assert role is not None
            rows = self.algorithm.steps[step].options[role]
            truths = [
                self.world.all_of([option_open(self.world, name, role), self.world.truth(row.when)])
                for row in rows
                for name in row.options
            ]
            given = self.given(claim)
            if not self.sat(given):
                return self.answer(claim, Verdict.VACUOUS, because=(f"`{claim.given}` can never hold",))
            found = self.find(given, self.recorded(), *(t.false for t in truths))
            if found is not None:
                witness = Witness(
                    step, found.facts(self.world), expect=((claim.given, True),) if claim.given else ()
                )
                text = f"in {step} every treatment is blocked"
                places = (self.algorithm.steps[step].place,)
                return self.answer(claim, Verdict.NOT_TRUE, because=(text,), places=places, witness=witness)
        return self.answer(claim, Verdict.PROVED)


_PROVERS: dict[type[object], str] = {
    forms.Entering: "_entering",
    forms.BeforeFirst: "_before_first",
    forms.Never: "_never",
    forms.DoseAtMost: "_dose",
    forms.UnknownKeeps: "_unknown_keeps",
    forms.Together: "_together",
    forms.SomeMove: "_some_move",
    forms.SomeOption: "_some_option",
}
