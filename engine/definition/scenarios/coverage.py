"""What scenarios have seen of an algorithm: steps, moves, gate items, interrupts, criteria every way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.definition.scenarios.story import StoryEntry
from engine.model.algorithm import Algorithm
from engine.model.criterion import Condition, Line, lines_of
from engine.model.decision import ItemResult
from engine.model.place import Place
from engine.runtime.day import Day
from engine.runtime.decide import move_decision
from engine.runtime.entry import Entered
from engine.runtime.gate import gate_answer
from engine.runtime.plan import plan_of

ANSWERS = ("permitted", "refused", "undecided")
ITEM_RESULTS = (ItemResult.PASSES, ItemResult.FAILS, ItemResult.BLANK)
WAYS = ("true", "false", "unknown")
_HISTORY = frozenset(("step", "taking", "tried", "failed", "lifetime", "episode", "trial", "base", "staging"))
_UNKNOWN_HISTORY = frozenset(
    f"{root}.{name}"
    for root, names in {
        "trial": ("adequate", "outcome", "days_covered_percent", "started_on", "stopped_on"),
        "base": ("adequate", "outcome", "days_covered_percent", "started_on", "stopped_on"),
        "episode": ("adequate_failures.at_least", "adequate_failures.at_most", "adequate_failures"),
        "lifetime": ("adequate_failures.at_least", "adequate_failures.at_most", "adequate_failures"),
    }.items()
    for name in names
)
"""Facts of history that adherence or a score can leave unknown."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the things of one kind were seen in one way."""

    kind: str
    way: str
    seen: int
    total: int


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that no scenario has seen in one way.

    Attributes:
        kind: step, move, gate item, interrupt or criterion.
        name: Its id; of a criterion what it belongs to and its text.
        way: `visited`, `made`, an answer, a result, `raised`, `released`, `true`, `false` or `unknown`.
    """

    kind: str
    name: str
    way: str
    place: Place


@dataclass
class Coverage:
    """Filled by the scenarios of one algorithm as they run; moves and gates count where they start."""

    algorithm: Algorithm
    steps: set[str] = field(default_factory=set[str])
    made: set[str] = field(default_factory=set[str])
    moves: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    items: dict[tuple[str, str], set[str]] = field(default_factory=dict[tuple[str, str], set[str]])
    raised: set[str] = field(default_factory=set[str])
    released: set[str] = field(default_factory=set[str])
    lines: dict[tuple[str, str], set[str]] = field(default_factory=dict[tuple[str, str], set[str]])

    def look(self, part: StoryEntry, entered: Entered) -> None:
        """Take in one entry: the case just before its move, and after it."""
        before = entered.before_move
        self._day(before)
        if entered.case.step != before.case.step or entered.case.seq != before.case.seq:
            self._day(Day(plan_of(self.algorithm), entered.case, part.entry.on))
        self.made |= {move.move for move in entered.case.moves}
        for one in entered.case.interrupts:
            self.raised.add(one.id)
            if one.released_seq is not None:
                self.released.add(one.id)

    def _day(self, day: Day) -> None:
        step = day.case.step
        self.steps.add(step)
        gates: set[str] = set()
        for move in self.algorithm.moves_from(step):
            self.moves.setdefault(move.id, set()).add(move_decision(day, move.id).status.value)
            gates |= {move.gate} if move.gate else set()
        for gate in gates:
            for item in gate_answer(day, self.algorithm.gates[gate], shown=False).items:
                self.items.setdefault((gate, item.id), set()).add(item.result.value)
        for owner, line in self._lines_at(step):
            value = day.plan.holds(line, day.facts)
            said = "unknown" if value is None else "true" if value else "false"
            self.lines.setdefault((owner, line.text), set()).add(said)

    def _lines_at(self, step: str) -> Iterator[tuple[str, Line]]:
        """The criteria that are read in a step."""
        algorithm = self.algorithm
        for move in algorithm.moves_from(step):
            yield from _of(f"move {move.id}", move.when)
            target = algorithm.steps.get(move.target or "")
            if target is not None and move.kind not in target.enter.except_kinds:
                yield from _of(f"step {target.id}, enter", target.enter.when)
        yield from _of(f"step {step}, leave", algorithm.steps[step].leave.when)
        for interrupt in algorithm.interrupts.values():
            yield from _of(f"interrupt {interrupt.id}", interrupt.raise_when)
        for flag in algorithm.flags.values():
            yield from _of(f"flag {flag.id}", flag.when)

    # --- what came of it ------------------------------------------------------------------------------------

    def shares(self) -> tuple[Share, ...]:
        """Counts by kind and way."""
        counts: dict[tuple[str, str], list[int]] = {}
        for one, seen in self._all():
            count = counts.setdefault((one.kind, one.way), [0, 0])
            count[0] += seen
            count[1] += 1
        return tuple(Share(kind, way, seen, total) for (kind, way), (seen, total) in counts.items())

    def unseen(self) -> tuple[Unseen, ...]:
        """Everything that no scenario has seen, in the order of the definition."""
        return tuple(one for one, seen in self._all() if not seen)

    def _all(self) -> Iterator[tuple[Unseen, bool]]:
        algorithm = self.algorithm
        for step in algorithm.steps.values():
            yield Unseen("step", step.id, "visited", step.place), step.id in self.steps
        for move in algorithm.moves.values():
            yield Unseen("move", move.id, "made", move.place), move.id in self.made
            for answer in ANSWERS:
                yield Unseen("move", move.id, answer, move.place), answer in self.moves.get(move.id, ())
        used = {move.gate for move in algorithm.moves.values()}
        for gate in algorithm.gates.values():
            for item in gate.items if gate.id in used else ():
                for result in ITEM_RESULTS:
                    seen = result.value in self.items.get((gate.id, item.id), ())
                    yield Unseen("gate item", f"{gate.id}.{item.id}", result.value, item.place), seen
        for interrupt in algorithm.interrupts.values():
            yield Unseen("interrupt", interrupt.id, "raised", interrupt.place), interrupt.id in self.raised
            yield (
                Unseen("interrupt", interrupt.id, "released", interrupt.place),
                interrupt.id in self.released,
            )
        for (owner, text), place in self._every_line().items():
            for way in WAYS if self._can_be_unknown(text) else WAYS[:2]:
                seen = way in self.lines.get((owner, text), ())
                yield Unseen("criterion", f"{owner}: {text}", way, place), seen

    def _can_be_unknown(self, text: str) -> bool:
        """Whether it reads anything but history, which is always known."""
        facts = plan_of(self.algorithm).criterion(text).facts
        return any(fact.partition(".")[0] not in _HISTORY or fact in _UNKNOWN_HISTORY for fact in facts)

    def _every_line(self) -> Mapping[tuple[str, str], Place]:
        found: dict[tuple[str, str], Place] = {}
        for step in self.algorithm.steps:
            for owner, line in self._lines_at(step):
                found.setdefault((owner, line.text), line.place)
        return found


def _of(owner: str, condition: Condition | None) -> Iterator[tuple[str, Line]]:
    for line in lines_of(condition) if condition is not None else ():
        yield owner, line
