"""Problems of a criterion, in words and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.output import Output, paint
from api.shapes import Shape

if TYPE_CHECKING:  # help must not wait for the language
    from engine.criteria import Problem

WIDTH = 100
"""Letters of a line that are shown."""


def tell_problems(output: Output, expression: str, problems: tuple[Problem, ...]) -> None:
    """Each problem with its place, a caret under it, why it is one and what to write instead."""
    for problem in problems:
        output.result(
            f"{problem.line}:{problem.column}: {paint('error', 'error')}[{problem.code}]: {problem.message}"
        )
        output.result(*(f"    {line}" for line in _around(problem, expression)))
        output.result(*([f"    why: {problem.why}"] if problem.why else []))
        output.result(*([f"    fix: {problem.fix}"] if problem.fix else []))
    shapes = [problem_shape(problem) for problem in problems]
    output.document("treadway.criterion/1", {"expression": expression, "problems": shapes})


def _around(problem: Problem, expression: str) -> list[str]:
    """The line and its carets; of a long line the part around them."""
    lines = problem.caret(expression).split("\n")
    start = max(0, problem.column - 1 - WIDTH // 2) if len(lines[0]) > WIDTH else 0
    return [line[start : start + WIDTH] for line in lines]


def problem_shape(problem: Problem) -> Shape:
    """A problem of a criterion; `start` and `end` are offsets into its text."""
    return {
        "code": problem.code,
        "message": problem.message,
        "line": problem.line,
        "column": problem.column,
        "start": problem.start,
        "end": problem.end,
        "why": problem.why,
        "fix": problem.fix,
    }
