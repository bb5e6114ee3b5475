"""Safety stops: what fired and why, what is frozen and what is not, what to do, and how it is released."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.pages.case.checklist import values_of
from api.pages.case.next_step import NeedPart, need_parts
from api.pages.case.reading import Reading
from api.pages.case.reasons import Group, groups_of
from api.words import day_words
from engine.model.case import RaisedInterrupt
from engine.model.decision import Part
from engine.model.gate import Interrupt
from engine.picture.words import listed
from engine.runtime.interrupts import decide_release

_ASKING = "asked"
"""A reason that stands in while a release is only looked at."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A record that raised a stop. `wrong`: it was entered in error since."""

    title: str
    values: str
    on: str
    by: str
    seq: int
    wrong: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """One raised stop.

    Attributes:
        needs: What still has to be recorded before it can be released.
        releasable: Whether a reason is all that is missing.
        by: Who may release it, in words.
        spared: Titles of the moves from here that stay open.
    """

    id: str
    title: str
    since: str
    causes: tuple[Cause, ...]
    actions: tuple[str, ...]
    spared: str
    by: str
    groups: tuple[Group, ...]
    needs: tuple[NeedPart, ...]
    releasable: bool


def stops(reading: Reading) -> tuple[Stop, ...]:
    """Stops raised now, in the algorithm's order, which is its order of urgency."""
    raised = {item.id: item for item in reading.case.raised() if item.on <= reading.today}
    return tuple(
        _stop(reading, interrupt, raised[name])
        for name, interrupt in reading.algorithm.interrupts.items()
        if name in raised
    )


def _stop(reading: Reading, interrupt: Interrupt, raised: RaisedInterrupt) -> Stop:
    decision = decide_release(reading.day, interrupt.id, _ASKING)
    wanted = decision.needs.to_permit
    return Stop(
        id=interrupt.id,
        title=interrupt.title,
        since=day_words(raised.on),
        causes=tuple(_causes(reading, raised)),
        actions=interrupt.actions,
        spared=_spared(reading, interrupt),
        by=listed((role.replace("_", " ") for role in sorted(interrupt.release_by)), "or")
        or "anyone who may",
        groups=groups_of(reading, (r for r in decision.reasons if r.part is not Part.BY)),
        needs=need_parts(reading, min(wanted, key=len)) if wanted else (),
        releasable=decision.permitted,
    )


def _causes(reading: Reading, raised: RaisedInterrupt) -> Iterator[Cause]:
    for seq in raised.evidence:
        record = reading.case.record(seq)
        if record is not None:
            yield Cause(
                reading.algorithm.evidence[record.type].title,
                values_of(reading, record),
                day_words(record.observed_on),
                reading.actors.get(seq, ""),
                seq,
                record.retracted_seq is not None,
            )


def _spared(reading: Reading, interrupt: Interrupt) -> str:
    """Moves from here that the stop leaves open."""
    moves = (reading.algorithm.moves[name] for name in reading.here())
    return listed((f"“{move.title}”" for move in moves if move.id not in interrupt.frozen_moves), "and")
