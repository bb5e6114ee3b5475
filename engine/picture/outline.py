"""The picture as a list: the same steps, gates, ways out and moves in words, for who needs or prefers them.

Every entry has the ref that its box has in the picture (`map-step-ssri` there is `list-step-ssri` here).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from engine.criteria.english import sentence
from engine.criteria.problems import CriterionError
from engine.model.algorithm import Algorithm, Bounds, Move, Step, StepKind
from engine.model.criterion import AllOf, AnyOf, Condition, Line, NoneOf
from engine.model.formulary import Requirement
from engine.picture.palette import look_of
from engine.picture.plan import Plan
from engine.picture.view import View
from engine.picture.words import from_where, full_name, group_title, listed, printable
from engine.runtime.names import names_of

EVERYWHERE = "from-many-steps"


@dataclass(frozen=True, slots=True)
class ListedMove:
    """A move in words. `target` is the ref and name of where it leads; None stays in the step."""

    id: str
    title: str
    gate: str | None
    conditions: tuple[str, ...]
    target: tuple[str, str] | None
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One step, gate or way out, or the safety stops. `status` is what the view says of it."""

    ref: str
    name: str
    kind: str
    status: str = ""
    body: tuple[str, ...] = ()
    moves: tuple[ListedMove, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """The list, in the reading order of the picture. `shared` are moves said once, with where they start."""

    title: str
    entries: tuple[Entry, ...]
    shared: tuple[tuple[str, tuple[ListedMove, ...]], ...]


def outline(plan: Plan, view: View | None = None, verdicts: dict[str, str] | None = None) -> Outline:
    """Put a plan into words, with what a view says of each box and the verdict on each next move, by id."""
    return _Outliner(plan, view or View(), verdicts or {}).outline()


class _Outliner:
    def __init__(self, plan: Plan, view: View, verdicts: dict[str, str]) -> None:
        self.plan = plan
        self.view = view
        self.verdicts = verdicts
        self.algorithm: Algorithm = plan.algorithm
        self.names = names_of(plan.algorithm)

    def outline(self) -> Outline:
        shared: dict[str, list[Move]] = {}
        for move in self.algorithm.moves.values():
            where = from_where(self.algorithm, move)
            if where:
                shared.setdefault(where, []).append(move)
        once = {move.id for moves in shared.values() for move in moves}
        return Outline(
            self.algorithm.title,
            tuple(self._entry(ref, once) for ref in self.plan.link_refs),
            tuple((where, tuple(map(self._move, moves))) for where, moves in shared.items()),
        )

    def _entry(self, ref: str, once: set[str]) -> Entry:
        status = mark.said if (mark := self.view.marks.get(ref)) else ""
        if ref == "safety":
            titles = tuple(interrupt.title for interrupt in self.algorithm.interrupts.values())
            return Entry(ref, "Safety stops", "moves freeze until a clinician releases them", status, titles)
        if ref in self.plan.gates:
            box = self.plan.gates[ref]
            gate = self.algorithm.gates.get(box.gate)
            before = listed((full_name(self.algorithm.steps[step]) for step in box.targets), "or")
            count = len(gate.items) if gate else 0
            title = (
                f"{gate.title}, {count} question{'' if count == 1 else 's'}" if gate else "questions first"
            )
            return Entry(ref, f"Gate before {before}", title, status)
        step = self.plan.boxes[ref].step
        moves = tuple(self._move(move) for move in self.algorithm.moves_from(step.id) if move.id not in once)
        body = (
            *(step.body or _summary(step)),
            *self._bounds("In", step.enter),
            *self._bounds("Out", step.leave),
        )
        return Entry(ref, full_name(step), self._kind(step), status, body, moves)

    def _bounds(self, way: str, bounds: Bounds) -> Iterator[str]:
        """What holds for every move into or out of a step."""
        said = (*self._required(bounds.requires), *self._conditions(bounds.when))
        if said:
            spared = f", except {listed(sorted(bounds.except_kinds), 'and')}" if bounds.except_kinds else ""
            yield f"{way} by any move{spared}: {'; '.join(said)}"

    def _kind(self, step: Step) -> str:
        if step.kind is StepKind.END:
            return "leaves the pathway"
        group = f", one of {group_title(step.group)}" if step.group and self.plan.frames else ""
        return look_of(step).word.lower() + group

    def _move(self, move: Move) -> ListedMove:
        gate = self.algorithm.gates.get(move.gate) if move.gate else None
        target = None
        if move.target:
            target = self.plan.ref_of(move.target), full_name(self.algorithm.steps[move.target])
        return ListedMove(
            move.id,
            move.title,
            gate.title if gate else move.gate,
            (*self._required(move.requires), *self._conditions(move.when)),
            target,
            self.verdicts.get(move.id, ""),
        )

    def _required(self, requirements: tuple[Requirement, ...]) -> Iterator[str]:
        for need in requirements:
            evidence = self.algorithm.evidence.get(need.type)
            when = f" where {self._said(need.when)}" if need.when else ""
            yield f"{evidence.title if evidence else need.type} recorded ({need.within}){when}"

    def _conditions(self, condition: Condition | None) -> tuple[str, ...]:
        """One sentence for each thing that must hold."""
        match condition:
            case None:
                return ()
            case AllOf(items=items):
                return tuple(said for item in items for said in self._conditions(item))
            case _:
                said = self._said(condition)
                return (said[:1].upper() + said[1:],)

    def _said(self, condition: Condition) -> str:
        match condition:
            case Line(text=text):
                try:
                    return sentence(text, self.names)
                except CriterionError:
                    return text
            case AllOf(items=items):
                return ", and ".join(self._said(item) for item in items)
            case AnyOf(items=items):
                return "any of: " + "; ".join(self._said(item) for item in items)
            case NoneOf(items=items):
                return "none of: " + "; ".join(self._said(item) for item in items)


def _summary(step: Step) -> tuple[str, ...]:
    return (step.summary,) if step.summary else ()


def as_text(outline: Outline) -> str:
    """The list as plain text for a terminal or a file."""
    out = [printable(outline.title), "=" * len(printable(outline.title))]
    for entry in outline.entries:
        kind = f" ({printable(entry.kind)})" if entry.kind else ""
        status = f" -- {printable(entry.status)}" if entry.status else ""
        out += ["", f"[{entry.ref}] {printable(entry.name)}{kind}{status}"]
        out += [f"    {printable(line)}" for line in entry.body]
        out += [line for move in entry.moves for line in _move_text(move)]
    for where, moves in outline.shared:
        out += ["", printable(where)]
        out += [line for move in moves for line in _move_text(move)]
    return "\n".join(out) + "\n"


def _move_text(move: ListedMove) -> Iterator[str]:
    gate = f", past the gate {printable(move.gate)}" if move.gate else ""
    to = f" -> [{move.target[0]}] {printable(move.target[1])}" if move.target else " (stays in the step)"
    verdict = f" -- {move.verdict}" if move.verdict else ""
    yield f"  * {printable(move.title)}{to}{gate}{verdict}"
    yield from (f"      - {printable(condition)}" for condition in move.conditions)


def as_html(outline: Outline, links: str = "") -> str:
    """The list as nested HTML lists, links as in the picture."""
    entries = "".join(_entry_html(entry, links) for entry in outline.entries)
    shared = "".join(
        f'<li><span class="name">{_html(where)}</span>{_moves_html(moves, links)}</li>'
        for where, moves in outline.shared
    )
    return f'<ul class="treadway-outline">{entries}{shared}</ul>\n'


def _entry_html(entry: Entry, links: str) -> str:
    kind = f' <span class="kind">{_html(entry.kind)}</span>' if entry.kind else ""
    status = f' <strong class="status">{_html(entry.status)}</strong>' if entry.status else ""
    body = "".join(f"<li>{_html(line)}</li>" for line in entry.body)
    body = f'<ul class="body">{body}</ul>' if body else ""
    link = f'<a href="{_html(links)}#{entry.ref}">{_html(entry.name)}</a>'
    return f'<li id="list-{entry.ref}">{link}{kind}{status}{body}{_moves_html(entry.moves, links)}</li>'


def _moves_html(moves: tuple[ListedMove, ...], links: str) -> str:
    rows: list[str] = []
    for move in moves:
        gate = f', past the gate <span class="gate">{_html(move.gate)}</span>' if move.gate else ""
        to = " (stays in the step)"
        if move.target:
            to = f' to <a href="{_html(links)}#{move.target[0]}">{_html(move.target[1])}</a>'
        verdict = f' <strong class="verdict">{_html(move.verdict)}</strong>' if move.verdict else ""
        conditions = "".join(f"<li>{_html(condition)}</li>" for condition in move.conditions)
        conditions = f"<ul>{conditions}</ul>" if conditions else ""
        rows.append(f"<li>{_html(move.title)}{to}{gate}{verdict}{conditions}</li>")
    return f'<ul class="moves">{"".join(rows)}</ul>' if rows else ""


def _html(text: str) -> str:
    return escape(printable(text), quote=True)
