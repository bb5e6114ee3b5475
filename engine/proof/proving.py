"""Proving all claims of an algorithm, one after the other, in this process."""

import time
from collections.abc import Iterable, Iterator

from engine.model.algorithm import Algorithm
from engine.proof import forms, graph
from engine.proof.answers import Answer, Verdict
from engine.proof.comparing import Comparing
from engine.proof.deciding import Deciding
from engine.proof.forms import Stated
from engine.proof.graph import Broken, edges_of, path_to, written
from engine.proof.histories import Histories
from engine.proof.permitting import NOTHING
from engine.proof.refining import permits_no_more
from engine.proof.solving import UndecidedError
from engine.proof.stating import claims_of

GRAPH = "the graph alone"


class Prover:
    """Answers claims of one algorithm. Worlds are built when a claim first needs one."""

    def __init__(self, algorithm: Algorithm, *, timeout_ms: int = 10_000) -> None:
        self.algorithm = algorithm
        self.timeout_ms = timeout_ms
        self._deciding: dict[bool, Deciding] = {}
        self._comparing: dict[bool, Comparing] = {}

    @property
    def solver_seconds(self) -> float:
        """How long the solver alone has worked."""
        return sum(one.asking.seconds for one in self._deciding.values())

    def prove(self, claim: Stated) -> Answer:
        """The answer to one claim; never raises for a claim that was read."""
        began = time.perf_counter()
        try:
            answer = self._prove(claim)
        except UndecidedError as error:
            answer = Answer(claim, Verdict.NOT_DECIDED, bound=f"the solver gave up: {error}")
        seconds = time.perf_counter() - began
        return Answer(
            claim,
            answer.verdict,
            answer.because,
            answer.places,
            answer.rests_on,
            answer.bound,
            answer.witness,
            seconds,
        )

    def _prove(self, claim: Stated) -> Answer:
        algorithm = self.algorithm
        match claim.form:
            case forms.Reachable():
                return self._reachable(claim, claim.form)
            case forms.Final():
                return _graph(claim, graph.final(algorithm, claim.form))
            case forms.CanReach():
                return _graph(claim, graph.can_reach(algorithm, claim.form))
            case forms.Paths():
                return self._first_entries(
                    claim, claim.form.goal, graph.paths_left(algorithm, claim.form), claim.form.start
                )
            case forms.BeforeFirst(was=None):
                return self._first_entries(
                    claim, (claim.form.step,), graph.entries_left(algorithm, claim.form), (algorithm.start,)
                )
            case forms.Passes():
                return self._passes(claim, claim.form)
            case forms.NotFrozen():
                return _graph(claim, graph.not_frozen(algorithm, claim.form), empty=not claim.form.moves)
            case forms.Gap():
                return _graph(claim, graph.gap(algorithm, claim.form), empty=not claim.form.steps)
            case forms.Monotone():
                return self.comparing(claim).monotone(claim, claim.form)
            case forms.UnknownNeverRefuses():
                return self.comparing(claim).unknown_never_refuses(claim, claim.form)
            case forms.PermitsNoMore():
                return permits_no_more(claim, claim.form, algorithm, timeout_ms=self.timeout_ms)
            case forms.Keeps():
                return Histories(self.deciding(claim)).keeps(claim, claim.form)
            case forms.Always():
                return Histories(self.deciding(claim)).always(claim, claim.form)
            case forms.AtMostTimes():
                return Histories(self.deciding(claim)).at_most_times(claim, claim.form)
            case forms.Within():
                return Histories(self.deciding(claim)).within(claim, claim.form)
            case _:
                return self.deciding(claim).prove(claim)

    def deciding(self, claim: Stated) -> Deciding:
        """The world of claims about one decision."""
        varying = claim.every_parameter
        if varying not in self._deciding:
            self._deciding[varying] = Deciding(self.algorithm, varying=varying, timeout_ms=self.timeout_ms)
        return self._deciding[varying]

    def comparing(self, claim: Stated) -> Comparing:
        """Claims that hold two patients side by side, in the same world."""
        varying = claim.every_parameter
        if varying not in self._comparing:
            self._comparing[varying] = Comparing(self.deciding(claim))
        return self._comparing[varying]

    def _reachable(self, claim: Stated, form: forms.Reachable) -> Answer:
        """A path to each step, along moves that can be permitted."""
        decide = self.deciding(claim)
        decide.asking.rests_on = set()
        edges = edges_of(self.algorithm)
        for step in form.steps:
            while True:
                path = path_to(edges, (self.algorithm.start,), (step,))
                if path is None:
                    place = self.algorithm.steps[step].place
                    text = f"no permitted way leads from {self.algorithm.start} to {step}"
                    return decide.answer(claim, Verdict.NOT_TRUE, because=(text,), places=(place,))
                closed = next(
                    (hop for hop in path if not decide.can(hop[1], hop[0], NOTHING, first=True)), None
                )
                if closed is None:
                    break
                edges[closed[0]] = [one for one in edges[closed[0]] if one[0].id != closed[1]]
        return decide.answer(claim, Verdict.PROVED)

    def _first_entries(
        self, claim: Stated, goal: tuple[str, ...], edges: graph.Edges, start: tuple[str, ...]
    ) -> Answer:
        """No way leads to the goal along moves by which a step can be entered for the first time."""
        if not goal or path_to(edges_of(self.algorithm), (self.algorithm.start,), goal) is None:
            return Answer(claim, Verdict.VACUOUS, ("no way leads there at all",), rests_on=(GRAPH,))
        if path_to(edges, start, goal) is None:
            return Answer(claim, Verdict.PROVED, rests_on=(GRAPH,))
        decide = self.deciding(claim)
        decide.asking.rests_on = set()
        while (path := path_to(edges, start, goal)) is not None:
            hop = next((one for one in path if not decide.can(one[1], one[0], NOTHING, first=True)), None)
            if hop is None:
                place = (
                    self.algorithm.moves[path[-1][1]].place if path else self.algorithm.steps[goal[0]].place
                )
                text = f"a way round: {written(path)}" if path else "it begins there"
                return decide.answer(claim, Verdict.NOT_TRUE, because=(text,), places=(place,))
            edges[hop[0]] = [one for one in edges[hop[0]] if one[0].id != hop[1]]
        return decide.answer(claim, Verdict.PROVED)

    def _passes(self, claim: Stated, form: forms.Passes) -> Answer:
        """Each move has the gate, and each item of it can be asked of somebody."""
        answer = _graph(claim, graph.passes(self.algorithm, form), empty=not form.moves)
        if answer.verdict is not Verdict.PROVED or form.without:
            return answer
        decide = self.deciding(claim)
        decide.asking.rests_on = set()
        for name in dict.fromkeys(self.algorithm.moves[m].gate for m in form.moves):
            gate = self.algorithm.gates[str(name)]
            for item in gate.items:
                if item.applies is not None and not decide.sat(decide.world.truth(item.applies).true):
                    text = f"item {item.id} of the gate {gate.id} can never apply"
                    return decide.answer(claim, Verdict.NOT_TRUE, because=(text,), places=(item.place,))
        return decide.answer(claim, Verdict.PROVED)


def _graph(claim: Stated, broken: Iterator[Broken], *, empty: bool = False) -> Answer:
    found = list(broken)
    if found:
        texts = tuple(one.text for one in found)
        return Answer(claim, Verdict.NOT_TRUE, texts, tuple(one.place for one in found), (GRAPH,))
    verdict = Verdict.VACUOUS if empty else Verdict.PROVED
    because = ("there is nothing it speaks of",) if empty else ()
    return Answer(claim, verdict, because, rests_on=(GRAPH,))


def prove_all(
    algorithm: Algorithm, claims: Iterable[Stated] | None = None, *, timeout_ms: int = 10_000
) -> Iterator[Answer]:
    """Answers in order, each as it is found. Without `claims`, to the algorithm's and the general ones."""
    prover = Prover(algorithm, timeout_ms=timeout_ms)
    for claim in claims_of(algorithm) if claims is None else claims:
        yield prover.prove(claim)
