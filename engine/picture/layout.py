"""Where everything stands: Graphviz's SVG, read once per algorithm version; views are painted on it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from xml.etree import ElementTree as ET

from engine.model.algorithm import Algorithm
from engine.picture.dot import dot_of
from engine.picture.font import font
from engine.picture.plan import Plan
from engine.picture.planner import plan as planned
from engine.picture.render import DOT_SETTING, DrawingError, run_dot

VIEW = re.compile(r'viewBox="\S+ \S+ (\S+) (\S+)"')
SHIFT = re.compile(r'transform="[^"]*translate\((\S+) (\S+)\)"')
GROUP = '<g id="'
PART = re.compile(
    r"^<(?:(?:path|polygon|polyline|ellipse) [^<>]*/>|text [^<>]*>[^<>]*[^<>\s][^<>]*</text>)$", re.MULTILINE
)
"""The elements taken over from Graphviz's SVG, one a line, and no others. It escapes all text; a text of
spaces only sets a base line."""
LEFT_OUT = re.compile(r' font-family="[^"]*"| xml:space="preserve"')
"""Said once for the whole picture, or without effect."""
SEPARATORS = str.maketrans("MC,", "   ")
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rect:
    """A box, in points; y grows downward."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Its width in points."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Its height in points."""
        return self.bottom - self.top

    def grown(self, by: float) -> "Rect":
        """The box with a margin."""
        return Rect(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def shared(self, other: "Rect") -> float:
        """The area they have in common; 0 where they only touch."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height if width > 0 and height > 0 else 0


@dataclass(frozen=True, slots=True)
class Word:
    """A run of text: where its base line starts, its size and whether it is bold."""

    x: float
    y: float
    size: float
    bold: bool
    text: str

    @property
    def rect(self) -> Rect:
        """The space it takes, descenders included."""
        right = self.x + font(bold=self.bold).width(self.text, self.size)
        return Rect(self.x, self.y - self.size, right, self.y + self.size / 4)


@dataclass(frozen=True)
class Drawn:
    """One thing as Graphviz drew it. Its SVG is ready; places are read from it when a view asks for them."""

    ref: str
    shapes: str
    text: str

    @property
    def markup(self) -> str:
        """Shapes and text."""
        return self.shapes + self.text

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """Its text, in order."""
        return tuple(
            Word(
                float(text.attrib["x"]),
                float(text.attrib["y"]),
                float(text.attrib["font-size"]),
                "font-weight" in text.attrib,
                text.text or "",
            )
            for text in _elements(self.text)
        )

    @cached_property
    def line(self) -> str:
        """The path of an arrow."""
        return next((shape.attrib["d"] for shape in _elements(self.shapes) if shape.tag == "path"), "")

    @cached_property
    def head(self) -> str:
        """The corners of an arrow's head, or of a gate."""
        return next(
            (shape.attrib["points"] for shape in _elements(self.shapes) if shape.tag == "polygon"), ""
        )

    @cached_property
    def rect(self) -> Rect:
        """The space its shapes take."""
        points: list[Point] = []
        for shape in _elements(self.shapes):
            if shape.tag == "ellipse":
                x, y, rx, ry = (float(shape.attrib[name]) for name in ("cx", "cy", "rx", "ry"))
                points += [(x - rx, y - ry), (x + rx, y + ry)]
            else:
                points += _points(shape.attrib.get("d") or shape.attrib["points"])
        return _around(points)

    @cached_property
    def curve(self) -> tuple[Point, ...]:
        """An arrow's line from tail to head: the start, then three points for each cubic stretch.

        DOT draws level arrows that point left from head to tail; here they are turned round.
        """
        curve, head = _points(self.line), _points(self.head)
        if head and _squared(curve[0], head[0]) < _squared(curve[-1], head[0]):
            return curve[::-1]
        return curve

    @property
    def words_rect(self) -> Rect:
        """The space its words take; it must have some."""
        rects = [word.rect for word in self.words]
        return _around(
            [(x, y) for rect in rects for x, y in ((rect.left, rect.top), (rect.right, rect.bottom))]
        )

    def along(self, share: float) -> Point:
        """A point of an arrow, from 0 at its tail to 1 at its head."""
        stretches = (len(self.curve) - 1) // 3
        at = min(int(share * stretches), stretches - 1)
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = self.curve[3 * at : 3 * at + 4]
        t = share * stretches - at
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        return a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy


@dataclass(frozen=True, slots=True)
class Layout:
    """A placed plan. `view` is the SVG view box; `drawn` holds every ref, frames and arrows first."""

    plan: Plan
    view: Rect
    shift: Point
    drawn: Mapping[str, Drawn]

    @property
    def width(self) -> float:
        """Width in points."""
        return self.view.right - self.view.left

    @property
    def height(self) -> float:
        """Height in points."""
        return self.view.bottom - self.view.top


def laid_out(algorithm: Algorithm) -> Layout:
    """Place an algorithm's picture. Runs the layout program: a few hundredths of a second."""
    plan = planned(algorithm)
    return read(plan, run_dot(dot_of(plan)))


def read(plan: Plan, svg: str) -> Layout:
    """Read Graphviz's SVG.

    Raises:
        DrawingError: It is not the SVG that Graphviz writes.
    """
    view, shift = VIEW.search(svg), SHIFT.search(svg)
    if view is None or shift is None:
        raise DrawingError("the layout program wrote no picture", f"check {DOT_SETTING}")
    found: dict[str, Drawn] = {}
    for group in LEFT_OUT.sub("", svg).split(GROUP)[1:]:
        ref, _, body = group.partition('"')
        parts = PART.findall(body.partition("</g>")[0])
        shapes = "".join([part for part in parts if not part.startswith("<text")])
        texts = "".join([part for part in parts if part.startswith("<text")])
        found[unescape(ref)] = Drawn(unescape(ref), shapes, texts)
    arrows = [arrow.ref for arrow in plan.arrows]
    order = [*plan.frames, *arrows, "start", *plan.order, "safety", "key"]
    drawn = {ref: found[ref] for ref in order if ref in found}
    page = Rect(0, 0, float(view[1]), float(view[2]))
    return Layout(plan, page, (float(shift[1]), float(shift[2])), drawn)


def _elements(markup: str) -> ET.Element:
    return ET.fromstring(f"<g>{markup}</g>")  # noqa: S314  our own renderer wrote it


def _points(text: str) -> tuple[Point, ...]:
    numbers = [float(n) for n in text.translate(SEPARATORS).split()]
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _around(points: Sequence[Point]) -> Rect:
    if not points:
        return Rect(0, 0, 0, 0)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Rect(min(xs), min(ys), max(xs), max(ys))


def _squared(one: Point, other: Point) -> float:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2
