"""Selectors resolved to steps, moves and options, in the order of the definition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from engine.definition.build.desk import Desk, place_of
from engine.definition.draft import Kind
from engine.definition.schema.selectors import MoveSelector, MovesPart, StepSelector, StepsPart
from engine.definition.schema.steps import OptionSelector
from engine.model.algorithm import Move, Step, StepKind
from engine.model.formulary import Formulary, Option

EVERY = "every"


def steps_of(
    desk: Desk,
    part: StepsPart,
    steps: Mapping[str, Step],
    formulary: Formulary,
    owner: str,
    step: str | None = None,
    ends: bool = False,
) -> tuple[str, ...]:
    """Ids of the steps a selector means. `ends`: whether `every` and kinds may mean ends too."""
    chosen = _steps(desk, part, steps, formulary, owner, step, ends)
    return tuple(name for name in steps if name in chosen)


def _steps(
    desk: Desk,
    part: StepsPart,
    steps: Mapping[str, Step],
    formulary: Formulary,
    owner: str,
    step: str | None,
    ends: bool,
) -> set[str]:
    if isinstance(part, list):
        return {one for item in part for one in _steps(desk, item, steps, formulary, owner, step, ends)}
    open_steps = {name for name, one in steps.items() if ends or one.kind is not StepKind.END}
    if not isinstance(part, StepSelector):
        if part == EVERY:
            return open_steps
        return _named(desk, part, Kind.STEP, owner, step)
    if not part.node and not part.node.lost:
        desk.trouble("empty-selector", part.place, owner=owner, detail="says nothing, so it selects nothing")
    chosen = open_steps if part.node else set[str]()
    if part.id is not None:
        chosen = {name for item in part.id for name in _named(desk, item, Kind.STEP, owner, step)}
    if part.kind is not None:
        chosen &= {name for name in chosen if steps[name].kind in part.kind}
    if part.group is not None:
        groups = {str(group) for group in part.group}
        chosen = {name for name in chosen if steps[name].group in groups}
    if part.class_ is not None:
        offered = members(desk, part.class_, formulary, Kind.CLASS, owner)
        chosen = {name for name in chosen if offered & _options_of(steps[name])}
    if part.role is not None:
        chosen = {name for name in chosen if any(role in steps[name].options for role in part.role)}
    if part.except_ is not None:
        chosen = chosen - _steps(desk, part.except_, steps, formulary, owner, step, ends=True)
    return chosen


def _options_of(step: Step) -> set[str]:
    return {option for rows in step.options.values() for row in rows for option in row.options}


def _named(desk: Desk, name: str, kind: Kind, owner: str, step: str | None) -> set[str]:
    said = str(name) if step is None else str(name).replace("{step}", step)
    return {said} if desk.use(kind, said, place_of(name), owner) else set()


def moves_of(
    desk: Desk,
    part: MovesPart,
    moves: Mapping[str, Move],
    steps: Mapping[str, Step],
    formulary: Formulary,
    owner: str,
) -> frozenset[str]:
    """Ids of the moves a selector means."""
    if isinstance(part, list):
        found = (moves_of(desk, item, moves, steps, formulary, owner) for item in part)
        return frozenset(one for names in found for one in names)
    if not isinstance(part, MoveSelector):
        if part == EVERY:
            return frozenset(moves)
        return frozenset(_named(desk, part, Kind.MOVE, owner, None))
    chosen = set(moves) if part.node else set[str]()
    if part.id is not None:
        chosen = {name for item in part.id for name in _named(desk, item, Kind.MOVE, owner, None)}
    if part.kind is not None:
        chosen = {name for name in chosen if moves[name].kind in part.kind}
    if part.to is not None:
        targets = {name for item in part.to for name in _named(desk, item, Kind.STEP, owner, None)}
        chosen = {name for name in chosen if moves[name].target in targets}
    if part.from_ is not None:
        origins = set(steps_of(desk, part.from_, steps, formulary, owner))
        chosen = {name for name in chosen if origins & set(moves[name].sources)}
    if part.except_ is not None:
        chosen -= moves_of(desk, part.except_, moves, steps, formulary, owner)
    return frozenset(chosen)


def options_of(desk: Desk, part: OptionSelector | str, formulary: Formulary, owner: str) -> tuple[str, ...]:
    """Option ids of a row, in formulary order; those given together in the order written."""
    if not isinstance(part, OptionSelector):
        return tuple(known_options(desk, [part], owner))
    if part.together is not None:
        return tuple(known_options(desk, part.together, owner))
    if part.option is not None:
        return tuple(known_options(desk, [part.option], owner))
    fits: list[Callable[[Option], bool]] = []
    if part.class_ is not None:
        classes = {str(name) for name in part.class_}
        desk_use(desk, part.class_, Kind.CLASS, owner)
        fits.append(lambda option: option.drug_class in classes)
    if part.kind is not None:
        kinds = set(part.kind)
        fits.append(lambda option: option.kind in kinds)
    if part.group is not None:
        groups = {str(name) for name in part.group}
        desk_use(desk, part.group, Kind.CLASS, owner)
        fits.append(lambda option: bool(groups & option.groups))
    desk_use(desk, part.except_, Kind.TREATMENT, owner)
    left_out = {str(name) for name in part.except_}
    return tuple(
        option.id
        for option in formulary.options.values()
        if fits
        and all(fit(option) for fit in fits)
        and not left_out & {option.id, option.drug_class or "", *option.groups}
    )


def known_options(desk: Desk, names: Iterable[str], owner: str) -> list[str]:
    """Those of some option ids that exist."""
    return [str(name) for name in names if desk.use(Kind.OPTION, name, place_of(name), owner)]


def desk_use(desk: Desk, names: Iterable[str], kind: Kind, owner: str) -> None:
    """Note several names used."""
    for name in names:
        desk.use(kind, name, place_of(name), owner)


def members(desk: Desk, names: Iterable[str], formulary: Formulary, kind: Kind, owner: str) -> frozenset[str]:
    """Option ids meant by option, class or group names."""
    found: set[str] = set()
    for name in names:
        if desk.use(kind, name, place_of(name), owner):
            found |= formulary.members_of(str(name))
    return frozenset(found)
