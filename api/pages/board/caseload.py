"""The caseload: a page of cases with what each waits for, narrowed and sorted as the address says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from api.pages.board.line import line_of
from api.pages.board.titles import flag_title, step_title
from api.pages.case.handling import Asked, Shown
from engine.model.algorithm import Algorithm
from engine.runtime.lanes import Lane
from engine.service import (
    AlgorithmMissingError,
    BoardCase,
    BoardCounts,
    BoardFilter,
    algorithm_of,
    board_page,
)
from engine.service import board_counts as counts_of

MOST: Final = 50
LANES: Final[Mapping[str, str]] = {
    Lane.STOPPED: "Stopped for safety",
    Lane.DECISION_DUE: "Decision due",
    Lane.EVIDENCE_DUE: "Evidence due",
    Lane.IN_TRIAL: "In trial",
    Lane.MAINTENANCE: "Staying well",
}
_FORWARD: Final[Mapping[str, str]] = {
    "urgency": "what needs somebody first, then longest without a record",
    "name": "name, from A",
    "entered": "longest in their step first",
    "seen": "longest without a record first",
}
_BACKWARD: Final[Mapping[str, str]] = {
    "urgency": "what can wait first",
    "name": "name, from Z",
    "entered": "newest in their step first",
    "seen": "latest record first",
}
_HEADS: Final = (
    ("name", "Patient"),
    ("entered", "Now at"),
    ("", "Scores of the episode"),
    ("", "Change in the trial"),
    ("seen", "Last recorded"),
    ("urgency", "Needs"),
)


@dataclass(frozen=True, slots=True)
class Head:
    """A heading. `sort`: how the list is sorted by it now (`ascending`, `descending` or not at all)."""

    text: str
    sort: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that one click sets, with how many cases it gives."""

    text: str
    count: int
    href: str
    on: bool


def show_caseload(asked: Asked) -> Shown:
    """The page that the address names.

    Raises:
        BadCursorError: `after` was not made by the page before.
    """
    given = {name: asked.query.get(name, "").strip() for name in ("lane", "step", "flag", "find")}
    sort = asked.query.get("sort", "")
    order, down = _order(sort)
    wanted = BoardFilter(
        step=given["step"] or None,
        flag=given["flag"] or None,
        lane=given["lane"] or None,
        find=given["find"] or None,
    )
    after = asked.query.get("after") or None
    page = board_page(asked.desk, wanted, after, MOST, order=order, descending=down)
    counts = counts_of(asked.desk)
    known = _algorithms(asked, page.cases)
    on = {name: value for name, value in given.items() if value}
    return Shown(
        "board/caseload.html",
        {
            "given": given,
            "lines": [line_of(one, known.get(one.listed.board.digest), page.today) for one in page.cases],
            "today": page.today,
            "total": counts.cases,
            "heads": _heads(order, on, down=down),
            "lanes": [
                _chip(on, sort, "lane", lane, LANES[lane], counts.lanes.get(lane, 0)) for lane in LANES
            ],
            "flags": _flags(counts, known, on, sort),
            "steps": _steps(counts, known),
            "on": _filters_on(on, known),
            "sentence": (_BACKWARD if down else _FORWARD)[order],
            "sort": sort,
            "first": after is not None,
            "first_href": _href(on, sort),
            "next_href": _href({**on, "after": page.after}, sort) if page.after else "",
        },
    )


def _order(text: str) -> tuple[str, bool]:
    name = text.removeprefix("-")
    return (name, text.startswith("-")) if name in _FORWARD else ("urgency", False)


def _href(on: Mapping[str, str], sort: str) -> str:
    words = {**on, **({"sort": sort} if sort else {})}
    return f"/caseload?{urlencode(words)}" if words else "/caseload"


def _heads(order: str, on: Mapping[str, str], *, down: bool) -> list[Head]:
    found: list[Head] = []
    for name, text in _HEADS:
        if not name:
            found.append(Head(text))
            continue
        here = name == order
        sort = ("descending" if down else "ascending") if here else ""
        found.append(Head(text, sort, _href(on, f"-{name}" if here and not down else name)))
    return found


def _chip(on: Mapping[str, str], sort: str, name: str, value: str, text: str, count: int) -> Chip:
    """The filter set, or taken away where it is set. The list stays sorted as it is."""
    here = on.get(name) == value
    rest = {key: word for key, word in on.items() if key != name}
    return Chip(text, count, _href(rest if here else {**rest, name: value}, sort), here)


def _algorithms(asked: Asked, cases: tuple[BoardCase, ...]) -> dict[str, Algorithm]:
    """The algorithms of the cases shown, by digest. One that is lost costs its titles, not the page."""
    found: dict[str, Algorithm] = {}
    for digest in dict.fromkeys(one.listed.board.digest for one in cases):
        try:
            found[digest] = algorithm_of(asked.desk, digest)
        except AlgorithmMissingError:
            continue
    return found


def _flags(
    counts: BoardCounts, known: Mapping[str, Algorithm], on: Mapping[str, str], sort: str
) -> list[Chip]:
    return [
        _chip(on, sort, "flag", name, flag_title(known.values(), name), count)
        for name, count in sorted(counts.flags.items())
        if count or on.get("flag") == name
    ]


def _steps(counts: BoardCounts, known: Mapping[str, Algorithm]) -> list[tuple[str, str]]:
    return [
        (name, f"{step_title(known.values(), name)} ({count})")
        for name, count in sorted(counts.steps.items())
    ]


def _filters_on(on: Mapping[str, str], known: Mapping[str, Algorithm]) -> list[str]:
    return [_said(name, value, known) for name, value in on.items()]


def _said(name: str, value: str, known: Mapping[str, Algorithm]) -> str:
    match name:
        case "lane":
            return LANES.get(value, value)
        case "step":
            return f"at {step_title(known.values(), value)}"
        case "flag":
            return flag_title(known.values(), value)
        case _:
            return f"named or numbered “{value}”"
