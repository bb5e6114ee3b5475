"""Decides for each move whether it is drawn, merged or written. Knows no algorithm by name."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.model.algorithm import Algorithm, Move, MoveKind, Step, StepKind
from engine.model.formulary import Role
from engine.picture.palette import look_of
from engine.picture.plan import Arrow, Box, Frame, GateBox, MoveLine, Plan, Stroke, slug, unique
from engine.picture.words import BODY_COLUMNS, LABEL_COLUMNS, from_where, lines, listed, short_name

MOST_ARROWS = 2
"""A move from more steps than this to one step is drawn once and written in the other boxes."""

MOST_ALIKE = 2
"""More written moves of one kind than this in a box share one line."""

SAID_ANYWAY = re.compile(r"^(?:from|at) any step\b[\s:,]*", re.IGNORECASE)

KIND_WORDS = {
    MoveKind.START: "Start",
    MoveKind.CONTINUE: "Go on",
    MoveKind.SWITCH: "Change",
    MoveKind.AUGMENT: "Add",
    MoveKind.ESCALATE: "Not enough",
    MoveKind.DE_ESCALATE: "Reduce treatment",
    MoveKind.BYPASS: "Urgent",
    MoveKind.RETURN: "Return",
    MoveKind.EXIT: "Leave",
}


@dataclass(frozen=True, slots=True)
class _Arc:
    """One move out of one step. `tail` and `head` are units: a step outside groups, or a whole group."""

    move: Move
    source: str
    target: str
    tail: str
    head: str


class _Planner:
    def __init__(self, algorithm: Algorithm) -> None:
        self.algorithm = algorithm
        self.steps = algorithm.steps
        members: dict[str, list[str]] = {}
        for step in self.steps.values():
            if step.group and step.kind is not StepKind.END:
                members.setdefault(step.group, []).append(step.id)
        self.groups = {group: tuple(ids) for group, ids in members.items() if len(ids) > 1}
        self.unit_of = {
            step.id: _frame_ref(step.group) if step.group in self.groups and not _is_end(step) else _ref(step)
            for step in self.steps.values()
        }
        ends = {_ref(step) for step in self.steps.values() if _is_end(step)}
        going_on = unique(self.unit_of[step.id] for step in self.steps.values() if not _is_end(step))
        self.place = {unit: n for n, unit in enumerate((*going_on, *sorted(ends)))}
        self.arcs = [
            _Arc(move, source, move.target, self.unit_of[source], self.unit_of[move.target])
            for move in algorithm.moves.values()
            if move.draw != "hidden" and move.target is not None
            for source in move.sources
        ]
        self.hosts = self._hosts()
        self.main = self._main_line()
        self.onward = set(pairwise(self.main))

    # --- the shape ------------------------------------------------------------------------------------------

    def _hosts(self) -> dict[str, tuple[str, ...]]:
        """Units that may run alongside others, with the steps that offer them in parallel."""
        found: dict[str, tuple[str, ...]] = {}
        for step in self.steps.values():
            own = _offered(step, Role.PRIMARY)
            beside = tuple(
                other.id
                for other in self.steps.values()
                if other.id != step.id and own and own & _offered(other, Role.PARALLEL)
            )
            if beside and self.unit_of[step.id] == _ref(step) and step.id != self.algorithm.start:
                found[_ref(step)] = beside
        return found

    def _main_line(self) -> tuple[str, ...]:
        """The longest way down from the start, past everything that may run alongside."""
        onward: dict[str, list[str]] = {}
        for arc in self.arcs:
            apart = {arc.tail, arc.head} & self.hosts.keys()
            if not apart and not _special(arc.move) and self._leads_on(arc) and not self._is_end(arc.target):
                onward.setdefault(arc.tail, []).append(arc.head)
        longest: dict[str, tuple[str, ...]] = {}
        for unit in sorted(self.place, key=self.place.__getitem__, reverse=True):
            rest = (longest[head] for head in sorted(set(onward.get(unit, ())), key=self.place.__getitem__))
            longest[unit] = (unit, *max(rest, key=len, default=()))
        return longest[self.unit_of[self.algorithm.start]]

    def _leads_on(self, arc: _Arc) -> bool:
        return self.place[arc.tail] < self.place[arc.head]

    def _is_end(self, step: str) -> bool:
        return _is_end(self.steps[step])

    # --- drawn or written -----------------------------------------------------------------------------------

    def plan(self) -> Plan:
        drawn, written = self._sorted_arcs()
        drawn, written = self._reach_all(drawn, written)
        gates, arrows = self._arrows(drawn)
        boxes = {
            _ref(step): Box(
                _ref(step),
                step,
                look_of(step),
                leaves=_is_end(step),
                body=lines(step.body, "", BODY_COLUMNS) if step.body else (),
                lines=() if _is_end(step) else self._lines(step.id, written),
            )
            for step in self.steps.values()
        }
        frames = {
            _frame_ref(group): Frame(
                _frame_ref(group),
                group,
                tuple(
                    sorted(
                        ids, key=lambda step: any(arrow.head == _ref(self.steps[step]) for arrow in arrows)
                    )
                ),
                boxes[_ref(self.steps[ids[0]])].look,
                self._frame_line(group),
            )
            for group, ids in self.groups.items()
        }
        return Plan(
            self.algorithm,
            boxes,
            gates,
            frames,
            self._with_alongside(arrows),
            self._order(gates),
            self.main,
            self._beside(arrows),
            tuple(self.algorithm.interrupts),
            {step: _ref(self.steps[step]) for step in self.steps},
        )

    def _sorted_arcs(self) -> tuple[list[_Arc], list[_Arc]]:
        drawn: list[_Arc] = []
        written: list[_Arc] = []
        for move in self.algorithm.moves.values():
            arcs = [arc for arc in self.arcs if arc.move is move and arc.tail != arc.head]
            onward = [arc for arc in arcs if self._leads_on(arc)]
            if move.draw == "in_box":
                written += arcs
            elif _special(move) and from_where(self.algorithm, move) and onward:
                drawn.append(onward[0])
            else:
                chosen = self._chosen(onward)
                drawn += chosen
                written += [arc for arc in arcs if arc not in chosen]
        return drawn, written

    def _chosen(self, onward: Sequence[_Arc]) -> list[_Arc]:
        """The arcs of one move that become arrows."""
        tails = unique(arc.tail for arc in onward)
        if len(tails) <= MOST_ARROWS:
            return list(onward)
        on_line = [tail for tail in tails if tail in self.main]
        nearest = on_line[-1] if on_line and onward[0].head in self.main else tails[0]
        return [arc for arc in onward if arc.tail == nearest]

    def _reach_all(self, drawn: list[_Arc], written: list[_Arc]) -> tuple[list[_Arc], list[_Arc]]:
        """Give each unit at least one arrow in: a box that nothing points at would look forgotten."""
        reached = {arc.head for arc in drawn} | {self.unit_of[self.algorithm.start]}
        for unit in self.place:
            ways = [arc for arc in written if arc.head == unit]
            if unit in reached or not ways:
                continue
            before = [arc for arc in ways if self._leads_on(arc)] or ways
            on_line = [arc for arc in before if arc.tail in self.main] or before
            tail = max((arc.tail for arc in on_line), key=self.place.__getitem__)
            chosen = [arc for arc in before if arc.tail == tail and arc.move is on_line[-1].move]
            drawn += chosen
            written = [arc for arc in written if arc not in chosen]
        return drawn, written

    # --- arrows and gates -----------------------------------------------------------------------------------

    def _arrows(self, drawn: Sequence[_Arc]) -> tuple[dict[str, GateBox], list[Arrow]]:
        """Arrows to boxes, groups and gates, those that share both ends in one; and from each gate onward."""
        behind: dict[tuple[str, str], list[_Arc]] = {}
        bundles: dict[tuple[str, str, Stroke], list[_Arc]] = {}
        for arc in drawn:
            head = self._head(arc, drawn)
            if arc.move.gate:
                behind.setdefault((head, arc.move.gate), []).append(arc)
                head = self._gate_box_ref(head, arc.move.gate, behind)
            tail = arc.tail if self._whole_group(arc, drawn) else _ref(self.steps[arc.source])
            bundles.setdefault((tail, head, self._stroke(arc)), []).append(arc)
        start = _ref(self.steps[self.algorithm.start])
        arrows = [Arrow(f"arrow-start-{start}", "start", start, main=True)]
        for (tail, head, stroke), arcs in bundles.items():
            label, emphasis = self._label(arcs, stroke)
            main = self._on_main(arcs[0])
            ref = f"arrow-{tail}-{head}" + ("" if stroke is Stroke.MOVE else f"-{stroke}")
            arrows.append(Arrow(ref, tail, head, _moves_of(arcs), label, stroke, emphasis, main))
        gates: dict[str, GateBox] = {}
        for (head, gate), arcs in behind.items():
            ref = self._gate_box_ref(head, gate, behind)
            gates[ref] = GateBox(ref, gate, unique(arc.target for arc in arcs))
            main = any(self._on_main(arc) for arc in arcs)
            arrows.append(Arrow(f"arrow-{ref}-{head}", ref, head, _moves_of(arcs), main=main))
        return gates, arrows

    def _gate_box_ref(self, head: str, gate: str, behind: Iterable[tuple[str, str]]) -> str:
        """One hexagon before each box; another gate before the same box is another hexagon."""
        first = next(known for at, known in behind if at == head)
        return _gate_ref(head) if gate == first else f"{_gate_ref(head)}-{slug(gate)}"

    def _head(self, arc: _Arc, drawn: Sequence[_Arc]) -> str:
        """The whole group, where moves alike lead on to several of its steps; else the step."""
        members = self.groups.get(self.steps[arc.target].group or "", ())
        alike = {
            other.target
            for other in drawn
            if other.source == arc.source and other.target in members and _alike(other.move, arc.move)
        }
        return arc.head if len(alike) > 1 else _ref(self.steps[arc.target])

    def _whole_group(self, arc: _Arc, drawn: Sequence[_Arc]) -> bool:
        """Whether every other step of the source's group makes the same move."""
        members = self.groups.get(self.steps[arc.source].group or "", ())
        if not members:
            return False
        sources = {other.source for other in drawn if other.move is arc.move and other.tail == arc.tail}
        return sources >= set(members) - {arc.target}

    def _on_main(self, arc: _Arc) -> bool:
        return not _special(arc.move) and (arc.tail, arc.head) in self.onward

    def _stroke(self, arc: _Arc) -> Stroke:
        if arc.move.kind is MoveKind.BYPASS:
            return Stroke.URGENT
        target = self.steps[arc.target]
        well = target.kind is StepKind.MAINTENANCE or target.result == "well"
        return Stroke.WELL if well and not arc.move.gate else Stroke.MOVE

    def _label(self, arcs: Sequence[_Arc], stroke: Stroke) -> tuple[tuple[str, ...], int]:
        """Lines beside an arrow, and how many of them stand out."""
        moves = list({arc.move.id: arc.move for arc in arcs}.values())
        labels = unique("\n".join(_label_lines(move)) for move in moves)
        if len(labels) > MOST_ALIKE and len({move.kind for move in moves}) == 1:
            labels = (KIND_WORDS[moves[0].kind],)
        where = None
        if _special(moves[0]) and moves[0].draw != "in_box":
            where = from_where(self.algorithm, moves[0])
        opening = [where] if where else []
        opening += ["urgent" if where else "Urgent"] if stroke is Stroke.URGENT else []
        first = (f"{', '.join(opening)}:",) if opening else ()
        rest = tuple(
            f"or {line}" if n and not k else line
            for n, label in enumerate(labels)
            for k, line in enumerate(label.split("\n"))
        )
        return (*first, *rest), len(first)

    def _names(self, steps: Sequence[str]) -> tuple[str, ...]:
        """Short names, a whole group under its common code."""
        names = {step: short_name(self.steps[step]) for step in steps}
        for ids in self.groups.values():
            codes = {self.steps[step].code for step in ids}
            if set(ids) <= set(steps) and len(codes) == 1 and (code := codes.pop()):
                names |= dict.fromkeys(ids, code)
        return unique(names.values())

    # --- lines in boxes -------------------------------------------------------------------------------------

    def _lines(self, step: str, written: Sequence[_Arc]) -> tuple[MoveLine, ...]:
        moves = [arc.move for arc in written if arc.source == step]
        moves += [
            move
            for move in self.algorithm.moves.values()
            if move.target is None and move.draw != "hidden" and step in move.sources
        ]
        order = {move: n for n, move in enumerate(self.algorithm.moves)}
        moves.sort(key=lambda move: order[move.id])
        alike: dict[tuple[str, str | None, bool], list[Move]] = {}
        for move in moves:
            alike.setdefault((_line_text(move), move.gate, move.target is None), []).append(move)
        unlabelled = [group for group in alike.values() if len(group) == 1 and not group[0].label]
        kinds: dict[tuple[MoveKind, str | None, bool], list[Move]] = {}
        for (move,) in unlabelled:
            kinds.setdefault((move.kind, move.gate, move.target is None), []).append(move)
        many = {move.id: key for key, group in kinds.items() if len(group) > MOST_ALIKE for move in group}
        merged: dict[tuple[str, str | None, bool], list[Move]] = {}
        for key, group in alike.items():
            kind = many.get(group[0].id)
            merged.setdefault((KIND_WORDS[kind[0]], kind[1], kind[2]) if kind else key, []).extend(group)
        return tuple(self._line(step, text, gate, group) for (text, gate, _), group in merged.items())

    def _line(self, step: str, text: str, gate: str | None, moves: Sequence[Move]) -> MoveLine:
        targets = unique(self.algorithm.target_of(move, step) for move in moves)
        return MoveLine(unique(move.id for move in moves), text, gate, targets, self._goal(step, targets))

    def _goal(self, step: str, targets: Sequence[str]) -> str:
        if tuple(targets) == (step,):
            return "stay"
        names = self._names(targets)
        steps = list(self.steps)
        places = [steps.index(target) for target in targets]
        if len(names) > MOST_ALIKE + 1 and places == list(range(places[0], places[0] + len(places))):
            return f"{names[0]} to {names[-1]}"
        return listed(names)

    def _frame_line(self, group: str) -> MoveLine | None:
        """How to get from one step of a group to another, where all such moves pass the same gate."""
        ids = self.groups[group]
        arcs = [
            arc for arc in self.arcs if arc.source in ids and arc.target in ids and not _special(arc.move)
        ]
        if not arcs:
            return None
        moves = list({arc.move.id: arc.move for arc in arcs}.values())
        gates = {move.gate for move in moves}
        labels = {_line_text(move) for move in moves if move.label}
        text = labels.pop() if len(labels) == 1 else "From one of these to another"
        gate = gates.pop() if len(gates) == 1 else None
        return MoveLine(unique(move.id for move in moves), text, gate, ids, "another of these")

    # --- places ---------------------------------------------------------------------------------------------

    def _with_alongside(self, arrows: Sequence[Arrow]) -> tuple[Arrow, ...]:
        beside = [
            Arrow(f"alongside-{unit}", self._mate(unit, arrows), unit, stroke=Stroke.ALONGSIDE)
            for unit in self.hosts
        ]
        return (*arrows, *beside)

    def _mate(self, unit: str, arrows: Sequence[Arrow]) -> str:
        """The step that a treatment running alongside is joined to: the first one below what leads to it."""
        hosts = [_ref(self.steps[step]) for step in self.hosts[unit]]
        above = [self.place[tail] for tail in self._tails(unit, arrows) if tail in hosts]
        below = [host for host in hosts if above and self.place.get(host, 0) > min(above)]
        return (below or hosts)[0]

    def _tails(self, unit: str, arrows: Sequence[Arrow]) -> set[str]:
        """Where the arrows to a unit come from, through its gate or not."""
        return {arrow.tail for arrow in arrows if arrow.head in {unit, _gate_ref(unit)}}

    def _beside(self, arrows: Sequence[Arrow]) -> tuple[tuple[str, str], ...]:
        mates = ((self._mate(unit, arrows), unit) for unit in self.hosts)
        pairs = [(mate, unit) for mate, unit in mates if mate not in self._tails(unit, arrows)]
        sides: dict[str, int] = {}
        for arrow in arrows:
            if arrow.head.startswith("exit-") and arrow.tail in self.main:
                sides[arrow.tail] = sides.get(arrow.tail, 0) + 1
                if sides[arrow.tail] <= 2:
                    right = sides[arrow.tail] == 1
                    pairs.append((arrow.tail, arrow.head) if right else (arrow.head, arrow.tail))
        return tuple(pairs)

    def _order(self, gates: dict[str, GateBox]) -> tuple[str, ...]:
        """Main line, then side steps, then ends; each gate before what stands behind it."""
        side = [unit for unit in self.place if unit not in self.main]
        order: list[str] = []
        for unit in (*self.main, *side):
            inside = [_ref(step) for step in self.steps.values() if self.unit_of[step.id] == unit]
            for ref in unique((unit, *inside)):
                order += [
                    gate for gate in gates if gate == _gate_ref(ref) or gate.startswith(_gate_ref(ref) + "-")
                ]
                order += [ref] if ref in inside else []
        return unique(order)


def _ref(step: Step) -> str:
    return f"{'exit' if _is_end(step) else 'step'}-{slug(step.id)}"


def _frame_ref(group: str | None) -> str:
    return f"group-{slug(group or '')}"


def _gate_ref(head: str) -> str:
    """One gate before each box or group. A dot keeps it apart from a step that is named like it."""
    return "gate-" + head.removeprefix("step-").replace("group-", "group.", 1)


def _is_end(step: Step) -> bool:
    return step.kind is StepKind.END


def _moves_of(arcs: Iterable[_Arc]) -> tuple[str, ...]:
    return unique(arc.move.id for arc in arcs)


def _special(move: Move) -> bool:
    """Moves off the main line by their nature."""
    return move.kind in {MoveKind.BYPASS, MoveKind.EXIT}


def _alike(one: Move, other: Move) -> bool:
    """Whether one arrow can stand for both where they lead to steps of one choice."""
    return one.gate == other.gate and (
        one.kind is other.kind or (bool(one.label) and one.label == other.label)
    )


def _label_lines(move: Move) -> tuple[str, ...]:
    """An arrow's label without "From any step", which the picture says itself where it is so."""
    first = SAID_ANYWAY.sub("", move.label[0]) if move.label and _special(move) else ""
    if first and first != move.label[0]:
        return lines((), " ".join((first, *move.label[1:])), LABEL_COLUMNS)
    return lines(move.label if first or not _special(move) else move.label[1:], move.title, LABEL_COLUMNS)


def _line_text(move: Move) -> str:
    return " ".join(_label_lines(move)) if move.label else move.title


def _offered(step: Step, role: Role) -> set[str]:
    return {option for row in step.options.get(role, ()) for option in row.options}


def plan(algorithm: Algorithm) -> Plan:
    """What a picture of an algorithm shows."""
    return _Planner(algorithm).plan()
