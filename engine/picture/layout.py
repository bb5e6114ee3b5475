"""Where everything stands: Graphviz's SVG, read once per algorithm version; views are painted on it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from xml.etree import ElementTree as ET

from engine.model.algorithm import Algorithm
from engine.picture.dot import dot_of
from engine.picture.font import font
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


@dataclass(frozen=True, slots=True)
class Drawn:
    """One thing as Graphviz drew it: shapes and text as SVG, the space it takes, an arrow's line and head."""

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
    def words_rect(self) -> Rect:
        """The space its words take; it must have some."""
        rects = [word.rect for word in self.words]
        return _around(
            [(x, y) for rect in rects for x, y in ((rect.left, rect.top), (rect.right, rect.bottom))]
        )

    @property
    def oriented(self) -> tuple[Point, ...]:
        """An arrow's curve from tail to head: its start, then three control points for each cubic stretch.

        DOT draws level arrows that point left from head to tail.
        """
        curve = _points(self.line)
        if self.head:
            tip = _points(self.head)[0]
            if _squared(curve[0], tip) < _squared(curve[-1], tip):
                return curve[::-1]
        return curve

    def along(self, share: float) -> Point:
        """A point of an arrow, from 0 at its tail to 1 at its head."""
        curve = self.oriented
        stretches = (len(curve) - 1) // 3
        at = min(int(share * stretches), stretches - 1)
        stretch = curve[3 * at : 3 * at + 4]
        t = share * stretches - at
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        return (
            sum(weight * x for weight, (x, _) in zip(weights, stretch, strict=True)),
            sum(weight * y for weight, (_, y) in zip(weights, stretch, strict=True)),
        )


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
    shapes: list[str] = []
    texts: list[str] = []
    words: list[Word] = []
    points: list[Point] = []
    line = head = ""
    for shape in group.iter():
        tag = shape.tag.removeprefix(SVG)
        if tag in {"g", "a", "title"} or (tag == "text" and not (shape.text or "").strip()):
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


def _squared(one: Point, other: Point) -> float:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2
