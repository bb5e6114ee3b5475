"""The page `docs/reference/conformance.md`, and the cases behind it. Run this file to write it anew.

python -m tests.support.conformance_page
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from engine.population.case_file import read_cases
from engine.population.conformance import ConformanceCase, Judged, Outcome, count, judge
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
from tests.support import postgres

FOLDER = Path(__file__).parents[1] / "conformance" / "cql"
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "conformance.md"
DATES = "adapted-dates.jsonl"
TODAY = dt.date(2026, 3, 1)
HEADS = {
    "closures": "closures",
    "generated": "generated code",
    "generated-lazy": "the same, lazy",
    "polars": "polars",
    "sqlite": "SQLite",
    "z3": "z3 terms",
    "postgresql": "PostgreSQL",
}
TOP = """# Conformance

The criteria language is a part of HL7's Clinical Quality Language (CQL), so HL7's own test cases say what it
must answer. They come from the public repository cqframework/cql-tests ({official} of its 1,823 cases, which
its licence lets us keep beside the tests); {dates} more are its cases about whole days, rewritten from
`DateTime(y, m, d)` to `@yyyy-mm-dd`.

Each case is asked twice in every reading of the language: as it is written, and with each literal lifted to
a fact, so that columns and terms really compute. An answer must also be of the kind that is expected: `1 / 1`
is `1.0`, no whole number. This page is written by `python -m tests.support.conformance_page` and kept true by
a test; `treadway criterion --cases FILE.jsonl` does the same for any file of such cases.

## By reading

*Passed*: answered as the case says. *Refused*: the reading could not be sure to answer rightly, and said so.
"""
BY_FILE = """
## By file

*Outside*: the language has no words for it. *Refused as asked*: the case wants an error, and the criterion
is refused with a place when it is read, before any reading sees it; {worded} of the {as_asked} for words that
the language does not have, the others for a value that cannot be. The columns of the readings count what
passed.
"""
REFUSED = """
## Refused by a reading

"""
OUTSIDE = """
## Outside the language

By the first problem found when the criterion is read. Most speak of times of day, of lists, intervals and
tuples as values, of queries, and of functions that [criteria](criteria.md) leave out.

| Problem | Cases | Such as |
|---|--:|---|
"""
VALUES = {"number-out-of-range", "date-out-of-range", "date-too-far"}
"""Problems of a value; every other one is of words."""


def all_cases() -> dict[str, list[ConformanceCase]]:
    """The official cases, then those about whole days, by file name."""
    return {name: read_cases(FOLDER / name) for name in ("cases.jsonl", DATES)}


@cache
def judged_here() -> dict[str, list[Judged]]:
    """Every case in every reading that needs no server; made once, since it takes seconds."""
    sqlite = sqlite_in_memory()
    try:
        return _judged(
            {
                "closures": by_closures,
                "generated": by_generated,
                "generated-lazy": by_lazy,
                "polars": by_polars,
                "sqlite": by_sql(sqlite, "sqlite"),
                "z3": by_solver,
            }
        )
    finally:
        sqlite.dispose()


def judged_on_server(url: sa.URL | str) -> dict[str, list[Judged]]:
    """Every case on a PostgreSQL server."""
    engine = sa.create_engine(url)
    try:
        return _judged({"postgresql": by_sql(engine, "postgresql")})
    finally:
        engine.dispose()


def _judged(readings: Mapping[str, Reading]) -> dict[str, list[Judged]]:
    return {name: judge(cases, readings, TODAY) for name, cases in all_cases().items()}


def both(here: Mapping[str, list[Judged]], server: Mapping[str, list[Judged]]) -> dict[str, list[Judged]]:
    """The verdicts of both, in one."""
    return {
        name: [
            Judged(one.case, one.problem, {**one.verdicts, **other.verdicts})
            for one, other in zip(here[name], server[name], strict=True)
        ]
        for name in here
    }


def page(judged: Mapping[str, Sequence[Judged]]) -> str:
    """The page as it must be, with the readings that were asked."""
    every = [one for part in judged.values() for one in part]
    official, dates = judged["cases.jsonl"], judged[DATES]
    asked = next(one.verdicts for one in every if one.verdicts)
    readings = [name for name in HEADS if name in asked]
    as_asked = [one for one in every if one.refused_as_asked]
    worded = sum(one.problem is not None and one.problem.code not in VALUES for one in as_asked)
    return (
        TOP.format(official=f"{len(official):,}", dates=len(dates))
        + _by_reading(every, readings)
        + BY_FILE.format(worded=worded, as_asked=len(as_asked))
        + _by_file(official, dates, readings)
        + REFUSED
        + _refused(every)
        + OUTSIDE
        + _outside(every)
    )


def _by_reading(every: Sequence[Judged], readings: Sequence[str]) -> str:
    rows = ["", "| Reading | Passed | Refused | Wrong |", "|---|--:|--:|--:|"]
    rows += (_line(HEADS[name], *(count(every, outcome, name) for outcome in Outcome)) for name in readings)
    return "\n".join(rows) + "\n"


def _by_file(official: Sequence[Judged], dates: Sequence[Judged], readings: Sequence[str]) -> str:
    files: dict[str, list[Judged]] = {}
    for one in official:
        files.setdefault(one.case.file, []).append(one)
    heads = ["File", "Cases", "Outside", "Refused as asked", *(HEADS[name] for name in readings)]
    rows = ["", _line(*heads), f"|---|{'--:|' * (len(heads) - 1)}"]
    parts = [*files.items(), ("whole days, rewritten", dates), ("all", [*official, *dates])]
    for name, part in parts:
        outside, as_asked = sum(one.outside for one in part), sum(one.refused_as_asked for one in part)
        passed = (count(part, Outcome.PASSED, reading) for reading in readings)
        rows.append(_line(name, len(part), outside, as_asked, *passed))
    return "\n".join(rows) + "\n"


def _refused(every: Sequence[Judged]) -> str:
    rows: list[str] = []
    for one in every:
        verdicts = {name: v.said for name, v in one.verdicts.items() if v.outcome is Outcome.REFUSED}
        if verdicts:
            names = ", ".join(HEADS[name] for name in HEADS if name in verdicts)
            rows.append(f"- `{one.case.expression}` by {names}: {next(iter(verdicts.values()))}.")
    return "\n".join(rows or ["None."]) + "\n"


def _outside(every: Sequence[Judged]) -> str:
    problems: dict[str, list[Judged]] = {}
    for one in every:
        if one.outside and one.problem is not None:
            problems.setdefault(one.problem.code, []).append(one)
    rows: list[str] = []
    for code, part in sorted(problems.items(), key=lambda item: (-len(item[1]), item[0])):
        shortest = min(part, key=lambda one: len(one.case.expression)).case.expression
        shown = " ".join(shortest.split()).replace("|", "\\|")
        rows.append(_line(f"[{code}](../criteria/{code}.md)", len(part), f"`{shown}`"))
    return "\n".join(rows) + "\n"


def _line(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


if __name__ == "__main__":
    with postgres.server() as url:
        PAGE.write_text(page(both(judged_here(), judged_on_server(url))), encoding="utf-8")
