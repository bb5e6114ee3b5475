"""Gates, interrupts and flags."""

from __future__ import annotations

from collections.abc import Mapping

from engine.definition.build.conditions import condition, optional
from engine.definition.build.desk import Desk, map_of, place_of, plain, plains, title_of
from engine.definition.build.requirements import Evidence, requirements
from engine.definition.build.selectors import moves_of, options_of
from engine.definition.draft import Kind
from engine.definition.schema.gates import (
    FlagPart,
    GatePart,
    InterruptPart,
    ItemPart,
    SparedOptionsPart,
)
from engine.definition.schema.selectors import MoveSelector
from engine.model.algorithm import Flag, Move, MoveKind, Step
from engine.model.formulary import Formulary
from engine.model.gate import Conclusion, Gate, GateItem, Interrupt
from engine.model.place import Place
from engine.model.time import Duration, Unit
from engine.runtime.names import RESERVED_ROOTS

ENGINE_FLAGS = ("outcome_disagrees", "deviation_expired", "rests_on_retracted")
"""Flags that the runtime raises itself; a definition may give them a title."""
SPARED_KINDS = (MoveKind.BYPASS, MoveKind.EXIT, MoveKind.DE_ESCALATE)
"""Kinds that an interrupt spares where it names none."""
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}


def gate(desk: Desk, name: str, part: GatePart, place: Place) -> Gate:
    """Build a gate."""
    owner = f"gate `{name}`"
    places = map_of(part, "conclusions")
    for code in part.conclusions:
        desk.draft.declare(Kind.CONCLUSION, f"{name}.{code}", places.key_place(code))
    desk.draft.broken |= {f"{name}.{code}" for code in places.lost}
    desk.use(Kind.CONCLUSION, part.passed, place_of(part.passed), owner, within=name)
    items = map_of(part, "items")
    conclusions = {
        str(code): Conclusion(
            str(code),
            title_of(one.title, code),
            one.resets_clock,
            desk.use_text(Kind.MOVE, one.suggest, f"conclusion `{code}`"),
        )
        for code, one in part.conclusions.items()
    }
    return Gate(
        id=name,
        title=title_of(part.title, name),
        items=tuple(
            _item(desk, name, str(item), one, items.key_place(item)) for item, one in part.items.items()
        ),
        conclusions=conclusions,
        passed=str(part.passed),
        holds_days=_days(desk, part, part.holds),
        by=frozenset(plains(part.by)),
        source=plain(part.source),
        place=place,
    )


def _days(desk: Desk, part: GatePart, holds: Duration | None) -> int:
    if holds is None:
        return 14
    if holds.unit not in _DAYS:
        desk.trouble("bad-duration", part.spot("holds"), str(holds), "", "a signature holds days or weeks")
        return 14
    return holds.count * _DAYS[holds.unit]


def _item(desk: Desk, gate: str, name: str, part: ItemPart, place: Place) -> GateItem:
    owner = f"item `{name}` of gate `{gate}`"
    desk.use(Kind.CONCLUSION, part.else_, place_of(part.else_), owner, within=gate)
    return GateItem(
        id=name,
        ask=str(part.ask).strip(),
        conclusion=str(part.else_),
        applies=optional(desk, part.applies, owner),
        passes=optional(desk, part.pass_, owner),
        answer=tuple(fact for text in part.answer if (fact := _answer(desk, text, owner)) is not None),
        within=part.within,
        why=plain(part.why),
        suggest=desk.use_text(Kind.MOVE, part.suggest, owner),
        overridable=part.overridable,
        heading=plain(part.heading),
        source=plain(part.source),
        place=place,
    )


def _answer(desk: Desk, text: str, owner: str) -> str | None:
    """A field of evidence, a bare evidence type, or a fact of the history."""
    name = str(text).strip()
    if "." not in name:
        return desk.use_text(Kind.EVIDENCE, text, owner)
    return name if name.partition(".")[0] in RESERVED_ROOTS else desk.fact(text, owner)


class InterruptBuilder:
    """Builds interrupts, which select among all moves and options."""

    def __init__(
        self,
        desk: Desk,
        moves: Mapping[str, Move],
        steps: Mapping[str, Step],
        formulary: Formulary,
        evidence: Evidence,
    ) -> None:
        self.desk = desk
        self.moves = moves
        self.steps = steps
        self.formulary = formulary
        self.evidence = evidence

    def build(self, name: str, part: InterruptPart, place: Place) -> Interrupt:
        """Build an interrupt."""
        owner = f"interrupt `{name}`"
        frozen = frozenset(self.moves)
        if part.freezes is not None:
            frozen = moves_of(self.desk, part.freezes, self.moves, self.steps, self.formulary, owner)
        spared_moves, kinds, options = self._spared(part, owner)
        release = part.release
        return Interrupt(
            id=name,
            title=title_of(part.title, name),
            raise_when=condition(self.desk, part.raise_when, owner),
            frozen_moves=frozen - spared_moves,
            code=plain(part.code),
            spared_kinds=kinds,
            spared_options=options,
            actions=plains(part.actions),
            release_requires=requirements(self.desk, release, self.evidence, owner) if release else (),
            release_when=optional(self.desk, release.when, owner) if release else None,
            release_by=frozenset(plains(release.by)) if release else frozenset(),
            source=plain(part.source),
            place=place,
        )

    def _spared(
        self, part: InterruptPart, owner: str
    ) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        if part.spares is None:
            moves = frozenset(name for name, move in self.moves.items() if move.kind in SPARED_KINDS)
            return moves, frozenset(SPARED_KINDS), frozenset()
        moves: frozenset[str] = frozenset()
        kinds: set[str] = set()
        options: set[str] = set()
        for one in part.spares:
            if isinstance(one, SparedOptionsPart):
                for row in one.options:
                    options.update(options_of(self.desk, row, self.formulary, owner))
                continue
            moves |= moves_of(self.desk, one, self.moves, self.steps, self.formulary, owner)
            if isinstance(one, MoveSelector):
                kinds.update(one.kind or ())
        return moves, frozenset(kinds), frozenset(options)


def flag(desk: Desk, name: str, part: FlagPart, place: Place) -> Flag:
    """Build a flag."""
    owner = f"flag `{name}`"
    if part.when is None and name not in ENGINE_FLAGS and "when" not in part.node.lost:
        desk.trouble("missing-key", place, "when", owner)
    if part.when is not None and name in ENGINE_FLAGS:
        desk.trouble(
            "misplaced-key",
            part.node.key_place("when"),
            "when",
            owner,
            "only a flag that the engine does not raise itself",
        )
    return Flag(
        name,
        title_of(part.title, name),
        optional(desk, part.when, owner),
        plain(part.level) or "act",
        plain(part.source),
        place,
    )
