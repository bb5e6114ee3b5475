"""Conformance cases through every reading of the language: what passed, was refused, or was answered wrongly.

Each case is asked in two forms: as it is written, and with its literals lifted to facts. A case that the
language cannot read is outside it; that is no wrong answer, and the problem found is the reason. A case that
wants an error wants it when the criterion is read.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from engine.criteria import (
    TODAY,
    Criterion,
    CriterionError,
    Facts,
    Names,
    Problem,
    QuantityType,
    Type,
    Value,
    compile_criterion,
    parse,
    write_value,
)
from engine.criteria.text import write_amount
from engine.criteria.types import WIDE
from engine.criteria.units import ratio
from engine.population.lifting import MOST_FACTS, Lifted
from engine.population.readings import Answers, Reading, Refused, alike

AT_ONCE = 40
"""Cases that a reading is asked together; an engine takes longer to be asked than to answer."""


@dataclass(frozen=True, slots=True)
class ConformanceCase:
    """One case.

    Attributes:
        line: Of the file it comes from, from 1.
        expected: The answer as CQL writes it (`1.0`); None where an error is wanted.
        file, group, name: Where the case belongs, as far as its source says.
    """

    line: int
    expression: str
    expected: str | None
    file: str = ""
    group: str = ""
    name: str = ""


class Outcome(Enum):
    """How a reading did with a case."""

    PASSED = "passed"
    REFUSED = "refused"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reading made of a case.

    Attributes:
        said: The reason of a refusal, or the wrong answer.
        lifted: Whether that came with the literals lifted to facts.
    """

    outcome: Outcome
    said: str = ""
    lifted: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """One case and what became of it.

    Attributes:
        problem: Why the criterion was refused when it was read. The case passed if it wants that, and is
            outside the language if not.
        verdicts: By reading; empty where the criterion was refused.
        as_written_only: It was not asked with its literals lifted, which would make it too long.
    """

    case: ConformanceCase
    problem: Problem | None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict[str, Verdict])
    as_written_only: bool = False

    @property
    def outside(self) -> bool:
        """Whether the language has no words for it."""
        return self.problem is not None and self.case.expected is not None

    @property
    def refused_as_asked(self) -> bool:
        """Whether it wants an error and got it."""
        return self.problem is not None and self.case.expected is None

    def is_in(self, outcome: Outcome, reading: str) -> bool:
        """Whether a reading did so with it."""
        return reading in self.verdicts and self.verdicts[reading].outcome is outcome

    @property
    def wrong(self) -> bool:
        """Whether any reading answered it wrongly."""
        return any(verdict.outcome is Outcome.WRONG for verdict in self.verdicts.values())


def count(judged: Iterable[Judged], outcome: Outcome, reading: str) -> int:
    """How many cases a reading passed, refused or answered wrongly."""
    return sum(one.is_in(outcome, reading) for one in judged)


def work(cases: Sequence[ConformanceCase], readings: Mapping[str, Reading]) -> int:
    """Pieces of work in judging them: each case is read once, and answered once in each reading."""
    return len(cases) * (1 + len(readings))


def judge(
    cases: Sequence[ConformanceCase],
    readings: Mapping[str, Reading],
    today: dt.date,
    told: Callable[[int, str], None] | None = None,
) -> list[Judged]:
    """Put every case through every reading.

    Args:
        cases: In any order, which is kept.
        readings: By the name they are reported under.
        today: What Today() is.
        told: Called now and then with how much of `work` is done, and the reading at it.
    """
    done = 0
    found: list[Judged | _Asked] = []
    for case in cases:
        found.append(_read(case, today, len(found) * MOST_FACTS))
        done += 1 if isinstance(found[-1], _Asked) else 1 + len(readings)
        if told is not None:
            told(done, "")
    asked = [one for one in found if isinstance(one, _Asked)]
    for name, reading in readings.items():
        for start in range(0, len(asked), AT_ONCE):
            part = asked[start : start + AT_ONCE]
            _ask(name, reading, part)
            done += len(part)
            if told is not None:
                told(done, name)
    return [one if isinstance(one, Judged) else one.judged() for one in found]


@dataclass(slots=True)
class _Asked:
    """A case that the language can read, on its way through the readings."""

    case: ConformanceCase
    forms: list[tuple[Criterion, Facts]]
    """As it is written, then lifted."""
    wanted: Criterion | None
    """The expected answer; None where it is an error, or cannot be read."""
    verdicts: dict[str, Verdict] = field(default_factory=dict[str, Verdict])

    def judged(self) -> Judged:
        return Judged(self.case, None, self.verdicts, as_written_only=len(self.forms) == 1)


def _read(case: ConformanceCase, today: dt.date, first: int) -> Judged | _Asked:
    try:
        written = compile_criterion(case.expression, Names())
    except CriterionError as error:
        return Judged(case, error.problems[0])
    forms: list[tuple[Criterion, Facts]] = [(written, {TODAY: today})]
    lifted = Lifted(parse(case.expression), today, first)
    # Its names are longer than its literals were, and the length of a criterion has a limit.
    with suppress(CriterionError):
        forms.append((compile_criterion(lifted.text, lifted.names), lifted.facts))
    return _Asked(case, forms, None if case.expected is None else _compiled(case.expected))


def _compiled(text: str) -> Criterion | None:
    try:
        return compile_criterion(text, Names())
    except CriterionError:
        return None


def _ask(name: str, reading: Reading, part: Sequence[_Asked]) -> None:
    """Both forms of all of them in one call. If that breaks, one by one, to find where."""
    forms = [(one, place) for one in part for place in range(len(one.forms))]
    criteria = [one.forms[place][0] for one, place in forms]
    row: dict[str, Value] = {}
    for one, place in forms:
        row.update(one.forms[place][1])
    try:
        answers = reading(criteria, [row])
    except Exception as error:  # noqa: BLE001 - an engine that breaks has not answered, and must not hide the rest
        if len(part) > 1:
            for one in part:
                _ask(name, reading, [one])
            return
        first = (str(error).strip().splitlines() or ["no reason given"])[0]
        part[0].verdicts[name] = Verdict(Outcome.WRONG, f"no answer: {first}")
        return
    for one in part:
        one.verdicts[name] = Verdict(Outcome.PASSED)
    for (one, place), found in zip(forms, answers, strict=True):
        verdict = _verdict(one, place, found)
        if _WORSE[verdict.outcome] > _WORSE[one.verdicts[name].outcome]:
            one.verdicts[name] = verdict


_WORSE = {Outcome.PASSED: 0, Outcome.REFUSED: 1, Outcome.WRONG: 2}


def _verdict(one: _Asked, place: int, answers: Answers) -> Verdict:
    lifted = place > 0
    if isinstance(answers, Refused):
        return Verdict(Outcome.REFUSED, answers.reason, lifted)
    criterion, (answer,) = one.forms[place][0], answers
    if one.wanted is not None and _is(
        criterion, answer, one.wanted.type, one.wanted.evaluate(one.forms[0][1])
    ):
        return Verdict(Outcome.PASSED)
    return Verdict(Outcome.WRONG, _shown(criterion, answer), lifted)


def _is(criterion: Criterion, answer: Value, type: Type, value: Value) -> bool:
    """Whether an answer is the one wanted, of the same kind; a quantity may be in another unit."""
    if answer is None or value is None:
        return answer is value
    one, other = criterion.type, type
    if isinstance(one, QuantityType) and isinstance(other, QuantityType):
        size = ratio(one.unit, other.unit)
        if size is None or not isinstance(answer, Decimal) or not isinstance(value, Decimal):
            return False
        return Fraction(answer) * size == Fraction(value)
    quantities = isinstance(one, QuantityType) or isinstance(other, QuantityType)
    return not quantities and alike(criterion, answer, value)


def _shown(criterion: Criterion, answer: object) -> str:
    match answer:
        case Decimal():
            number = answer.normalize(WIDE)  # an engine gives it at the places of its column
            if isinstance(criterion.type, QuantityType):
                return write_amount(number, criterion.type.unit, calendar=False)
            return write_value(number)
        case None | bool() | int() | str() | dt.date():
            return write_value(answer)
        case _:
            return f"{answer!r}, which is no value of the language"
