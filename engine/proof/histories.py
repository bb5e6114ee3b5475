"""Claims about whole histories: by induction where that goes, else honestly not decided."""

from engine.model.algorithm import Algorithm
from engine.proof import forms
from engine.proof.answers import Answer, Verdict, Witness
from engine.proof.deciding import Deciding
from engine.proof.forms import Stated
from engine.proof.graph import days_in, edges_of, path_to, written

NEVER_FALL = {
    "episode.adequate_failures": "once a trial is settled it is judged as of that day",
    "lifetime.adequate_failures": "once a trial is settled it is judged as of that day",
    "episode.trials": "a trial once begun stays a trial",
    "lifetime.trials": "a trial once begun stays a trial",
}
"""Facts that no kind of event makes smaller within an episode, and why (tested in `test_proof_histories`)."""
NO_CORRECTION = (
    "no record is retracted or entered late, "
    "and adherence of a settled trial was recorded before it was settled"
)
KEPT_IN_A_STAY = ("step.id", "step.kind", "step.entered_on", "episode.last_effective_step", "patient.sex",
                  "patient.birth_date", "case.opened_on", "episode.started_on")  # fmt: skip
"""Facts that nothing changes while a case stays in a step."""


class Histories:
    """Proves claims about histories."""

    def __init__(self, deciding: Deciding) -> None:
        self.deciding = deciding
        self.algorithm: Algorithm = deciding.algorithm

    def keeps(self, claim: Stated, form: forms.Keeps) -> Answer:
        """A fact never decreases: by the kinds of event that can change it."""
        why = NEVER_FALL.get(form.fact)
        counted = form.fact.startswith("episode.") and form.within != "episode"
        running = form.fact.endswith("adequate_failures") and not form.settled
        if why is None or counted or running:
            reason = (
                "it counts within an episode, and a new one begins at nothing"
                if counted
                else "the trial that still runs may yet turn out well; say `of: settled trials`"
                if running
                else "nothing is known of how events change it"
            )
            verdict = Verdict.NOT_TRUE if counted else Verdict.NOT_DECIDED
            return Answer(claim, verdict, (reason,), bound="by induction over the kinds of event")
        return Answer(
            claim,
            Verdict.PROVED,
            (f"by induction over the kinds of event: {why}",),
            rests_on=(f"assuming {NO_CORRECTION}", "parameters at their values"),
        )

    def always(self, claim: Stated, form: forms.Always) -> Answer:
        """Holds of every patient in the step; or on entry, and nothing it reads changes during the stay."""
        decide, world = self.deciding, self.deciding.world
        goal = world.truth(form.text)
        criterion = world.criterion(form.text)
        decide.asking.rests_on = set()
        for step in form.steps:
            found = decide.find(decide.at(step), decide.given(claim), world.z3.Not(goal.true))
            if found is None:
                continue
            changing = [name for name in criterion.facts if name not in KEPT_IN_A_STAY]
            values = ((form.text, False),)
            witness = Witness(step, found.facts(world), expect=values)
            text = f"`{form.text}` does not hold of every patient in {step}"
            if changing:
                text = f"{text}: {', '.join(changing[:4])} may change during the stay"
            return decide.answer(claim, Verdict.NOT_TRUE, because=(text,), witness=witness)
        return decide.answer(claim, Verdict.PROVED, because=("it holds of every patient there on any day",))

    def at_most_times(self, claim: Stated, form: forms.AtMostTimes) -> Answer:
        """A step on no loop is entered once; a loop is told."""
        new_episode = {name for name, move in self.algorithm.moves.items() if move.opens_episode}
        left = new_episode if form.within == "episode" else set[str]()
        edges = edges_of(self.algorithm, left)
        before = [
            step
            for step, out in edges.items()
            if any(there == form.step for _, there in out) and step != form.step
        ]
        after = [target for _, target in edges[form.step] if target != form.step]
        loop = path_to(edges, after, before)
        if loop is None and form.n >= 1:
            return Answer(claim, Verdict.PROVED, ("no way leads back to it",), rests_on=("the graph alone",))
        if form.n == 0 and path_to(edges, (self.algorithm.start,), (form.step,)) is None:
            return Answer(claim, Verdict.PROVED, ("it cannot be entered",), rests_on=("the graph alone",))
        told = f"a loop leads back: {written(loop)}" if loop else "it can be entered"
        return Answer(
            claim,
            Verdict.NOT_DECIDED,
            (told,),
            bound="the graph alone; whether its guards allow the loop is not known",
        )

    def within(self, claim: Stated, form: forms.Within) -> Answer:
        """Some move to it can be permitted while the stay is no longer than that."""
        decide, world = self.deciding, self.deciding.world
        decide.asking.rests_on = set()
        weeks = days_in(form.at_most) // 7
        soon = world.fact("step.weeks").term <= weeks
        for name in form.moves:
            if form.step in self.algorithm.moves[name].sources:
                here = decide.permitted(name, form.step, claim.assuming).true
                if decide.sat(decide.at(form.step), soon, here, decide.given(claim)):
                    return decide.answer(claim, Verdict.PROVED, because=(f"{name} can be permitted by then",))
        text = f"none of them can be permitted in {form.step} within {form.at_most}"
        return decide.answer(
            claim, Verdict.NOT_TRUE, because=(text,), places=(self.algorithm.steps[form.step].place,)
        )
