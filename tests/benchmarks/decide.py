"""Decisions a second, beside a dictionary of closures (the floor) and bare `transitions`, in one run.

Run: .venv/bin/python -m tests.benchmarks.decide
"""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from statistics import median

from transitions import Machine

from engine.model.algorithm import Algorithm, Move, MoveKind, Step, StepKind, TrialRule
from engine.model.case import Case, Patient
from engine.model.criterion import AllOf, Line
from engine.model.entry import Entry
from engine.model.event import Event
from engine.model.evidence import EvidenceField, EvidenceType, FieldType
from engine.model.formulary import Formulary
from engine.model.time import days
from engine.runtime import decide, enter, open_case, plan_of
from engine.runtime.decide import day_of, move_decision
from engine.runtime.guards import guards_of
from engine.runtime.moves import decide_move, move_status
from engine.runtime.replay import apply, replay
from tests.support.algorithms import shipped_algorithm
from tests.support.stories import story_of

STEPS = 20
ROUNDS = 5
TODAY = date(2026, 3, 2)


def ladder() -> Algorithm:
    """Twenty steps in a row, each left by a move with a numeric guard."""
    score = EvidenceField("total", "total", FieldType.INTEGER, low=None, high=None)
    names = [f"step_{n}" for n in range(STEPS)]
    moves = {
        f"go_{n}": Move(
            f"go_{n}",
            f"Go on from {n}",
            MoveKind.CONTINUE,
            (names[n],),
            names[n + 1],
            when=Line("score_now.total >= 10"),
        )
        for n in range(STEPS - 1)
    }
    return Algorithm(
        id="ladder", version="1", title="Ladder", digest="ladder", status="draft", start=names[0],
        steps={name: Step(name, name, StepKind.ASSESSMENT) for name in names},
        moves=moves,
        evidence={"score_now": EvidenceType("score_now", "Score", {"total": score}, ("total",))},
        formulary=Formulary({}, {}),
        trials=TrialRule(Line("false"), AllOf(()), Line("false"), {}, baseline_within=days(28)),
    )  # fmt: skip


def per_second(work: Callable[[int], None], count: int) -> float:
    """Median of five rounds, in calls a second."""
    rates: list[float] = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work(count)
        rates.append(count / (time.perf_counter() - start))
    return median(rates)


class Walker:
    """What `transitions` moves along the ladder."""

    def __init__(self) -> None:
        self.state = "step_0"


def opened(algorithm: Algorithm) -> Case:
    """A case with one score on record."""
    patient = Patient(date(1981, 3, 2), "female")
    case: Case | None = None
    for seq, draft in enumerate(open_case(algorithm, "1", patient, TODAY), 1):
        moment = datetime(2026, 3, 2, tzinfo=UTC)
        case = apply(
            plan_of(algorithm),
            case,
            Event(seq, "1", draft.type, draft.observed_on, moment, "", "", draft.payload),
        )
    assert case is not None
    return enter(algorithm, case, Entry(TODAY, {"score_now": {"total": 17}})).case


def main() -> None:
    """Print the table."""
    algorithm = ladder()
    case = opened(algorithm)
    day = day_of(algorithm, case, TODAY)
    move = algorithm.moves["go_0"]
    facts = {"score_now.total": 17}

    floor_table = {
        (f"step_{n}", f"go_{n}"): (
            lambda r: None if r["total"] is None else r["total"] >= 10,
            f"step_{n + 1}",
        )
        for n in range(STEPS - 1)
    }
    record = {"total": 17}

    def floor(count: int) -> None:
        state = "step_0"
        for _ in range(count):
            guard, target = floor_table[state, "go_0"]
            if guard(record):
                state = target
                state = "step_0"

    edges = guards_of(algorithm)

    def guards(count: int) -> None:
        state = "step_0"
        for _ in range(count):
            edge = edges[state, "go_0"]
            if edge.guard(facts)[0]:
                state = edge.target
                state = "step_0"

    machine = Machine(
        model=None,
        states=[f"step_{n}" for n in range(STEPS)],
        transitions=[
            {
                "trigger": f"go_{n}",
                "source": f"step_{n}",
                "dest": f"step_{n + 1}",
                "conditions": [lambda e: record["total"] >= 10],
            }
            for n in range(STEPS - 1)
        ],
        initial="step_0",
        auto_transitions=False,
        send_event=True,
    )

    def bare_transitions(count: int) -> None:
        trigger = machine.events["go_0"].trigger
        for _ in range(count):
            trigger(Walker())

    def status(count: int) -> None:
        for _ in range(count):
            move_status(day, move)

    def fresh_status(count: int) -> None:
        for _ in range(count):
            move_status(day_of(algorithm, case, TODAY), move)

    def reasons(count: int) -> None:
        for _ in range(count):
            decide_move(day, move)

    base = per_second(floor, 300_000)
    peer = per_second(bare_transitions, 20_000)
    rows = [
        ("dictionary of closures (the floor)", base),
        ("bare transitions (the peer)", peer),
        ("guards: criteria over flat facts, status only", per_second(guards, 300_000)),
        ("move_status: whole decision, no reasons, facts at hand", per_second(status, 20_000)),
        ("move_status: the same, facts computed anew", per_second(fresh_status, 10_000)),
        ("decide_move: with reasons and needs", per_second(reasons, 10_000)),
    ]
    print(f"{'':58}{'a second':>12}{'x floor':>10}{'x transitions':>15}")
    for name, rate in rows:
        print(f"{name:58}{rate:12,.0f}{rate / base:10.3f}{rate / peer:15.2f}")
    _real()


def _real() -> None:
    """The main algorithm, with a case of some length."""
    algorithm = shipped_algorithm("stepwise-depression")
    walk = story_of(algorithm, "12a-relapse-returns.yaml")
    today = walk.today
    move = algorithm.moves_from(walk.case.step)[0]

    def replays(count: int) -> None:
        for _ in range(count):
            replay(algorithm, walk.events)

    def one_move(count: int) -> None:
        for _ in range(count):
            move_decision(day_of(algorithm, walk.case, today), move.id)

    def one_move_timed(count: int) -> None:
        for _ in range(count):
            move_decision(day_of(algorithm, walk.case, today), move.id, timing=True)

    def everything(count: int) -> None:
        for _ in range(count):
            decide(algorithm, walk.case, today)

    def everything_timed(count: int) -> None:
        for _ in range(count):
            decide(algorithm, walk.case, today, timing=True)

    print(f"\nstepwise-depression, {len(walk.events)} events, in {walk.case.step}, a second:")
    print(f"{'replay of the history':58}{per_second(replays, 200):12,.0f}")
    print(f"{f'one move ({move.id}), with reasons':58}{per_second(one_move, 100):12,.0f}")
    print(f"{'the same, and when time alone changes it':58}{per_second(one_move_timed, 5):12,.0f}")
    print(f"{'every move, gate, option, flag and due date':58}{per_second(everything, 10):12,.0f}")
    print(f"{'the same, and when time alone changes each':58}{per_second(everything_timed, 3):12,.0f}")


if __name__ == "__main__":
    main()
