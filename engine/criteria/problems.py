"""Problems of a criterion, as values: what, where, why, and what to write instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of one criterion.

    Attributes:
        code: Names the kind, its page `docs/criteria/<code>.md` and its test.
        start, end: Offsets into the criterion's text, end exclusive.
        line, column: Of `start`, counted from 1 within the criterion's text.
        why: What would go wrong, for an author.
        fix: What to write instead; empty when nothing better than the message can be said.
        instead: Texts any of which could stand in its place, the likeliest first.
    """

    code: str
    message: str
    start: int
    end: int
    line: int = field(default=1)
    column: int = field(default=1)
    why: str = ""
    fix: str = ""
    instead: tuple[str, ...] = ()

    def caret(self, text: str) -> str:
        """The line of `text` with the problem, and carets under it."""
        lines = text.split("\n")
        shown = lines[self.line - 1] if self.line <= len(lines) else ""
        width = max(1, min(self.end - self.start, len(shown) - self.column + 1))
        return f"{shown}\n{' ' * (self.column - 1)}{'^' * width}"


def problem(
    code: str,
    message: str,
    text: str,
    span: tuple[int, int],
    why: str = "",
    fix: str = "",
    instead: tuple[str, ...] = (),
) -> Problem:
    """A problem over `span` of `text`, with line and column worked out."""
    start, end = span
    before = text[:start]
    line = before.count("\n") + 1
    column = start - (before.rfind("\n") + 1) + 1
    return Problem(code, message, start, end, line, column, why, fix, instead)


class CriterionError(ValueError):
    """A criterion that cannot be used; carries every problem found, in the order of the text."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda one: (one.start, one.end)))
        super().__init__("; ".join(f"{one.line}:{one.column} {one.message}" for one in self.problems))
