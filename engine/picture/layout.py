"""Where everything stands: Graphviz's SVG, read once per algorithm version; views are painted on it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from xml.etree import ElementTree as ET

from engine.model.algorithm import Algorithm
from engine.picture.dot import dot_of
from engine.picture.font import font
from engine.picture.plan import Plan
from engine.picture.planner import plan as planned
from engine.picture.render import run_dot

SVG = "{http://www.w3.org/2000/svg}"
TEXT, PATH, POLYGON, ELLIPSE = (f"{SVG}{tag}" for tag in ("text", "path", "polygon", "ellipse"))
SHAPES = frozenset((PATH, POLYGON, ELLIPSE, f"{SVG}polyline"))
KEPT = frozenset(
    (
        "cx", "cy", "d", "fill", "font-size", "font-weight", "points", "rx", "ry",
        "stroke", "stroke-dasharray", "stroke-width", "text-anchor", "x", "y",
    )
)  # fmt: skip
"""Attributes taken over from Graphviz's SVG."""
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
    parts: tuple[ET.Element, ...]
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
                float(part.attrib["x"]),
                float(part.attrib["y"]),
                float(part.attrib["font-size"]),
                "font-weight" in part.attrib,
                part.text or "",
            )
            for part in self.parts
            if part.tag == TEXT
        )

    @cached_property
    def line(self) -> str:
        """The path of an arrow."""
        return next((part.attrib["d"] for part in self.parts if part.tag == PATH), "")

    @cached_property
    def head(self) -> str:
        """The corners of an arrow's head, or of a gate."""
        return next((part.attrib["points"] for part in self.parts if part.tag == POLYGON), "")

    @cached_property
    def rect(self) -> Rect:
        """The space its shapes take."""
        points: list[Point] = []
        for part in self.parts:
            if part.tag == ELLIPSE:
                x, y, rx, ry = (float(part.attrib[name]) for name in ("cx", "cy", "rx", "ry"))
                points += [(x - rx, y - ry), (x + rx, y + ry)]
            else:
                points += _points(part.attrib.get("d") or part.attrib.get("points", ""))
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


def read(plan: Plan, svg: bytes) -> Layout:
    """Read Graphviz's SVG."""
    root = ET.fromstring(svg)  # noqa: S314  our own renderer wrote it
    graph = root.find(f"{SVG}g")
    assert graph is not None
    _, _, width, height = (float(n) for n in root.attrib["viewBox"].split())
    shift = re.search(r"translate\((\S+) (\S+)\)", graph.attrib["transform"])
    assert shift is not None
    found = {
        drawn.ref: drawn
        for child in graph
        if child.tag == f"{SVG}g"
        for drawn in (_drawn(child),)
        if drawn is not None
    }
    arrows = [arrow.ref for arrow in plan.arrows]
    order = [*plan.frames, *arrows, "start", *plan.order, "safety", "key"]
    drawn = {ref: found[ref] for ref in order if ref in found}
    return Layout(plan, Rect(0, 0, width, height), (float(shift[1]), float(shift[2])), drawn)


def _drawn(group: ET.Element) -> Drawn | None:
    if "id" not in group.attrib:
        return None
    parts: list[ET.Element] = []
    shapes, texts = "", ""
    for part in group.iter():
        if part.tag == TEXT:
            said = (part.text or "").strip()
            if said:
                parts.append(part)
                texts += _element(part, escape(part.text or "", quote=False))
        elif part.tag in SHAPES:
            parts.append(part)
            shapes += _element(part)
    return Drawn(group.attrib["id"], tuple(parts), shapes, texts)


def _element(part: ET.Element, text: str = "") -> str:
    # Numbers, and colours and styles of ours: nothing that a definition says comes to stand in an attribute.
    tag = part.tag.removeprefix(SVG)
    written = "".join([f' {name}="{value}"' for name, value in part.attrib.items() if name in KEPT])
    return f"<{tag}{written}>{text}</{tag}>" if text else f"<{tag}{written}/>"


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
