"""The difference of two versions, drawn: what came, went and changed, by sign and line style."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.definition.diff import Change, Sign
from engine.model.algorithm import Algorithm
from engine.picture import view
from engine.picture.layout import laid_out
from engine.picture.paint import svg
from engine.picture.palette import recoloured
from engine.picture.plan import Plan
from engine.picture.render import png
from engine.picture.view import DASHES, TONES, Mark, Tab, View

_BECAME = {
    Sign.ADDED: view.Change.ADDED,
    Sign.REMOVED: view.Change.REMOVED,
    Sign.CHANGED: view.Change.CHANGED,
}
_BORDER = 4


def difference_svg(old: Algorithm, new: Algorithm, changes: Iterable[Change], *, alone: bool = True) -> str:
    """The new algorithm with the old one's removed steps and moves, and every change marked.

    Args:
        old: The earlier version.
        new: The later one.
        changes: What `compare` found between them.
        alone: Carry the rules for dark mode.
    """
    layout = laid_out(both(old, new))
    return svg(layout, difference_view(layout.plan, changes), alone=alone)


def difference_png(old: Algorithm, new: Algorithm, changes: Iterable[Change], *, dark: bool = False) -> bytes:
    """The same as pixels."""
    layout = laid_out(both(old, new))
    text = svg(layout, difference_view(layout.plan, changes), alone=False)
    return png(recoloured(text) if dark else text, layout.width, layout.height)


def both(old: Algorithm, new: Algorithm) -> Algorithm:
    """The new algorithm with what was removed still in it, for the picture alone."""
    steps = {**new.steps, **{id_: step for id_, step in old.steps.items() if id_ not in new.steps}}
    moves = {**new.moves, **{id_: move for id_, move in old.moves.items() if id_ not in new.moves}}
    gates = {**old.gates, **new.gates}
    return replace(new, steps=steps, moves=moves, gates=gates)


def difference_view(plan: Plan, changes: Iterable[Change]) -> View:
    """Each change at the box, arrow, line or gate that it is of. Several on one part show as one."""
    became: dict[tuple[str, str], view.Change] = {}
    for change in changes:
        if change.effect is not change.effect.NONE or change.kind in ("step", "move"):
            became[change.kind, change.id] = _BECAME[change.sign] if _whole(change) else view.Change.CHANGED
    marks = {plan.ref_of(id_): _mark(what) for (kind, id_), what in became.items() if kind == "step"}
    for ref, box in plan.gates.items():
        if what := became.get(("gate", box.gate)):
            marks[ref] = _mark(what)
    if plan.interrupts and any(kind == "interrupt" for kind, _ in became):
        marks["safety"] = _mark(view.Change.CHANGED)
    moves = {id_: what for (kind, id_), what in became.items() if kind == "move"}
    arrows = {
        arrow.ref: _sign(arrow.moves, moves) for arrow in plan.arrows if moves.keys() & set(arrow.moves)
    }
    lines = {
        (ref, place): _sign(line.moves, moves)
        for ref, box in plan.boxes.items()
        for place, line in enumerate(box.lines)
        if moves.keys() & set(line.moves)
    }
    return View("what changed", marks, arrow_signs=arrows, line_signs=lines)


def _sign(drawn: Iterable[str], moves: Mapping[str, view.Change]) -> view.Sign:
    """One sign for all moves that share an arrow or a line."""
    became = {moves.get(move) for move in drawn}
    only = became.pop()
    return view.Sign(only if only is not None and not became else view.Change.CHANGED)


def _whole(change: Change) -> bool:
    """Whether the part itself came or went, not a rule of it."""
    return change.words in (f"new {change.kind}", f"{change.kind} removed")


def _mark(what: view.Change) -> Mark:
    tone = TONES[what]
    return Mark(Tab((str(what),), tone), _BORDER, tone.line, str(what), DASHES[what])
