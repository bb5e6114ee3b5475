"""Views: one patient's way with what is next, and how many patients stand where."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.model.algorithm import Move
from engine.model.case import Case, Visit
from engine.model.decision import Decision, Decisions, GateAnswer, Part, Status
from engine.model.time import Unit
from engine.picture.palette import STOP
from engine.picture.plan import Arrow, Plan
from engine.picture.view import ALARM, FILLED, TINTED, Icon, Mark, Sign, Tab, Tone, Verdict, View
from engine.picture.words import lines, listed

REASON_COLUMNS = 26


@dataclass(frozen=True, slots=True)
class StepCount:
    """Patients now in a step, how many of them carry a flag, and the median weeks they have been there."""

    patients: int
    flagged: int = 0
    median_weeks: int | None = None


def verdict_of(decision: Decision) -> Verdict:
    """The page's word for an answer.

    Ready is permitted. Blocked is refused by an interrupt, a hard rule, or a gate's conclusion that waiting
    does not mend; Not offered by an option closed to this patient. All else may still change: Not yet.
    """
    if decision.status is Status.PERMITTED:
        return Verdict.READY
    if decision.status is Status.REFUSED:
        against = {reason.part for reason in decision.reasons if reason.holds is False}
        if against & {Part.INTERRUPT, Part.HARD_STOP}:
            return Verdict.BLOCKED
        if Part.GATE in against and decision.again_on is None:
            return Verdict.BLOCKED
        if Part.OPTION in against:
            return Verdict.NOT_OFFERED
    return Verdict.NOT_YET


def counts_view(plan: Plan, counts: Mapping[str, StepCount]) -> View:
    """How many patients stand in each step. A step without a count has none of them."""
    marks: dict[str, Mark] = {}
    for ref, box in plan.boxes.items():
        count = counts.get(box.step.id, StepCount(0))
        parts = [_many(count.patients, "patient")]
        parts += [f"{count.flagged} flagged"] if count.flagged else []
        parts += [] if count.median_weeks is None else [f"median {_many(count.median_weeks, 'week')}"]
        said = ", ".join(parts)
        marks[ref] = Mark(Tab(tuple(parts), FILLED), said=said)
    return View("patients in each step", marks)


def trail_view(plan: Plan, case: Case, decisions: Decisions | None) -> View:
    """Where a patient has been and is, and what the algorithm says of each next move."""
    return _Trail(plan, case, decisions).view()


def next_verdicts(plan: Plan, case: Case, decisions: Decisions | None) -> dict[str, str]:
    """The verdict on each move that starts where the case is, by move id."""
    return {
        id: str(verdict_of(decision)) for id, decision in _Trail(plan, case, decisions).next_moves().items()
    }


class _Trail:
    def __init__(self, plan: Plan, case: Case, decisions: Decisions | None) -> None:
        self.plan = plan
        self.case = case
        self.decisions = decisions
        self.moves = plan.algorithm.moves

    def view(self) -> View:
        taken, lines_taken = self._way()
        arrow_signs, line_signs, box_signs = self._signs()
        return View(
            "one patient's way",
            {**self._passed_gates(), **self._visited(), **self._next_gates(), **self._alarm()},
            frozenset(taken),
            frozenset(lines_taken),
            arrow_signs,
            line_signs,
            box_signs,
        )

    # --- the way so far -------------------------------------------------------------------------------------

    def _visited(self) -> dict[str, Mark]:
        marks: dict[str, Mark] = {}
        places: dict[str, list[int]] = {}
        for n, visit in enumerate(self.case.visits, start=1):
            if visit.step in self.plan.algorithm.steps:  # an earlier version may have had other steps
                places.setdefault(visit.step, []).append(n)
        for step, stays in places.items():
            order = listed((_ordinal(n) for n in stays), "and")
            again = (f"visit {len(stays)}",) if len(stays) > 1 else ()
            if self.plan.boxes[self.plan.ref_of(step)].leaves:
                mark = _mark(("Left here", *again), FILLED, Icon.TICK, 5)
            elif step == self.case.step and self.case.closed_on is None:
                mark = _mark(("Now here", *self._weeks(self.case.visit), *again), FILLED, Icon.HERE, 5)
            else:
                mark = _mark((order, *again), TINTED, Icon.TICK, 3, "visited ")
            marks[self.plan.ref_of(step)] = mark
        return marks

    def _weeks(self, visit: Visit) -> tuple[str, ...]:
        if self.decisions is None:
            return ()
        week = (self.decisions.today - visit.entered_on).days // 7
        if week < 1:
            return ()
        days_of = {Unit.DAY: 1, Unit.WEEK: 7}
        planned = [
            days_of.get(at.unit, 0) * at.count // 7
            for checkpoint in self.plan.algorithm.steps[visit.step].checkpoints
            if checkpoint.after in {"entry", "start"}
            for at in checkpoint.at
        ]
        last = max(planned, default=0)
        return (f"week {week} of {last}",) if week <= last else (f"week {week}",)

    def _way(self) -> tuple[set[str], set[tuple[str, int]]]:
        taken = {arrow.ref for arrow in self.plan.arrows if arrow.tail == "start"}
        lines: set[tuple[str, int]] = set()
        for made in self.case.moves:
            move = self.moves.get(made.move)
            if move is None or made.from_step not in move.sources:
                continue
            target = self.plan.algorithm.target_of(move, made.from_step)
            ways = [arrow for arrow in self._arrows_of(move, made.from_step) if self._ends_in(arrow, target)]
            taken |= {arrow.ref for arrow in ways}
            if not ways:
                lines |= set(self._lines_of(move, made.from_step))
        return taken, lines

    def _ends_in(self, arrow: Arrow, step: str) -> bool:
        """Whether an arrow leads to a step, to the group it belongs to, or to the gate before either."""
        head = arrow.head
        if head in self.plan.gates:
            return step in self.plan.gates[head].targets
        if head in self.plan.frames:
            return step in self.plan.frames[head].steps
        return head == self.plan.ref_of(step)

    def _passed_gates(self) -> dict[str, Mark]:
        passed: dict[str, Mark] = {}
        for made in self.case.moves:
            move = self.moves.get(made.move)
            gate = self.plan.gate_before(move, made.to_step) if move and made.gate else None
            if gate and made.deviation is None:
                passed[gate.ref] = _mark(("passed",), TINTED, Icon.TICK, 3)
            elif gate:
                passed[gate.ref] = _mark(("passed by deviation",), TINTED, None, 3)
        return passed

    # --- what is next ---------------------------------------------------------------------------------------

    def next_moves(self) -> dict[str, Decision]:
        """Decisions about moves that start where the case is."""
        if self.decisions is None or self.case.closed_on is not None:
            return {}
        return {
            id: decision
            for id, decision in self.decisions.moves.items()
            if id in self.moves and self.case.step in self.moves[id].sources
        }

    def _next_gates(self) -> dict[str, Mark]:
        marks: dict[str, Mark] = {}
        for id in self.next_moves():
            move = self.moves[id]
            target = self.plan.algorithm.target_of(move, self.case.step)
            box = self.plan.gate_before(move, target)
            answer = self.decisions.gates.get(move.gate) if self.decisions and move.gate else None
            if box and answer and target != self.case.step:
                marks[box.ref] = _mark((_gate_text(answer),), TINTED)
        return marks

    def _signs(self) -> tuple[dict[str, Sign], dict[tuple[str, int], Sign], dict[str, Sign]]:
        arrows: dict[str, list[Decision]] = {}
        lines: dict[tuple[str, int], list[Decision]] = {}
        boxes: dict[str, Sign] = {}
        for id, decision in self.next_moves().items():
            move = self.moves[id]
            drawn = [
                arrow for arrow in self._arrows_of(move, self.case.step) if arrow.tail not in self.plan.gates
            ]
            for arrow in drawn:
                arrows.setdefault(arrow.ref, []).append(decision)
            for line in () if drawn else self._lines_of(move, self.case.step):
                lines.setdefault(line, []).append(decision)
            if move.target and self._one_of_several(move, drawn):
                boxes[self.plan.ref_of(move.target)] = Sign(verdict_of(decision))
        return (
            {ref: self._best(decisions, with_reason=True) for ref, decisions in arrows.items()},
            {line: self._best(decisions) for line, decisions in lines.items()},
            boxes,
        )

    def _best(self, decisions: Iterable[Decision], *, with_reason: bool = False) -> Sign:
        """The best answer of several moves that share one arrow or line."""
        order = list(Verdict)
        decision = min(decisions, key=lambda one: order.index(verdict_of(one)))
        verdict = verdict_of(decision)
        reason = self._short_reason(decision) if with_reason and verdict is Verdict.BLOCKED else ()
        return Sign(verdict, reason)

    def _short_reason(self, decision: Decision) -> tuple[str, ...]:
        """The first reason against, where it fits beside an arrow; a cut one would say less than none."""
        against = [reason for reason in decision.reasons if reason.holds is False]
        if not against:
            return ()
        interrupt = self.plan.algorithm.interrupts.get(against[0].code)
        text = interrupt.title if interrupt and against[0].part is Part.INTERRUPT else against[0].text
        if against[0].part is Part.GATE:
            text = f"No: {text}"
        said = lines((), text, REASON_COLUMNS, most=2)
        return said if max(map(len, said)) <= REASON_COLUMNS else ()

    def _one_of_several(self, move: Move, drawn: Iterable[Arrow]) -> bool:
        """Whether the arrow stands for moves to several steps, so that each step needs its own word."""
        targets = {self.moves[id].target for arrow in drawn for id in arrow.moves}
        within = any(
            move.id in frame.line.moves and self.case.step in frame.steps
            for frame in self.plan.frames.values()
            if frame.line
        )
        return len(targets) > 1 or within

    # --- where a move is shown ------------------------------------------------------------------------------

    def _arrows_of(self, move: Move, step: str) -> list[Arrow]:
        """Arrows of a move made in a step: its own ones, else the one that is drawn for every step."""
        ref = self.plan.ref_of(step)
        tails = {ref, *(frame.ref for frame in self.plan.frames.values() if step in frame.steps)}
        shown = [arrow for arrow in self.plan.arrows if move.id in arrow.moves]
        own = [arrow for arrow in shown if arrow.tail in tails]
        written = any(move.id in line.moves for line in self.plan.boxes[ref].lines)
        within = any(
            move.id in frame.line.moves
            for frame in self.plan.frames.values()
            if frame.ref in tails and frame.line
        )
        if not own and not written and not within:
            own = [arrow for arrow in shown if arrow.tail not in self.plan.gates]
        heads = {arrow.head for arrow in own}
        return own + [arrow for arrow in shown if arrow.tail in heads and arrow.tail in self.plan.gates]

    def _lines_of(self, move: Move, step: str) -> list[tuple[str, int]]:
        ref = self.plan.ref_of(step)
        return [(ref, n) for n, line in enumerate(self.plan.boxes[ref].lines) if move.id in line.moves]

    def _alarm(self) -> dict[str, Mark]:
        raised = [self.plan.algorithm.interrupts.get(item.id) for item in self.case.raised()]
        titles = [interrupt.title for interrupt in raised if interrupt]
        if not titles or not self.plan.interrupts:
            return {}
        said = f"Moves are frozen: {listed(titles, 'and')}"
        return {"safety": Mark(Tab((said,), ALARM, Icon.CROSS), 5, STOP.line, said)}


def _mark(
    parts: tuple[str, ...], tone: Tone, icon: Icon | None = None, border: float = 0, said: str = ""
) -> Mark:
    return Mark(Tab(parts, tone, icon), border, said=said + ", ".join(parts))


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _gate_text(answer: GateAnswer) -> str:
    total = len(answer.items)
    if answer.signed_on is not None:
        return f"signed, {total} of {total}" if not answer.blank else "signed"
    return f"{total - len(answer.blank)} of {total}"


def _ordinal(n: int) -> str:
    ending = "th" if n % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"
