"""Requirements and checkpoints compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.definition.diff.change import Effect, Sign
from engine.definition.diff.told import Comparing, Told, listed, pairs
from engine.model.formulary import Checkpoint, Requirement
from engine.model.time import Since, Unit, Window

_SINCE = {
    Since.TRIAL: "since the trial began",
    Since.STEP: "since the step was entered",
    Since.EPISODE: "since the episode began",
    Since.GATE: "since the last gated move",
    Since.INTERRUPT: "since the stop was raised",
}
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 30, Unit.YEAR: 365}


def requirement_changes(
    old: Sequence[Requirement], new: Sequence[Requirement], by: Comparing
) -> Iterator[Told]:
    """Evidence that has to be on record, or no longer has."""
    for was, now in pairs(old, new, lambda one: one.type):
        if was is None and now is not None:
            yield Sign.ADDED, Effect.LESS, f"now needs {by.title_of_evidence(now.type)}, {window(now.within)}"
        elif now is None and was is not None:
            yield Sign.REMOVED, Effect.MORE, f"no longer needs {by.title_of_evidence(was.type)}"
        elif was is not None and now is not None and was != now:
            title = by.title_of_evidence(now.type)
            if was.within != now.within:
                text = f"{title}: now {window(now.within)}, was {window(was.within)}"
                yield Sign.CHANGED, _window_effect(was.within, now.within), text
            if was.fields != now.fields:
                text = f"{title}: now asks for {_fields(now)}, asked for {_fields(was)}"
                more = set(now.fields) < set(was.fields)
                less = set(now.fields) > set(was.fields)
                yield Sign.CHANGED, Effect.MORE if more else Effect.LESS if less else Effect.EITHER, text
            for sign, effect, text in by.stands_against(was.when, now.when):
                yield sign, effect, f"{title}: {text}"


def checkpoint_changes(old: Sequence[Checkpoint], new: Sequence[Checkpoint], by: Comparing) -> Iterator[Told]:
    """What falls due; permits nothing by itself."""
    told = [replace(one, source=None) for one in old], [replace(one, source=None) for one in new]
    was, now = [one for one in told[0] if one not in told[1]], [one for one in told[1] if one not in told[0]]
    for one in now:
        yield Sign.ADDED, Effect.NONE, f"now due: {due(one, by)}"
    for one in was:
        yield Sign.REMOVED, Effect.NONE, f"no longer due: {due(one, by)}"


def due(one: Checkpoint, by: Comparing) -> str:
    """A checkpoint in words."""
    do = listed(by.title_of_evidence(kind) for kind in one.do)
    since = {"entry": "the step was entered", "start": "the start", "dose_change": "a change of dose"}
    when: list[str] = []
    if one.at:
        when.append(f"{listed(str(at) for at in one.at)} after {since.get(one.after, one.after)}")
    if one.at_sessions:
        when.append(f"at session {listed(str(count) for count in one.at_sessions)}")
    if one.every:
        when.append(f"every {str(one.every).removeprefix('1 ')}")
    return f"{do}, {', '.join(when)}{' for some patients' if one.when else ''}"


def window(said: Window) -> str:
    """How recent evidence must be, in words."""
    if said.duration is not None:
        return f"in the last {said.duration}"
    return _SINCE[said.since] if said.since is not None else "at any time"


def _fields(one: Requirement) -> str:
    return listed(name.replace("_", " ") for name in one.fields)


def _window_effect(was: Window, now: Window) -> Effect:
    lengths = [
        None if one.since is not None else 10**6 if one.duration is None else _length(one)
        for one in (was, now)
    ]
    before, after = lengths
    if before is None or after is None or before == after:
        return Effect.EITHER
    return Effect.MORE if after > before else Effect.LESS


def _length(one: Window) -> int:
    return one.duration.count * _DAYS[one.duration.unit] if one.duration else 0
