"""Doses, their limits, levels and titrations."""

from __future__ import annotations

from engine.definition.build.conditions import condition, optional
from engine.definition.build.desk import Desk, plain
from engine.definition.schema.formulary import ColumnPart, DosePart, GapPart, LevelPart, TitrationPart
from engine.model.criterion import Condition
from engine.model.formulary import Dose, DoseLimit, IfUnknown, Level, Titration, TitrationColumn


def dose(desk: Desk, part: DosePart | None, owner: str, base: Dose | None = None) -> Dose | None:
    """Build a dose; unit, period and limits it does not state are those of `base`."""
    if part is None:
        return None
    default = base or Dose()
    return Dose(
        unit=plain(part.unit) or default.unit,
        per=plain(part.per) or default.per,
        minimum=part.minimum,
        maximum=part.maximum,
        lowest=part.lowest,
        limits=default.limits if part.limits is None else _limits(desk, part, owner),
        source=plain(part.source) or default.source,
        unverified=part.unverified,
    )


def _limits(desk: Desk, part: DosePart, owner: str) -> tuple[DoseLimit, ...]:
    return tuple(
        DoseLimit(
            rule=str(one.rule).strip(),
            when=condition(desk, one.when, owner),
            maximum=one.maximum,
            why=str(one.why).strip(),
            if_unknown=one.if_unknown or IfUnknown.CAUTION,
            source=plain(one.source),
            unverified=one.unverified,
            place=one.place,
        )
        for one in part.limits or ()
    )


def level(desk: Desk, part: LevelPart | None, owner: str) -> Level | None:
    """Build a level."""
    if part is None:
        return None
    read = desk.fact(part.read, owner)
    return None if read is None else Level(read, part.at_least, plain(part.source))


def titration(desk: Desk, part: TitrationPart | None, owner: str) -> Titration | None:
    """Build a titration."""
    if part is None:
        return None
    return Titration(
        rule=str(part.rule).strip(),
        why=str(part.why).strip(),
        columns=tuple(_column(desk, column, owner) for column in part.columns),
        restart_after_gap=tuple((_chosen(desk, gap, owner), gap.gap) for gap in part.restart_after_gap),
        source=plain(part.source),
    )


def _column(desk: Desk, part: ColumnPart, owner: str) -> TitrationColumn:
    if not part.maximum and not part.node.lost:
        desk.trouble(
            "wrong-type", part.spot("maximum"), "maximum", detail="must hold a dose for week 1 at least"
        )
    return TitrationColumn(
        when=_chosen(desk, part, owner),
        maximum=tuple(part.maximum),
        maintenance=tuple((condition(desk, one.when, owner), one.maximum) for one in part.maintenance),
        source=plain(part.source),
    )


def _chosen(desk: Desk, part: ColumnPart | GapPart, owner: str) -> Condition | None:
    if (part.when is None) == (part.otherwise is None) and not part.node.lost:
        desk.trouble("missing-key", part.place, "when", f"a line of {owner} (or `otherwise: true`)")
    return optional(desk, part.when, owner)
