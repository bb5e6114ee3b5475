"""`treadway criterion --cases`: conformance cases through every reading, and what became of them."""

import shlex
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from api.cli.criterion_problems import problem_shape
from api.cli.exits import Code, UsageError
from api.cli.output import Output, Progress, paint
from api.shapes import Shape
from engine.population.case_file import read_cases
from engine.population.conformance import Judged, Outcome, Verdict, count, judge, work
from engine.population.readings import (
    Reading,
    by_closures,
    by_generated,
    by_lazy,
    by_polars,
    by_solver,
    by_sql,
    sqlite_in_memory,
)

NO_SERVER = "no server was named by --postgres URL or TREADWAY_POSTGRES_URL"
MOST_SHOWN = 20
"""Cases of one sort that are told in words; JSON has all."""
MOST_QUOTED = 100
"""Letters of a criterion that is offered to be tried alone."""


def run_cases(output: Output, file: Path, postgres: str | None, today: date) -> Code:
    """Put every case of a file through every reading and tell what became of them.

    Raises:
        UnreadableError: The file cannot be read, or some of its lines are no cases.
        UsageError: The URL names no PostgreSQL server.
        StoreUnavailableError: The server does not answer.
    """
    cases = read_cases(file)
    with _readings(postgres) as readings:
        progress = Progress(output, f"Asking {len(cases)} cases", work(cases, readings))
        try:
            judged = judge(cases, readings, today, progress.step)
        finally:
            progress.close()
    not_run = {} if postgres else {"postgresql": NO_SERVER}
    wrong = [one for one in judged if one.wrong]
    output.result(*_words(file, judged, list(readings), not_run))
    output.document("treadway.criterion-cases/1", _shape(file, judged, list(readings), not_run))
    if wrong and len(wrong[0].case.expression) <= MOST_QUOTED:
        output.next(f"treadway criterion {shlex.quote(wrong[0].case.expression)} --why")
    return Code.NO if wrong else Code.DONE


@contextmanager
def _readings(postgres: str | None) -> Generator[dict[str, Reading]]:
    sqlite = sqlite_in_memory()
    found: dict[str, Reading] = {
        "closures": by_closures,
        "generated": by_generated,
        "generated-lazy": by_lazy,
        "polars": by_polars,
        "sqlite": by_sql(sqlite, "sqlite"),
        "z3": by_solver,
    }
    try:
        if not postgres:
            yield found
            return
        with _server(postgres) as reading:
            yield {**found, "postgresql": reading}
    finally:
        sqlite.dispose()


@contextmanager
def _server(url: str) -> Generator[Reading]:
    from engine.store.database import open_engine, reading, url_of

    at = url_of(url)
    if at.get_backend_name() != "postgresql":
        raise UsageError("--postgres names no PostgreSQL server", "write postgresql://user@host/name")
    engine = open_engine(at)
    try:
        with reading(engine):
            pass  # a server that does not answer is told before anything is asked of it
        yield by_sql(engine, "postgresql")
    finally:
        engine.dispose()


def _shape(
    file: Path, judged: Sequence[Judged], readings: Sequence[str], not_run: Mapping[str, str]
) -> Shape:
    by_file = _by(judged, lambda one: one.case.file)
    return {
        "file": str(file),
        **_counts(judged, readings),
        "not_run": dict(not_run),
        "files": [
            {
                "file": name,
                **_counts(part, readings),
                "groups": [
                    {"group": group, **_counts(inner, readings)}
                    for group, inner in _by(part, lambda one: one.case.group).items()
                    if group
                ],
            }
            for name, part in by_file.items()
            if name or any(one.case.group for one in part)
        ],
        "wrong": [
            {**_case_shape(one), "expected": _wanted(one), "reading": reading,
             "answer": verdict.said, "lifted": verdict.lifted}
            for one, reading, verdict in _verdicts(judged, Outcome.WRONG)
        ],
        "refused": [
            {**_case_shape(one), "reading": reading, "reason": verdict.said, "lifted": verdict.lifted}
            for one, reading, verdict in _verdicts(judged, Outcome.REFUSED)
        ],
        "refused_as_asked_cases": [_problem_shape(one) for one in judged if one.refused_as_asked],
        "outside_cases": [_problem_shape(one) for one in judged if one.outside],
        "as_written_only": [one.case.line for one in judged if one.as_written_only],
    }  # fmt: skip


def _counts(judged: Sequence[Judged], readings: Sequence[str]) -> Shape:
    return {
        "cases": len(judged),
        "outside": sum(one.outside for one in judged),
        "refused_as_asked": sum(one.refused_as_asked for one in judged),
        "asked": sum(one.problem is None for one in judged),
        "readings": {
            name: {outcome.value: count(judged, outcome, name) for outcome in Outcome} for name in readings
        },
    }


def _case_shape(one: Judged) -> Shape:
    case = one.case
    return {
        "line": case.line,
        "file": case.file,
        "group": case.group,
        "name": case.name,
        "expression": case.expression,
    }


def _problem_shape(one: Judged) -> Shape:
    found = one.problem
    return {**_case_shape(one), "problem": None if found is None else problem_shape(found)}


def _by(judged: Iterable[Judged], key: Callable[[Judged], str]) -> dict[str, list[Judged]]:
    found: dict[str, list[Judged]] = {}
    for one in judged:
        found.setdefault(key(one), []).append(one)
    return found


def _verdicts(judged: Iterable[Judged], outcome: Outcome) -> Iterator[tuple[Judged, str, Verdict]]:
    for one in judged:
        for reading, verdict in one.verdicts.items():
            if verdict.outcome is outcome:
                yield one, reading, verdict


def _words(
    file: Path, judged: Sequence[Judged], readings: Sequence[str], not_run: Mapping[str, str]
) -> Iterator[str]:
    outside = [one for one in judged if one.outside]
    as_asked = sum(one.refused_as_asked for one in judged)
    yield f"{_number(len(judged), 'case')} of {file}"
    yield f"  {sum(one.problem is None for one in judged):>6}  asked of every reading"
    yield f"  {as_asked:>6}  refused with a place when read, as the case wants"
    yield f"  {len(outside):>6}  outside the language"
    yield ""
    yield paint(f"{'reading':<16}{'passed':>8}{'refused':>9}{'wrong':>7}", "heading")
    for name in readings:
        numbers = [count(judged, outcome, name) for outcome in Outcome]
        yield f"{name:<16}{numbers[0]:>8}{numbers[1]:>9}{numbers[2]:>7}"
    yield from (f"{name:<16}not run: {why}" for name, why in not_run.items())
    yield from _by_file(judged, readings)
    yield from _outside(outside)
    yield from _refusals(judged)
    yield from _wrong(judged)


def _by_file(judged: Sequence[Judged], readings: Sequence[str]) -> Iterator[str]:
    """A row a file, and below it one for each group of which something is inside the language."""
    if not any(one.case.file or one.case.group for one in judged):
        return
    yield ""
    heads = "".join(f"{name:>{_width(name)}}" for name in readings)
    yield paint(
        f"{'passed, by file and group':<42}{'cases':>6}{'outside':>9}{'as asked':>10}{heads}", "heading"
    )
    for file, part in _by(judged, lambda one: one.case.file).items():
        yield _row(file or "(no file named)", part, readings)
        for group, inner in _by(part, lambda one: one.case.group).items():
            if group and not all(one.outside for one in inner):
                yield f"  {_row(group, inner, readings, indent=2)}"


def _row(name: str, part: Sequence[Judged], readings: Sequence[str], indent: int = 0) -> str:
    outside, as_asked = sum(one.outside for one in part), sum(one.refused_as_asked for one in part)
    passed = "".join(f"{count(part, Outcome.PASSED, each):>{_width(each)}}" for each in readings)
    return f"{_cut(name, 41 - indent):<{42 - indent}}{len(part):>6}{outside:>9}{as_asked:>10}{passed}"


def _width(reading: str) -> int:
    return max(len(reading), 4) + 2


def _outside(outside: Sequence[Judged]) -> Iterator[str]:
    """How many for each reason, the most frequent first, with the first of them as an example."""
    reasons = Counter(one.problem.code for one in outside if one.problem is not None)
    if reasons:
        yield ""
        yield paint("outside the language, by reason", "heading")
    for code, number in reasons.most_common():
        first = next(one for one in outside if one.problem is not None and one.problem.code == code)
        message = first.problem.message if first.problem is not None else ""
        yield f"{number:>8}  {code:<20}such as line {first.case.line}: {_cut(first.case.expression, 60)}"
        yield f"{'':>30}{_cut(message, 90)}"


def _refusals(judged: Sequence[Judged]) -> Iterator[str]:
    found = [one for one in judged if any(one.is_in(Outcome.REFUSED, name) for name in one.verdicts)]
    if found:
        yield ""
        yield paint("refused by a reading that could not be sure to answer rightly", "heading")
    for one in found[:MOST_SHOWN]:
        yield f"  {_named(one)}: `{_cut(one.case.expression, 60)}`"
        yield from _by_answer(one, Outcome.REFUSED)
    yield from _more(found)


def _wrong(judged: Sequence[Judged]) -> Iterator[str]:
    found = [one for one in judged if one.wrong]
    if found:
        yield ""
        yield paint("wrong", "failed")
    for one in found[:MOST_SHOWN]:
        wanted = "be refused" if one.case.expected is None else f"give {_cut(one.case.expected, 40)}"
        yield f"  {_named(one)}: `{_cut(one.case.expression, 60)}` should {wanted}"
        yield from _by_answer(one, Outcome.WRONG)
    yield from _more(found)


def _by_answer(one: Judged, outcome: Outcome) -> Iterator[str]:
    """What was said, with the readings that say it; `facts` where it took the literals lifted to facts."""
    found: dict[str, list[str]] = {}
    for _, reading, verdict in _verdicts([one], outcome):
        found.setdefault(verdict.said, []).append(f"{reading} (facts)" if verdict.lifted else reading)
    yield from (f"      {_cut(said, 100)}  by {', '.join(names)}" for said, names in found.items())


def _wanted(one: Judged) -> str:
    """The answer as the file writes it."""
    return "invalid" if one.case.expected is None else one.case.expected


def _more(found: Sequence[object]) -> Iterator[str]:
    if len(found) > MOST_SHOWN:
        yield f"  and {len(found) - MOST_SHOWN} more, which --json lists"


def _named(one: Judged) -> str:
    case = one.case
    name = "/".join(part for part in (case.file, case.group, case.name) if part)
    return f"line {case.line} {name}".rstrip()


def _cut(text: str, width: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 3]}..."


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
