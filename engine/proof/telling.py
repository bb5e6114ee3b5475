"""Replaying a story through the runtime, and comparing its end with what the solver said."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from engine.model.algorithm import Algorithm
from engine.model.case import Case, Patient
from engine.model.decision import Status
from engine.model.entry import Entry, Reported, Start
from engine.model.event import Draft, Event
from engine.proof.answers import Witness
from engine.runtime.day import Day
from engine.runtime.entry import enter, open_case
from engine.runtime.moves import decide_move, move_status
from engine.runtime.plan import Plan
from engine.runtime.replay import replay
from engine.runtime.starts import decide_start

_CASE = "story"
_NO_MOMENT = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a story ends.

    Attributes:
        as_said: As the solver said.
        why: What is otherwise.
        parts: Each part of the claim with its value on the last day.
    """

    as_said: bool
    why: str = ""
    parts: tuple[tuple[str, bool | None], ...] = ()


def walked(
    plan: Plan, patient: Patient, reported: tuple[Reported, ...], entries: list[Entry]
) -> tuple[Case, date]:
    """The case after a story, the last entry's move left undone; and its last day.

    Raises:
        EngineError: An entry that cannot be carried out.
    """
    algorithm: Algorithm = plan.algorithm
    case = _opened(algorithm, open_case(algorithm, _CASE, patient, entries[0].on, reported))
    for entry in entries:
        case = enter(algorithm, case, entry).case
    return case, entries[-1].on


def _opened(algorithm: Algorithm, drafts: tuple[Draft, ...]) -> Case:
    events = [
        Event(seq, _CASE, d.type, d.observed_on, _NO_MOMENT, "", algorithm.digest, d.payload)
        for seq, d in enumerate(drafts, start=1)
    ]
    return replay(algorithm, events)


def ending_of(plan: Plan, witness: Witness, walk: tuple[Case, date]) -> Ending:
    """Whether the runtime agrees with the solver on the last day."""
    case, on = walk
    if case.step != witness.step and (witness.move or witness.closed):
        return Ending(False, f"the case is in {case.step}, not in {witness.step}")
    day = Day(plan, case, on)
    parts: list[tuple[str, bool | None]] = []
    wrong: list[str] = []
    if witness.move is not None:
        permitted = move_status(day, plan.algorithm.moves[witness.move]) is Status.PERMITTED
        parts.append((f"{witness.move} is permitted", permitted))
        if permitted is not witness.permitted:
            decision = decide_move(day, plan.algorithm.moves[witness.move])
            against = [reason.text for reason in decision.reasons if reason.holds is not True]
            wrong.append(f"{witness.move} is {decision.status}: {'; '.join(against[:3])}")
    for name in witness.closed:
        refused = move_status(day, plan.algorithm.moves[name]) is Status.REFUSED
        parts.append((f"{name} is refused", refused))
        if not refused:
            wrong.append(f"{name} is not refused")
    if witness.option is not None:
        status = decide_start(day, Start(witness.option, witness.dose_mg_per_day)).status
        parts.append((f"{witness.option} may be started", status is Status.PERMITTED))
        if status is not Status.PERMITTED:
            wrong.append(f"a start of {witness.option} is {status}")
    for text, wanted in witness.expect:
        value = plan.criterion(text).evaluate(day.facts)
        found = value if value is None else value is True
        parts.append((text, found))
        if found is not wanted:
            wrong.append(f"`{text}` is {found}")
    return Ending(not wrong, "; ".join(wrong), tuple(parts))
