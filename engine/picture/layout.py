"""Where everything stands. Graphviz's SVG is read once per algorithm version; views are painted on the result."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from xml.etree import ElementTree as ET

from engine.model.algorithm import Algorithm
from engine.picture.dot import dot_of
from engine.picture.plan import Plan
from engine.picture.planner import plan as planned
from engine.picture.render import run_dot

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
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

    def grown(self, by: float) -> "Rect":
        """The box with a margin."""
        return Rect(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def overlaps(self, other: "Rect") -> bool:
        """Whether they share any area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Word:
    """A run of text: where its base line starts, its size and whether it is bold."""

    x: float
    y: float
    size: float
    bold: bool
    text: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """One thing as Graphviz drew it: its shapes and text as SVG, the space it takes, for arrows the line and head."""

    ref: str
    shapes: str
    text: str
    rect: Rect
    words: tuple[Word, ...] = ()
    line: str = ""
    head: str = ""

    @property
    def markup(self) -> str:
        """Shapes and text."""
        return self.shapes + self.text

    @property
    def curve(self) -> tuple[Point, ...]:
        """Control points of an arrow: start, then three for each cubic stretch."""
        return _points(self.line)


@dataclass(frozen=True, slots=True)
class Layout:
    """A placed plan. `view` is the SVG view box; `drawn` holds every ref, frames first, in the plan's order."""

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
    shapes: list[str] = []
    texts: list[str] = []
    words: list[Word] = []
    points: list[Point] = []
    line = head = ""
    for shape in group.iter():
        tag = shape.tag.removeprefix(SVG)
        if tag in {"g", "a", "title"}:
            continue
        attributes = {
            name: value
            for name, value in shape.attrib.items()
            if name not in {"font-family", "{http://www.w3.org/XML/1998/namespace}space"}
        }
        (texts if tag == "text" else shapes).append(_element(tag, attributes, shape.text or ""))
        if tag == "text":
            words.append(
                Word(
                    float(attributes["x"]),
                    float(attributes["y"]),
                    float(attributes["font-size"]),
                    "font-weight" in attributes,
                    shape.text or "",
                )
            )
        elif tag == "ellipse":
            x, y, rx, ry = (float(attributes[name]) for name in ("cx", "cy", "rx", "ry"))
            points += [(x - rx, y - ry), (x + rx, y + ry)]
        else:
            where = attributes.get("d") or attributes.get("points", "")
            points += _points(where)
            line = line or (where if tag == "path" else "")
            head = head or (where if tag == "polygon" else "")
    return Drawn(
        group.attrib["id"], "".join(shapes), "".join(texts), _around(points), tuple(words), line, head
    )


def _element(tag: str, attributes: Mapping[str, str], text: str) -> str:
    written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{tag}{written}>{escape(text, quote=False)}</{tag}>" if text else f"<{tag}{written}/>"


def _points(text: str) -> tuple[Point, ...]:
    numbers = [float(n) for n in NUMBER.findall(text)]
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _around(points: Sequence[Point]) -> Rect:
    if not points:
        return Rect(0, 0, 0, 0)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Rect(min(xs), min(ys), max(xs), max(ys))
