"""Words of the picture and the list: names of steps, where a move starts, lines that fit a box."""

import re
from collections.abc import Iterable, Sequence

from engine.model.algorithm import Algorithm, Move, Step, StepKind

BODY_COLUMNS = 52
LABEL_COLUMNS = 24
GIVEN_COLUMNS = 60
MOST_LINES = 3


def short_name(step: Step) -> str:
    """The code where there is one that says enough, else the title."""
    return step.code if step.code and not step.group else step.title


def full_name(step: Step) -> str:
    """Code and title: a code never stands alone where there is room for both."""
    return f"{step.code} {step.title}" if step.code else step.title


def group_title(group: str) -> str:
    """A group's id in words; groups of steps have no title of their own."""
    words = group.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def lines(given: Sequence[str], otherwise: str, columns: int, most: int = MOST_LINES) -> tuple[str, ...]:
    """The author's own short lines, or else a text broken into at most `most` lines.

    Nothing is ever cut. An author's line is broken only where it would stretch the picture; a long text gets
    wider lines instead of more of them.
    """
    if given:
        return tuple(part for line in given for part in _filled(line, GIVEN_COLUMNS)) or ("",)
    width = columns
    while len(text := _filled(otherwise, width)) > most:
        width += 2
    while width > 1 < len(text) == len(narrower := _filled(otherwise, width - 1)):
        text, width = narrower, width - 1  # even lines, no word left alone on the last one
    return tuple(text)


def _filled(text: str, width: int) -> list[str]:
    """Whole words to a line, as many as fit; a longer word has a line of its own."""
    lines = [""]
    for word in text.split():
        if not lines[-1]:
            lines[-1] = word
        elif len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def listed(names: Iterable[str], last: str = "or") -> str:
    """`S1, S2 or S3`, each name once."""
    unique = list(dict.fromkeys(names))
    if len(unique) < 2:
        return "".join(unique)
    return f"{', '.join(unique[:-1])} {last} {unique[-1]}"


def from_where(algorithm: Algorithm, move: Move) -> str | None:
    """`At any step`, where a move starts from so many steps that it is said once; None where it does not.

    Maintenance may be left out: `At any step before R`.
    """
    sources = set(move.sources)
    others = [
        step for step in algorithm.steps.values() if step.kind is not StepKind.END and step.id != move.target
    ]
    missing = [step for step in others if step.id not in sources]
    if len(sources) < 3:
        return None
    if not missing:
        return "At any step"
    if all(step.kind is StepKind.MAINTENANCE for step in missing):
        return f"At any step before {listed(short_name(step) for step in missing)}"
    treatments = [step for step in others if step.kind is StepKind.TREATMENT]
    if len(treatments) > 2 and {step.id for step in treatments} == sources:
        return "At any treatment step"
    return None


def printable(text: str) -> str:
    """One line without characters that a terminal would obey or that XML and PDF refuse."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def sentence_case(text: str) -> str:
    """Lower-case the first letter unless it starts an abbreviation (`Suicide risk`, but `QT interval`)."""
    return text[:1].lower() + text[1:] if re.match(r"[^\W\d_][a-z]", text) else text
