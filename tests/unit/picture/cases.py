"""Cases and decisions made by hand for the tests of the diagram room."""

from datetime import date, timedelta

from engine.model.algorithm import Algorithm
from engine.model.case import Case, MoveMade, Patient, RaisedInterrupt, Visit
from engine.model.decision import (
    AlgorithmRef,
    Decision,
    Decisions,
    GateAnswer,
    GateItemAnswer,
    ItemResult,
    Part,
    Reason,
    Status,
)

OPENED = date(2026, 1, 5)
REF = AlgorithmRef("invented", "1.0.0", "d")


def walk(
    algorithm: Algorithm, *moves: str, raised: tuple[str, ...] = (), deviation: int | None = None
) -> Case:
    """A case that made these moves, four weeks apart. `deviation` marks the last of them."""
    steps = [algorithm.start]
    for move in moves:
        steps.append(algorithm.target_of(algorithm.moves[move], steps[-1]))
    days = [OPENED + timedelta(weeks=4 * n) for n in range(len(steps))]
    made = tuple(
        MoveMade(
            n,
            days[n],
            move,
            algorithm.moves[move].kind,
            steps[n - 1],
            steps[n],
            algorithm.moves[move].gate,
            deviation if n == len(moves) else None,
        )
        for n, move in enumerate(moves, start=1)
    )
    return Case(
        "invented",
        algorithm.id,
        algorithm.digest,
        Patient(date(1981, 7, 14), "female"),
        OPENED,
        len(moves) + 1,
        tuple(Visit(step, day, n, 0) for n, (step, day) in enumerate(zip(steps, days, strict=True))),
        (),
        moves=made,
        interrupts=tuple(RaisedInterrupt(id, 90 + n, days[-1]) for n, id in enumerate(raised)),
    )


def against(part: Part, text: str = "It does not hold") -> Reason:
    """A reason that speaks against."""
    return Reason(part, "invented", False, text)


def decision(move: str, status: Status, *reasons: Reason) -> Decision:
    """A decision about a move."""
    return Decision("move", move, move, status, OPENED, REF, reasons)


def decisions(case: Case, *answers: Decision, weeks: int = 6, answered: int = 14) -> Decisions:
    """What the algorithm says of a case so many weeks after it entered its step."""
    items = tuple(
        GateItemAnswer(f"item_{n}", "?", ItemResult.PASSES if n < answered else ItemResult.BLANK, "not_yet")
        for n in range(19)
    )
    gate = GateAnswer("reappraisal", "Reappraisal", items, None, complete=answered == 19)
    return Decisions(
        case.step,
        case.visit.entered_on + timedelta(weeks=weeks),
        REF,
        {answer.id: answer for answer in answers},
        {"reappraisal": gate},
        {},
        tuple(item.id for item in case.raised()),
        (),
        (),
    )
