"""An answer as lines of text: verdict, reasons (no, not recorded, yes), and what would decide."""

import textwrap
from collections.abc import Sequence

from api.cli.output import paint, terminal_width
from api.words import (
    OPTION_VERDICTS,
    asked_words,
    day_words,
    fact_words,
    kleene_words,
    verdict,
    with_day_words,
)
from engine.model.algorithm import Algorithm
from engine.model.decision import (
    Decision,
    FactShown,
    GateAnswer,
    GateItemAnswer,
    ItemResult,
    OptionAnswer,
    Part,
    Reason,
    Status,
)

COLUMN = 14
"""Width of the column that holds yes, no and not recorded."""


def heading(algorithm: Algorithm, decision: Decision) -> str:
    """`Not yet: S3 Add a second medicine`."""
    word = verdict(decision)
    return f"{paint(word, word)}: {asked_words(algorithm, decision)}"


def decision_lines(algorithm: Algorithm, decision: Decision, *, reasons: bool = True) -> list[str]:
    """The whole answer.

    Args:
        reasons: With every reason; else the verdict and what would change it.
    """
    lines = [heading(algorithm, decision)]
    if reasons:
        lines += reasons_lines(decision.reasons)
    lines += _change_lines(decision)
    return lines


def refusal_lines(algorithm: Algorithm, decision: Decision) -> list[str]:
    """An answer to somebody who asked for more than an answer: what is in the way, and no more than that."""
    against = [reason for reason in decision.reasons if reason.holds is False]
    waiting = [reason for reason in decision.reasons if reason.holds is None]
    lines = [heading(algorithm, decision), *reasons_lines(against or waiting)]
    if against and waiting:
        lines += row("not recorded", f"{len(waiting)} more that would have to hold")
    if decision.again_on is not None:
        lines.append(f"  Ask again on {day_words(decision.again_on)}: time alone changes the answer then.")
    return lines


def reasons_lines(reasons: Sequence[Reason]) -> list[str]:
    """Each reason with the values behind it. What is not recorded is named once, where it first counts."""
    lines: list[str] = []
    named: set[str] = set()
    for reason in reasons:
        facts = [f for f in reason.facts if f.missing is None or f.fact not in named]
        named |= {fact.fact for fact in facts}
        lines += _reason_lines(reason, facts)
    return lines


def _reason_lines(reason: Reason, facts: Sequence[FactShown]) -> list[str]:
    shown = "; ".join(words for fact in facts if (words := _fact(reason, fact)))
    said = with_day_words(reason.text)
    text = f"{said}{' ' if said.endswith('?') else ': '}{shown}" if shown else said
    if reason.again_on is not None:
        text += f" (reached {day_words(reason.again_on)})"
    word = "with care" if reason.part is Part.CAUTION else kleene_words(reason.holds)
    lines = row(word, text)
    if reason.because and reason.holds is not True:
        lines += row("", f"because: {reason.because}")
    return lines


def _fact(reason: Reason, fact: FactShown) -> str:
    """The fact beside its reason; `not recorded` is not said twice in one line."""
    words = fact_words(fact, reason.text)
    return words.removesuffix("not recorded").strip() if reason.holds is None else words


def row(word: str, text: str, column: int = COLUMN) -> list[str]:
    """A word in its column with a text that hangs beside it."""
    width = terminal_width() - column - 2
    first, *rest = textwrap.wrap(text, width, break_long_words=False) or [""]
    lead = paint(word, word, f"{word:<{column}}") if word else " " * column
    return [f"  {lead}{first}", *(f"  {'':<{column}}{line}" for line in rest)]


def _change_lines(decision: Decision) -> list[str]:
    """What would change the answer: evidence, or time."""
    if decision.status is Status.PERMITTED:
        if decision.holds_until is not None:
            return [f"  Stays so until {day_words(decision.holds_until)} if nothing is recorded."]
        return []
    lines: list[str] = []
    for number, need in enumerate(decision.needs.to_permit[:3]):
        lines += row("" if number else "Would decide", f"{'or ' if number else ''}{need_words(need)}")
    if decision.again_on is not None:
        lines.append(f"  Ask again on {day_words(decision.again_on)}: time alone changes the answer then.")
    if decision.status is Status.UNDECIDED and decision.deviable:
        lines.append('  A clinician may go on without: --deviate "the reason"')
    return lines


def need_words(need: Sequence[str]) -> str:
    """A set of evidence to record, as the command that records it takes it: `phq9 total item9, tsh ...`."""
    by_type: dict[str, list[str]] = {}
    for name in need:
        kind, _, field = name.partition(".")
        by_type.setdefault(kind, []).append(field)
    return "; ".join(f"{kind} {' '.join(fields)}" for kind, fields in by_type.items())


def gate_lines(gate: GateAnswer) -> list[str]:
    """A gate's questions with their answers, the conclusion first."""
    asked = [item for item in gate.items if item.result is not ItemResult.DOES_NOT_APPLY]
    answered = len(asked) - len(gate.blank)
    head = f"{gate.title}: {answered} of {len(asked)} answered"
    if gate.signed_on is not None:
        head += f", signed on {day_words(gate.signed_on)}"
        head += f", holds until {day_words(gate.holds_until)}" if gate.holds_until else ""
    if gate.conclusion is not None:
        head += f". Conclusion: {gate.conclusion}"
    words = {
        ItemResult.PASSES: "yes",
        ItemResult.FAILS: "no",
        ItemResult.BLANK: "not recorded",
        ItemResult.DOES_NOT_APPLY: "",
    }
    lines = [head]
    for item in gate.items:
        shown = "; ".join(_item_fact(item, fact) for fact in item.facts)
        by = " (the clinician's word)" if item.by_word else ""
        text = f"{item.id:<7}{item.ask}{by}" + (f" {shown}" if shown else "")
        if item.result is ItemResult.DOES_NOT_APPLY:
            text = f"{item.id:<7}does not apply"
        lines += row(words[item.result], text)
    return lines


def _item_fact(item: GateItemAnswer, fact: FactShown) -> str:
    words = fact_words(fact, item.ask)
    return words.removesuffix(" not recorded") if item.result is ItemResult.BLANK else words


def option_lines(option: OptionAnswer) -> list[str]:
    """An option for this patient today, with its reasons."""
    word = OPTION_VERDICTS[option.status]
    lines = [f"{paint(word, word)}: {option.title}"]
    if option.open_on is not None:
        lines[0] += f", open on {day_words(option.open_on)}"
    return [*lines, *reasons_lines(option.reasons)]
