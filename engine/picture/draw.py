"""The way into the diagram room: one algorithm, one form, and if wanted one patient or the counts of all."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, TypeVar, overload

from engine.model.algorithm import Algorithm
from engine.model.case import Case
from engine.model.decision import Decisions
from engine.picture.dot import dot_of
from engine.picture.layout import Layout, laid_out
from engine.picture.outline import as_html, as_text, outline
from engine.picture.overlay import StepCount, counts_view, next_verdicts, trail_view
from engine.picture.paint import described, svg
from engine.picture.palette import recoloured
from engine.picture.plan import Plan
from engine.picture.planner import plan
from engine.picture.render import DrawingError, pdf, png
from engine.picture.view import View

KEPT = 64
"""Layouts and finished pictures kept in memory, for as many versions of algorithms."""


class Format(StrEnum):
    """Forms of the picture. `list` and `html` are the same content in words."""

    SVG = "svg"
    PNG = "png"
    PDF = "pdf"
    DOT = "dot"
    LIST = "list"
    HTML = "html"


K = TypeVar("K")
V = TypeVar("V")
Written = Literal["svg", "dot", "list", "html"]
Pixels = Literal["png", "pdf"]

_layouts: dict[tuple[str, str], Layout] = {}
_pictures: dict[tuple[str, str, str, bool], str] = {}


@overload
def draw(
    algorithm: Algorithm,
    format: Written,
    case: Case | None = None,
    decisions: Decisions | None = None,
    counts: Mapping[str, StepCount] | None = None,
    *,
    links: str = "",
    alone: bool = True,
    dark: bool = False,
) -> str: ...


@overload
def draw(
    algorithm: Algorithm,
    format: Pixels,
    case: Case | None = None,
    decisions: Decisions | None = None,
    counts: Mapping[str, StepCount] | None = None,
    *,
    links: str = "",
    alone: bool = True,
    dark: bool = False,
) -> bytes: ...


@overload
def draw(
    algorithm: Algorithm,
    format: str,
    case: Case | None = None,
    decisions: Decisions | None = None,
    counts: Mapping[str, StepCount] | None = None,
    *,
    links: str = "",
    alone: bool = True,
    dark: bool = False,
) -> str | bytes: ...


def draw(
    algorithm: Algorithm,
    format: str,  # noqa: A002  the word that people use
    case: Case | None = None,
    decisions: Decisions | None = None,
    counts: Mapping[str, StepCount] | None = None,
    *,
    links: str = "",
    alone: bool = True,
    dark: bool = False,
) -> str | bytes:
    """Draw an algorithm.

    Args:
        algorithm: What to draw. Its layout is made once for each digest and language.
        format: One of `Format`.
        case: A patient whose way is painted over the picture.
        decisions: What the algorithm says of that case, for the week and the verdict on each next move.
        counts: Step id to how many patients are there; a step without one shows 0.
        links: Address of the page that links lead to (`/algorithms/x#step-ssri`); empty for the same page.
        alone: An SVG that stands alone carries its rules for dark mode; a page serves `palette.dark_css`.
        dark: Dark colours in a PNG. SVG follows the reader's setting; PDF is for paper.

    Returns:
        Text for svg, dot, list and html; bytes for png and pdf. DOT is without case and counts.

    Raises:
        DrawingError: No such format, both a case and counts, or a renderer that failed.
    """
    if format not in list(Format):
        raise DrawingError(f"there is no format `{format}`", f"use one of {', '.join(Format)}")
    if case is not None and counts is not None:
        raise DrawingError(
            "one picture shows either a patient's way or counts", "draw them one after the other"
        )
    match Format(format):
        case Format.DOT:
            return dot_of(plan(algorithm))
        case Format.LIST | Format.HTML:
            shown = plan(algorithm)
            verdicts = next_verdicts(shown, case, decisions) if case else {}
            words = outline(shown, _view(shown, case, decisions, counts), verdicts)
            return as_text(words) if format == Format.LIST else as_html(words, links)
        case Format.SVG:
            return _svg(algorithm, case, decisions, counts, links=links, alone=alone)
        case Format.PNG:
            text = _svg(algorithm, case, decisions, counts, links=links, alone=False)
            layout = _layout(algorithm)
            return png(recoloured(text) if dark else text, layout.width, layout.height)
        case Format.PDF:
            text = _svg(algorithm, case, decisions, counts, links=links, alone=False)
            layout = _layout(algorithm)
            return pdf(text, layout.width, layout.height, algorithm.title, described(layout.plan))


def picture(algorithm: Algorithm) -> tuple[str, float, float]:
    """The picture for a page of paper: SVG in light colours, width and height in points."""
    layout = _layout(algorithm)
    return _svg(algorithm, None, None, None, links="", alone=False), layout.width, layout.height


def _svg(
    algorithm: Algorithm,
    case: Case | None,
    decisions: Decisions | None,
    counts: Mapping[str, StepCount] | None,
    *,
    links: str,
    alone: bool,
) -> str:
    if case is not None or counts is not None:
        layout = _layout(algorithm)
        return svg(layout, _view(layout.plan, case, decisions, counts), links=links, alone=alone)
    key = (algorithm.digest, algorithm.language, links, alone)
    if key not in _pictures:
        _keep(_pictures, key, svg(_layout(algorithm), links=links, alone=alone))
    return _pictures[key]


def _view(
    shown: Plan, case: Case | None, decisions: Decisions | None, counts: Mapping[str, StepCount] | None
) -> View:
    if case is not None:
        return trail_view(shown, case, decisions)
    return counts_view(shown, counts) if counts is not None else View()


def _layout(algorithm: Algorithm) -> Layout:
    key = (algorithm.digest, algorithm.language)
    if key not in _layouts:
        _keep(_layouts, key, laid_out(algorithm))
    return _layouts[key]


def _keep(kept: dict[K, V], key: K, value: V) -> None:
    """Keep a value, forgetting the oldest of too many. Two threads may do the work twice, no worse."""
    while len(kept) >= KEPT:
        kept.pop(next(iter(kept)), None)
    kept[key] = value
