"""Steps and moves compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.definition.diff.change import Effect, Sign
from engine.definition.diff.needs import checkpoint_changes, requirement_changes
from engine.definition.diff.told import Comparing, Told, added_or_not, listed, pairs, value, words
from engine.model.algorithm import Bounds, Move, OptionRow, Step
from engine.model.formulary import Role


def step_changes(old: Step, new: Step, by: Comparing) -> Iterator[Told]:
    """What a step offers, and what holds for moves in and out of it."""
    yield from words(old.kind != new.kind, f"now of kind {new.kind}, was {old.kind}", Effect.EITHER)
    yield from words(old.group != new.group, f"now in the group {new.group}, was {old.group}", Effect.EITHER)
    for role in Role:
        yield from _offers(old.options.get(role, ()), new.options.get(role, ()), role, by)
    for bounds, said in (
        (_bounds(old.enter, new.enter, by), "to enter"),
        (_bounds(old.leave, new.leave, by), "to leave"),
    ):
        for sign, effect, text in bounds:
            yield sign, effect, f"{said}: {text}"
    yield from checkpoint_changes(old.checkpoints, new.checkpoints, by)
    yield from words(
        (old.summary, old.body) != (new.summary, new.body), "is described in other words", Effect.NONE
    )


def move_changes(old: Move, new: Move, by: Comparing) -> Iterator[Told]:
    """From where to where a move leads, and what it asks."""
    yield from words(old.kind != new.kind, f"now of kind {new.kind}, was {old.kind}", Effect.EITHER)
    yield from added_or_not(
        [by.title_of_step(one) for one in old.sources],
        [by.title_of_step(one) for one in new.sources],
        "now also from {}",
        "no longer from {}",
        Effect.MORE,
    )
    if old.target != new.target:
        leads = [by.title_of_step(one) if one else "the same step" for one in (new.target, old.target)]
        yield Sign.CHANGED, Effect.EITHER, f"now leads to {leads[0]}, led to {leads[1]}"
    yield from requirement_changes(old.requires, new.requires, by)
    yield from by.must_hold(old.when, new.when)
    yield from _gate(old.gate, new.gate)
    yield from roles(old.by, new.by)
    yield from words(
        old.opens_episode != new.opens_episode,
        "now opens a new episode" if new.opens_episode else "no longer opens a new episode",
        Effect.EITHER,
    )


def roles(old: frozenset[str], new: frozenset[str]) -> Iterator[Told]:
    """Who may do it; nobody named means everyone who may move cases."""
    if old == new:
        return
    who = [listed(sorted(one)) if one else "everyone who may move cases" for one in (new, old)]
    effect = (
        Effect.LESS
        if not old or (new and new < old)
        else Effect.MORE
        if not new or new > old
        else Effect.EITHER
    )
    yield Sign.CHANGED, effect, f"now for {who[0]}, was for {who[1]}"


def _gate(old: str | None, new: str | None) -> Iterator[Told]:
    if old == new:
        return
    if old is None:
        yield Sign.ADDED, Effect.LESS, f"now passes the gate {new}"
    elif new is None:
        yield Sign.REMOVED, Effect.MORE, f"no longer passes the gate {old}"
    else:
        yield Sign.CHANGED, Effect.EITHER, f"now passes the gate {new}, was {old}"


def _bounds(old: Bounds, new: Bounds, by: Comparing) -> Iterator[Told]:
    yield from requirement_changes(old.requires, new.requires, by)
    yield from by.must_hold(old.when, new.when)
    yield from added_or_not(
        sorted(old.except_kinds),
        sorted(new.except_kinds),
        "no longer holds for moves of kind {}",
        "now holds for moves of kind {} too",
        Effect.MORE,
    )


def _offers(old: Sequence[OptionRow], new: Sequence[OptionRow], role: Role, by: Comparing) -> Iterator[Told]:
    beside = "" if role is Role.PRIMARY else f" as {role}"
    yield from added_or_not(
        _titles(old, by),
        _titles(new, by),
        f"now offers {{}}{beside}",
        f"no longer offers {{}}{beside}",
        Effect.MORE,
    )
    for was, now in pairs(_rows(old), _rows(new), lambda row: row.options):
        if was is None or now is None or was == now:
            continue
        title = listed(by.title_of_option(one) for one in now.options[:3])
        title += f" and {len(now.options) - 3} more" if len(now.options) > 3 else ""
        for sign, effect, text in by.must_hold(was.when, now.when):
            yield sign, effect, f"{title}: {text}"
        for sign, effect, text in roles(was.by, now.by):
            yield sign, effect, f"{title}: {text}"
        if (was.dose_low, was.dose_high) != (now.dose_low, now.dose_high):
            yield Sign.CHANGED, Effect.EITHER, f"{title}: dose now {_dose(now)}, was {_dose(was)}"
        if was.never_first != now.never_first:
            effect = Effect.LESS if now.never_first else Effect.MORE
            yield (
                Sign.CHANGED,
                effect,
                f"{title}: {'now never first' if now.never_first else 'may now be first'}",
            )
        if (was.recommendation, was.text) != (now.recommendation, now.text):
            yield Sign.CHANGED, Effect.NONE, f"{title}: is recommended in other words"


def _rows(rows: Sequence[OptionRow]) -> list[OptionRow]:
    return [row for row in rows if row.options]


def _titles(rows: Sequence[OptionRow], by: Comparing) -> list[str]:
    return [by.title_of_option(one) for row in rows for one in row.options]


def _dose(row: OptionRow) -> str:
    if row.dose_low is None and row.dose_high is None:
        return "as in the formulary"
    low = "" if row.dose_low is None else f"from {value(row.dose_low)} "
    return f"{low}{'' if row.dose_high is None else f'to {value(row.dose_high)}'}".strip()
