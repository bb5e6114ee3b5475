"""What a picture of an algorithm shows, before anything is placed: boxes, gates, arrows, lines inside boxes.

A move out of a step is an arrow that leaves its box or a line inside it. Arrows are kept for what leads on,
so that the drawing can be followed with a finger; what leads back, sideways or from many steps is written.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.model.algorithm import Algorithm, Move, Step
from engine.picture.palette import Look


class Stroke(StrEnum):
    """Kinds of arrow."""

    MOVE = "move"
    URGENT = "urgent"
    WELL = "well"
    ALONGSIDE = "alongside"
    """Two treatments that may run together: a dotted line without a head."""


@dataclass(frozen=True, slots=True)
class MoveLine:
    """A move written in the box it starts from: when, past which gate, to where. `goal` is for people."""

    moves: tuple[str, ...]
    text: str
    gate: str | None
    targets: tuple[str, ...]
    goal: str


@dataclass(frozen=True, slots=True)
class Box:
    """A step that goes on, or an end (`leaves`)."""

    ref: str
    step: Step
    look: Look
    leaves: bool = False
    body: tuple[str, ...] = ()
    lines: tuple[MoveLine, ...] = ()


@dataclass(frozen=True, slots=True)
class GateBox:
    """One hexagon before a step or before a group of steps. `targets` are the steps behind it."""

    ref: str
    gate: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """A choice among steps of one group. `line` says how to get from one of them to another."""

    ref: str
    group: str
    steps: tuple[str, ...]
    look: Look
    line: MoveLine | None = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow between boxes, gates or frames (`tail` and `head` are their refs).

    Attributes:
        moves: Moves it stands for; empty for the first arrow and for treatments that run alongside.
        emphasis: How many label lines, from the first, stand out.
        main: It lies on the main line, which runs straight down.
    """

    ref: str
    tail: str
    head: str
    moves: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    stroke: Stroke = Stroke.MOVE
    emphasis: int = 0
    main: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a picture shows.

    Attributes:
        order: Refs of boxes, gates and ends in reading order: main line, side steps, ends.
        beside: Pairs of refs that stand side by side, the second to the right.
        main: Refs of the units of the main line, top to bottom (a frame counts as one).
    """

    algorithm: Algorithm
    boxes: Mapping[str, Box]
    gates: Mapping[str, GateBox]
    frames: Mapping[str, Frame]
    arrows: tuple[Arrow, ...]
    order: tuple[str, ...]
    main: tuple[str, ...]
    beside: tuple[tuple[str, str], ...] = ()
    interrupts: tuple[str, ...] = ()
    _step_refs: Mapping[str, str] = field(default_factory=dict[str, str])

    def ref_of(self, step: str) -> str:
        """The ref of a step's box."""
        return self._step_refs[step]

    def gate_before(self, move: Move, step: str) -> GateBox | None:
        """The hexagon that a move into `step` passes, where one is drawn."""
        return next(
            (box for box in self.gates.values() if box.gate == move.gate and step in box.targets), None
        )

    @property
    def link_refs(self) -> tuple[str, ...]:
        """Refs that are links: every step, gate and end, and the safety panel where there are interrupts."""
        return (*self.order, *(("safety",) if self.interrupts else ()))


SAFE = re.compile(r"[A-Za-z0-9_-]+")


def slug(name: str) -> str:
    """A name safe in ids and addresses: letters, digits, `_` and `-`; anything else by its code point."""
    if SAFE.fullmatch(name):
        return name
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-") else f".{ord(c):x}." for c in name)


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """Each item once, in order."""
    return tuple(dict.fromkeys(items))
