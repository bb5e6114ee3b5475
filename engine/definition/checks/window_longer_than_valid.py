"""`window-longer-than-valid`: evidence is required within a time in which it no longer counts."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import warning
from engine.model.algorithm import Move
from engine.model.criterion import lines_of
from engine.model.place import Finding
from engine.model.time import Duration, Unit

CODE = "window-longer-than-valid"
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 30, Unit.YEAR: 365}


def window_longer_than_valid(draft: Draft) -> Iterator[Finding]:
    """Each requirement of a move that lasts longer than the `valid_for` with which its criterion reads it."""
    algorithm = draft.algorithm
    if algorithm is None:
        return
    facts = {one.criterion.said.strip(): one.checked.facts for one in draft.lines if one.checked is not None}
    for move in algorithm.moves.values():
        read = {fact.partition(".")[0] for text in _texts(move) for fact in facts.get(text, ())}
        for requirement in move.requires:
            kind = algorithm.evidence[requirement.type]
            asked, valid = requirement.within.duration, kind.valid_for.duration
            if requirement.type not in read or asked is None or valid is None or _days(asked) <= _days(valid):
                continue
            yield warning(
                CODE,
                requirement.place,
                f"move `{move.id}` takes `{kind.id}` from the last {asked}, but its criterion reads it only "
                f"for {valid}",
                "a record between the two would meet the requirement and leave the answer undecided",
                f"write {valid} here, or a longer `valid_for` at `{kind.id}`",
            )


def _texts(move: Move) -> Iterator[str]:
    if move.when is not None:
        yield from (line.text for line in lines_of(move.when))


def _days(duration: Duration) -> int:
    return duration.count * _DAYS[duration.unit]
