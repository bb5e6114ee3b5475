"""Reading cases and asking what the algorithm says of them. Every read leaves its line in the audit first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from engine.access.rights import Right
from engine.model.algorithm import Algorithm
from engine.model.case import Case
from engine.model.decision import Decision, Decisions, OptionAnswer
from engine.model.errors import UnknownNameError
from engine.model.event import Event
from engine.model.evidence import Value
from engine.runtime import HistoryError, decide, decide_move, evaluate, known_at, replay_on
from engine.runtime.decide import day_of
from engine.runtime.door import near
from engine.runtime.options import option_answer
from engine.service.desk import Desk, add_audit
from engine.service.held import Held, held, hold
from engine.service.kept import algorithm_of
from engine.store.rows import ListedCase, PatientRow


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with what it takes to speak about it."""

    case: Case
    algorithm: Algorithm
    patient: PatientRow
    events: tuple[Event, ...]


def list_cases(desk: Desk, step: str | None = None) -> tuple[ListedCase, ...]:
    """Cases of the clinic by number; one line of the audit names them all."""
    desk.actor.needs_right(Right.READ_BOARD)
    listed = desk.store.list_cases(desk.clinic_id, step=step)
    shown = tuple(item.board.case_id for item in listed)
    add_audit(desk, "list cases", shown, f"step {step}" if step else "all")
    return listed


def read_case(
    desk: Desk, case_id: str, as_of: int | datetime | None = None, *, action: str = "read case"
) -> CaseView:
    """A case and its history, as it is or as it was known then. `action` says in the audit what is looked at.

    Raises:
        UnknownNameError: There is no such case in this clinic.
        HistoryError: Nothing was known yet at `as_of`.
        AlgorithmMissingError: See there.
    """
    desk.actor.needs_right(Right.READ_CASE)
    view = view_of(desk, case_id, as_of)
    add_audit(desk, action, (case_id,), "" if as_of is None else f"as of {as_of}")
    return view


def decisions(view: CaseView, on: date, *, timing: bool = True) -> Decisions:
    """Everything the algorithm says about a case on a day; with `timing` also when time alone changes it."""
    return decide(view.algorithm, view.case, on, timing=timing)


def fact_of(view: CaseView, text: str, on: date) -> Value | str | None:
    """Any criterion or fact of a case on a day; a count with unknowns as `1..2`."""
    return evaluate(view.algorithm, view.case, text, on)


def ask(desk: Desk, view: CaseView, move: str, on: date) -> Decision:
    """The answer about one move, for the desk's actor; nothing is written.

    Raises:
        UnknownNameError: The algorithm has no such move.
    """
    return decide_move(view.algorithm, view.case, move, on, roles=desk.actor.roles)


def ask_option(view: CaseView, option: str, on: date) -> OptionAnswer:
    """A treatment by the formulary's rules alone, whatever the step; nothing is written.

    Raises:
        UnknownNameError: The algorithm has no such option.
    """
    found = view.algorithm.formulary.options.get(option)
    if found is None:
        raise UnknownNameError("option", option, near(option, view.algorithm.formulary.options))
    return option_answer(day_of(view.algorithm, view.case, on), found)


def view_of(desk: Desk, case_id: str, as_of: int | datetime | None = None) -> CaseView:
    """A case without a line in the audit: for a writer, whose events are the line."""
    before = held(desk.store.engine, desk.clinic_id, case_id)
    read = desk.store.read_case(desk.clinic_id, case_id, None if before is None else before.head)
    if before is None or not read.follows:
        now = Held(read.events, replayed(desk, read.events))
    elif read.events:
        now = Held((*before.events, *read.events), replayed(desk, read.events, before.case))
    else:
        now = before
    if now is not before:
        hold(desk.store.engine, desk.clinic_id, case_id, now)
    events, case = now.events, now.case
    if as_of is not None and (earlier := tuple(known_at(events, as_of))) != events:
        events, case = earlier, replayed(desk, earlier)
    return CaseView(case, algorithm_of(desk, case.digest), read.patient, events)


def written(desk: Desk, view: CaseView, events: Sequence[Event]) -> None:
    """Hold what a case has become, so that its next reader replays nothing."""
    now = Held((*view.events, *events), replayed(desk, events, view.case))
    hold(desk.store.engine, desk.clinic_id, view.case.id, now)


def replayed(desk: Desk, events: Sequence[Event], case: Case | None = None) -> Case:
    """The case that a history makes, each part of it read with the version that was in force.

    Args:
        desk: Where the algorithms are.
        events: All of them, or those that follow on `case`.
        case: What the events before made.

    Raises:
        HistoryError: There are no events.
        AlgorithmMissingError: See there.
    """
    for digest, part in groupby(events, key=lambda event: event.digest):
        case = replay_on(algorithm_of(desk, digest), case, part)
    if case is None:
        raise HistoryError("nothing was known of the case then", "name a later moment")
    return case
