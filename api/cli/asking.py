"""Answers what may be done: about one move, option or gate, or about every move from here."""

from typing import TYPE_CHECKING

from api.cli.answers import decision_lines, gate_lines, option_lines
from api.cli.exits import Code
from api.cli.output import Output
from api.cli.overview import next_steps
from api.cli.values import day
from api.shapes import Shape, decision_shape, gate_shape, option_shape, plain
from engine.model.algorithm import Algorithm
from engine.model.decision import Decision, OptionStatus, Part, Status
from engine.model.errors import UnknownNameError

if TYPE_CHECKING:
    from engine.service import Desk


def answer(
    at: "Desk",
    output: Output,
    case: str,
    what: str | None,
    on: str | None,
    as_of: int | None,
    *,
    reasons: bool,
) -> Code:
    """Print the answer and say whether it is yes.

    Raises:
        UnknownNameError: `what` is no move, option or gate of the algorithm.
    """
    from engine.service import ask, ask_option, decisions, read_case

    today = at.today() if on is None else day(on)
    view = read_case(at, case, as_of)
    algorithm = view.algorithm
    head: Shape = {"case": case, "seq": view.case.seq, "today": plain(today)}
    if what is None:
        said = decisions(view, today)
        here = [d for d in said.moves.values() if not any(r.part is Part.FROM for r in d.reasons)]
        output.result(*(_each(algorithm, here) if reasons else next_steps(algorithm, said)))
        output.document("treadway.decisions/1", {**head, "moves": [decision_shape(d) for d in here]})
        output.next(f"treadway case why {case} {here[0].id}" if here else f"treadway case history {case}")
        return Code.DONE
    if what in algorithm.moves:
        decision = ask(at, view, what, today)
        output.result(*decision_lines(algorithm, decision, reasons=reasons))
        output.document("treadway.decision/1", {**head, **decision_shape(decision)})
        _next_after(output, case, decision)
        return Code.DONE if decision.status is Status.PERMITTED else Code.NO
    if what in algorithm.formulary.options:
        option = ask_option(view, what, today)
        output.result(*(option_lines(option) if reasons else option_lines(option)[:1]))
        output.document("treadway.option/1", {**head, **option_shape(option)})
        open_ = option.status in (OptionStatus.OFFERED, OptionStatus.CAUTIONED)
        return Code.DONE if open_ else Code.NO
    if what in algorithm.gates:
        gate = decisions(view, today).gates[what]
        output.result(*gate_lines(gate))
        output.document("treadway.gate/1", {**head, **(gate_shape(gate) or {})})
        return Code.DONE if gate.complete and not gate.failing else Code.NO
    raise UnknownNameError("move, option or gate", what, _near(algorithm, what))


def _near(algorithm: Algorithm, what: str) -> tuple[str, ...]:
    from difflib import get_close_matches

    known = [*algorithm.moves, *algorithm.formulary.options, *algorithm.gates]
    return tuple(get_close_matches(what, known, n=3, cutoff=0.6))


def _each(algorithm: Algorithm, here: list[Decision]) -> list[str]:
    lines: list[str] = []
    for decision in here:
        lines += [*decision_lines(algorithm, decision), ""]
    return lines[:-1] or ["No move starts here."]


def _next_after(output: Output, case: str, decision: Decision) -> None:
    if decision.status is Status.PERMITTED:
        output.next(f"treadway case move {case} {decision.id}")
    elif decision.needs.to_permit:
        kind, _, field = decision.needs.to_permit[0][0].partition(".")
        output.next(f"treadway case record {case} {kind} {field}=...")
    elif decision.gate is not None and decision.gate.complete and decision.gate.signed_on is None:
        output.next(f"treadway case sign {case} {decision.gate.id}")
    else:
        output.next(f"treadway case history {case}")
