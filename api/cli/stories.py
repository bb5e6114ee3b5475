"""Stories of patients for whom a claim is not true, as lines, as JSON and as files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.draw import write_picture
from api.cli.output import Output, paint
from api.shapes import Shape

if TYPE_CHECKING:
    from engine.model.algorithm import Algorithm
    from engine.proof.answers import Answer
    from engine.proof.story import Told
    from engine.proof.telling import ClaimPart

_GAP = "  "
_WORDS = {True: "yes", False: "no", None: "not recorded"}
ELSEWHERE = "not from here"
"""A move that starts in other steps than the one the patient is in."""


def story_of(algorithm: "Algorithm", answer: "Answer", visits: int) -> "Told | None":
    """The story of an answer's patient; None where it has none."""
    if answer.witness is None:
        return None
    from engine.proof.story import tell

    return tell(algorithm, answer, visits=visits)


def story_lines(told: "Told") -> list[str]:
    """A line a visit, then the parts of the claim at each visit."""
    return [*told.lines, *_table(told)]


def story_shape(told: "Told | None") -> Shape | None:
    """A story as JSON."""
    if told is None:
        return None
    last = told.parts[-1] if told.parts else ()
    parts = [
        {
            "text": one.text,
            "at_each_visit": [_word(visit[number]) for visit in told.parts],
            "decides": one.decides,
        }
        for number, one in enumerate(last)
    ]
    return {"replayed": told.replayed, "visits": list(told.lines), "parts": parts}


def save_scenario(output: Output, folder: Path, answer: "Answer", told: "Told") -> None:
    """Write a story as a scenario that fails until the definition or the claim is mended."""
    if told.scenario is not None:
        path = folder / f"counterexample-{answer.claim.id}.yaml"
        write_picture(path, told.scenario)
        output.say(f"Written: {path}")


def draw_story(output: Output, folder: Path, answer: "Answer", told: "Told") -> None:
    """Draw the way of a story's patient, with what is open to them at its end."""
    if told.case is None or told.algorithm is None:
        return
    from engine.picture.draw import draw
    from engine.runtime.decide import decide

    said = decide(told.algorithm, told.case, told.on)
    path = folder / f"counterexample-{answer.claim.id}.svg"
    write_picture(path, draw(told.algorithm, "svg", told.case, said))
    output.say(f"Saved {path}")


def _word(part: "ClaimPart") -> str:
    return _WORDS[part.value] if part.here else ELSEWHERE


def _table(told: "Told") -> Iterator[str]:
    """Visits side by side with parts; whichever are more go downwards."""
    if not told.parts:
        return
    last = told.parts[-1]
    visits = [f"visit {number}" for number in range(1, len(told.parts) + 1)]
    cells = [[_word(part) for part in visit] for visit in told.parts]
    marked = [[*row] for row in cells]
    marked[-1] = [f"[{word}]" if part.decides else word for word, part in zip(cells[-1], last, strict=True)]
    letters = [chr(ord("a") + number) for number in range(len(last))]
    yield "where [ ] marks what decides:"
    if len(last) > len(visits):
        rows = [[part.text, *(visit[number] for visit in marked)] for number, part in enumerate(last)]
        yield from _columns([["", *visits], *rows])
        return
    for letter, part in zip(letters, last, strict=True):
        yield f"{letter}{_GAP}{part.text}"
    yield from _columns([["", *letters], *([name, *row] for name, row in zip(visits, marked, strict=True))])


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[number]) for row in rows) for number in range(len(rows[0]))]
    for row in rows:
        yield _GAP.join(_painted(text, width) for text, width in zip(row, widths, strict=True)).rstrip()


def _painted(text: str, width: int) -> str:
    word = text.strip("[]")
    filled = text.ljust(width)
    return paint(word, word, filled) if word in _WORDS.values() else filled
