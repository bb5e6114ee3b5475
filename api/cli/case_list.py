"""The case list as a table and as JSON."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from api.cli.output import paint
from api.shapes import Shape, plain
from api.words import age_words, day_words

if TYPE_CHECKING:
    from engine.store.rows import ListedCase

HEAD = ("Case", "Patient", "Born", "Now at", "Since", "Needs")


def list_lines(listed: "Sequence[ListedCase]", today: date) -> list[str]:
    """A table with one line a case."""
    if not listed:
        return []
    rows = [_cells(item, today) for item in listed]
    widths = [max(len(row[column]) for row in [HEAD, *rows]) for column in range(len(HEAD))]
    lines = [paint(_line(HEAD, widths), "heading")]
    lines += [_line(row, widths) for row in rows]
    return lines


def _cells(item: "ListedCase", today: date) -> tuple[str, ...]:
    board = item.board
    needs = f"STOP {', '.join(board.interrupts)}" if board.interrupts else ""
    if board.closed_on is not None:
        needs = f"closed {day_words(board.closed_on)}"
    return (
        board.case_id,
        item.patient.name or "not recorded",
        f"{day_words(board.birth_date)} ({age_words(board.birth_date, today)})",
        board.step,
        day_words(board.entered_on),
        needs,
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def list_shape(item: "ListedCase") -> Shape:
    """One case for programs."""
    board = item.board
    return {
        "case": board.case_id,
        "seq": board.seq,
        "patient": {
            "name": item.patient.name,
            "number": item.patient.number,
            "birth_date": plain(board.birth_date),
            "sex": board.sex,
        },
        "algorithm": {"id": board.algorithm, "digest": board.digest},
        "opened_on": plain(board.opened_on),
        "closed_on": plain(board.closed_on),
        "step": board.step,
        "entered_on": plain(board.entered_on),
        "interrupts": list(board.interrupts),
    }
