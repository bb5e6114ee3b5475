"""Claims about the graph of steps and moves, and about lists the definition holds."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.model.algorithm import Algorithm, Move
from engine.model.place import Place
from engine.model.time import Duration, Unit
from engine.proof import forms
from engine.runtime.interrupts import freezes_move

_DAYS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31, Unit.YEAR: 366}


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a claim about the graph is not true: words, and the lines of the definition."""

    text: str
    place: Place


Edges = dict[str, list[tuple[Move, str]]]


def edges_of(algorithm: Algorithm, without: Iterable[str] = ()) -> Edges:
    """(move, target) by step, with some moves left out."""
    left = set(without)
    found: Edges = {name: [] for name in algorithm.steps}
    for move in algorithm.moves.values():
        if move.id not in left:
            for step in move.sources:
                found[step].append((move, algorithm.target_of(move, step)))
    return found


def path_to(
    edges: Edges, start: Iterable[str], goal: Iterable[str]
) -> tuple[tuple[str, str, str], ...] | None:
    """A shortest path as (step, move, step) hops; empty where a start is a goal, None where there is none."""
    wanted = set(goal)
    came: dict[str, tuple[str, str] | None] = dict.fromkeys(start)
    queue = list(came)
    for step in queue:
        if step in wanted:
            hops: list[tuple[str, str, str]] = []
            here = step
            while (back := came[here]) is not None:
                hops.append((back[0], back[1], here))
                here = back[0]
            return tuple(reversed(hops))
        for move, target in edges.get(step, ()):
            if target not in came:
                came[target] = (step, move.id)
                queue.append(target)
    return None


def final(algorithm: Algorithm, claim: forms.Final) -> Iterator[Broken]:
    """Each move that starts in a step that should be final."""
    for move in algorithm.moves.values():
        for step in set(move.sources) & set(claim.steps):
            yield Broken(f"{move.id} leads out of {step}", move.place)


def can_reach(algorithm: Algorithm, claim: forms.CanReach) -> Iterator[Broken]:
    """Each step from which no way leads to the goal."""
    edges = edges_of(algorithm)
    for step in claim.start:
        if path_to(edges, (step,), claim.goal) is None:
            goal = " or ".join(claim.goal)
            yield Broken(f"no way leads from {step} to {goal}", algorithm.steps[step].place)


def paths_left(algorithm: Algorithm, claim: forms.Paths) -> Edges:
    """The graph without what should be crossed."""
    return _without_steps(edges_of(algorithm, claim.moves), claim.steps)


def entries_left(algorithm: Algorithm, claim: forms.BeforeFirst) -> Edges:
    """The graph without the steps that should come first, entering the step by the claim's moves only."""
    into = {name for name, move in algorithm.moves.items() if move.target == claim.step}
    return _without_steps(edges_of(algorithm, into - set(claim.moves)), claim.steps)


def _without_steps(edges: Edges, steps: Iterable[str]) -> Edges:
    for step in steps:
        edges[step] = []
    return edges


def written(path: tuple[tuple[str, str, str], ...]) -> str:
    """A path as people read it."""
    return ", ".join(f"{a} -> {b} by {move}" for a, move, b in path)


def passes(algorithm: Algorithm, claim: forms.Passes) -> Iterator[Broken]:
    """Each move that passes no gate, or another one; or any, where none is wanted."""
    for name in claim.moves:
        move = algorithm.moves[name]
        if claim.without and move.gate is not None:
            yield Broken(f"{name} passes the gate {move.gate}", move.place)
        elif not claim.without and (move.gate is None or (claim.gate and move.gate != claim.gate)):
            other = f"the gate {move.gate}" if move.gate else "no gate"
            yield Broken(f"{name} passes {other}", move.place)


def not_frozen(algorithm: Algorithm, claim: forms.NotFrozen) -> Iterator[Broken]:
    """Each interrupt that freezes one of the moves, or the first starts after them."""
    for interrupt in algorithm.interrupts.values():
        frozen = [name for name in claim.moves if freezes_move(interrupt, algorithm.moves[name])]
        if frozen:
            yield Broken(f"{interrupt.id} freezes {', '.join(frozen)}", interrupt.place)
            continue
        kinds = dict.fromkeys(
            algorithm.moves[name].kind.value for name in claim.moves if _brings_start(algorithm, name)
        )
        stuck = [kind for kind in kinds if kind not in interrupt.spared_kinds]
        if stuck:
            yield Broken(
                f"{interrupt.id} freezes starts after a move of kind {', '.join(stuck)}", interrupt.place
            )


def _brings_start(algorithm: Algorithm, name: str) -> bool:
    target = algorithm.moves[name].target
    return target is not None and algorithm.steps[target].leading_role is not None


def gap(algorithm: Algorithm, claim: forms.Gap) -> Iterator[Broken]:
    """Each step in which a type falls due less often.

    Days count from the entry, the treatment being started on the same day; what is due under a condition, or
    by sessions, or after a change of dose is left out.
    """
    most = days_in(claim.at_most)
    for name in claim.steps:
        step = algorithm.steps[name]
        sure = [
            c for c in step.checkpoints if claim.do in c.do and c.when is None and c.after != "dose_change"
        ]
        again = [(days_in(c.start_at or c.every), days_in(c.every)) for c in sure if c.every is not None]
        if not again:
            yield Broken(f"in {name} no {claim.do} falls due again and again", step.place)
            continue
        horizon = max(first + 2 * every for first, every in again)
        due = {days_in(at) for c in sure for at in c.at}
        due |= {day for first, every in again for day in range(first, horizon + 1, every)}
        days = [0, *sorted(day for day in due if day <= horizon)]
        longest, since = max((later - day, day) for day, later in itertools.pairwise(days))
        if longest > most:
            yield Broken(f"in {name} no {claim.do} falls due for {longest} days from day {since}", step.place)


def days_in(duration: Duration) -> int:
    """The most days a duration lasts."""
    return duration.count * _DAYS[duration.unit]
