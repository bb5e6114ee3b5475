"""Replaying a story through the runtime, and comparing its end with what the solver said."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from engine.model.algorithm import Algorithm
from engine.model.case import Case, Patient
from engine.model.decision import Kleene, Status
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


Walk = tuple[tuple[Case, date], ...]
"""The case after each visit of a story, with the day of the visit."""


@dataclass(frozen=True, slots=True)
class ClaimPart:
    """A part of a claim on one day.

    Attributes:
        value: Whether it holds; None is unknown.
        here: Whether it can be asked where the case is: a move may start elsewhere.
        decides: The claim is not true because of its value on the last day.
        wanted: What the solver said of it for the last day.
        why: What speaks against it, for who looks into a difference.
    """

    text: str
    value: Kleene
    wanted: Kleene
    here: bool = True
    decides: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a story ends: as the solver said, or what is otherwise."""

    as_said: bool
    why: str = ""


def walked(plan: Plan, patient: Patient, reported: tuple[Reported, ...], entries: list[Entry]) -> Walk:
    """The case after each entry of a story.

    Raises:
        EngineError: An entry that cannot be carried out.
    """
    algorithm: Algorithm = plan.algorithm
    case = _opened(algorithm, open_case(algorithm, _CASE, patient, entries[0].on, reported))
    found: list[tuple[Case, date]] = []
    for entry in entries:
        case = enter(algorithm, case, entry).case
        found.append((case, entry.on))
    return tuple(found)


def _opened(algorithm: Algorithm, drafts: tuple[Draft, ...]) -> Case:
    events = [
        Event(seq, _CASE, d.type, d.observed_on, _NO_MOMENT, "", algorithm.digest, d.payload)
        for seq, d in enumerate(drafts, start=1)
    ]
    return replay(algorithm, events)


def ending_of(plan: Plan, witness: Witness, walk: Walk) -> Ending:
    """Whether the runtime agrees with the solver on the last day."""
    case, on = walk[-1]
    if case.step != witness.step and (witness.move or witness.closed):
        return Ending(False, f"the case is in {case.step}, not in {witness.step}")
    wrong = [
        one.why or f"`{one.text}` is {one.value}"
        for one in parts_on(plan, witness, case, on)
        if not _as_said(one)
    ]
    return Ending(not wrong, "; ".join(wrong))


def _as_said(part: ClaimPart) -> bool:
    return part.value is part.wanted


def parts_on(plan: Plan, witness: Witness, case: Case, on: date) -> tuple[ClaimPart, ...]:
    """Each part of the claim with its value on a day."""
    day = Day(plan, case, on)
    by_criterion = bool(witness.expect) and not witness.closed
    return (
        *_moves(day, witness, decides=not by_criterion),
        *_option(day, witness, decides=not by_criterion),
        *_criteria(day, witness, decides=by_criterion),
    )


def _moves(day: Day, witness: Witness, *, decides: bool) -> Iterator[ClaimPart]:
    asked = [] if witness.move is None else [(witness.move, witness.permitted)]
    for name, wanted in [*asked, *((one, True) for one in witness.beside)]:
        move = day.plan.algorithm.moves[name]
        status = move_status(day, move)
        permitted = status is Status.PERMITTED
        why = "" if permitted is wanted else _against(day, name)
        here = day.case.step in move.sources
        yield ClaimPart(f"{name} is permitted", permitted, wanted, here, decides, why)
    for name in witness.closed:
        move = day.plan.algorithm.moves[name]
        refused = move_status(day, move) is Status.REFUSED
        yield ClaimPart(f"{name} is refused", refused, True, day.case.step in move.sources, decides)


def _against(day: Day, move: str) -> str:
    decision = decide_move(day, day.plan.algorithm.moves[move])
    against = [reason.text for reason in decision.reasons if reason.holds is not True]
    return f"{move} is {decision.status}: {'; '.join(against[:3])}"


def _option(day: Day, witness: Witness, *, decides: bool) -> Iterator[ClaimPart]:
    if witness.option is not None:
        status = decide_start(day, Start(witness.option, witness.dose_mg_per_day)).status
        permitted = status is Status.PERMITTED
        yield ClaimPart(
            f"{witness.option} may be started", permitted, True, True, decides, f"the start is {status}"
        )


def _criteria(day: Day, witness: Witness, *, decides: bool) -> Iterator[ClaimPart]:
    for text, wanted in witness.expect:
        value = day.plan.criterion(text).evaluate(day.facts)
        yield ClaimPart(text, value if value is None else value is True, wanted, True, decides)
