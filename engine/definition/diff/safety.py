"""Gates, interrupts and flags compared."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.diff.change import Effect, Sign
from engine.definition.diff.needs import requirement_changes, window
from engine.definition.diff.pathway import roles
from engine.definition.diff.told import Comparing, Told, added_or_not, pairs, words
from engine.model.algorithm import Flag
from engine.model.gate import Gate, GateItem, Interrupt


def gate_changes(old: Gate, new: Gate, by: Comparing) -> Iterator[Told]:
    """Questions that came, went or are asked in another way."""
    for was, now in pairs(old.items, new.items, lambda item: item.id):
        if was is None and now is not None:
            yield Sign.ADDED, Effect.LESS, f"now asks: {now.ask}"
        elif now is None and was is not None:
            yield Sign.REMOVED, Effect.MORE, f"no longer asks: {was.ask}"
        elif was is not None and now is not None and was != now:
            for sign, effect, text in _item(was, now, by):
                yield sign, effect, f"question “{now.ask}”: {text}"
    if [one.id for one in old.items if one in new.items] != [one.id for one in new.items if one in old.items]:
        yield Sign.CHANGED, Effect.NONE, "asks in another order, so another conclusion can come first"
    if old.holds_days != new.holds_days:
        more = new.holds_days > old.holds_days
        text = f"a signature now holds {new.holds_days} days, held {old.holds_days}"
        yield Sign.CHANGED, Effect.MORE if more else Effect.LESS, text
    yield from roles(old.by, new.by)


def _item(old: GateItem, new: GateItem, by: Comparing) -> Iterator[Told]:
    yield from by.must_hold(old.passes, new.passes)
    for sign, effect, text in by.stands_against(old.applies, new.applies):
        yield sign, effect, f"when it applies, {text}"
    yield from added_or_not(
        old.answer, new.answer, "now needs {} on record", "no longer needs {} on record", Effect.LESS
    )
    if old.within != new.within:
        said = [
            window(one) if one else "as recent as the evidence itself" for one in (new.within, old.within)
        ]
        yield Sign.CHANGED, Effect.EITHER, f"answered by evidence {said[0]}, was {said[1]}"
    if old.overridable != new.overridable:
        effect = Effect.MORE if new.overridable else Effect.LESS
        yield Sign.CHANGED, effect, f"a clinician {'may now' if new.overridable else 'may no longer'} deviate"
    yield from words(
        old.conclusion != new.conclusion, f"now concludes {new.conclusion}, was {old.conclusion}", Effect.NONE
    )
    yield from words(
        (old.ask, old.why, old.suggest, old.heading) != (new.ask, new.why, new.suggest, new.heading),
        "is asked in other words",
        Effect.NONE,
    )


def interrupt_changes(old: Interrupt, new: Interrupt, by: Comparing) -> Iterator[Told]:
    """When a stop is raised, what it freezes, and what releases it."""
    for sign, effect, text in by.stands_against(old.raise_when, new.raise_when):
        yield sign, effect, f"raised: {text}"
    yield from added_or_not(
        [by.title_of_move(one) for one in sorted(old.frozen_moves) if by.in_both(one)],
        [by.title_of_move(one) for one in sorted(new.frozen_moves) if by.in_both(one)],
        "now freezes {}",
        "no longer freezes {}",
        Effect.LESS,
    )
    spared = (
        (old.spared_kinds, new.spared_kinds, "starts of kind {}"),
        (old.spared_options, new.spared_options, "{}"),
    )
    for was, now, text in spared:
        yield from added_or_not(
            sorted(was), sorted(now), f"now spares {text}", f"no longer spares {text}", Effect.MORE
        )
    for sign, effect, text in requirement_changes(old.release_requires, new.release_requires, by):
        yield sign, effect, f"release: {text}"
    for sign, effect, text in by.must_hold(old.release_when, new.release_when):
        yield sign, effect, f"release: {text}"
    for sign, effect, text in roles(old.release_by, new.release_by):
        yield sign, effect, f"release: {text}"
    yield from words(old.actions != new.actions, "says in other words what to do", Effect.NONE)


def flag_changes(old: Flag, new: Flag, by: Comparing) -> Iterator[Told]:
    """When a flag shows; it permits nothing."""
    for sign, _, text in by.depends(old.when, new.when):
        yield sign, Effect.NONE, text
    yield from words(old.level != new.level, f"now of level {new.level}, was {old.level}", Effect.NONE)
