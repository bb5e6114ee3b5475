"""Shapes of a view: borders, tabs, signs and arrows that were taken, put where nothing else stands."""

from collections.abc import Iterable, Iterator
from html import escape
from itertools import product

from engine.picture.font import drawable, font
from engine.picture.labels import GOAL
from engine.picture.layout import Drawn, Layout, Point, Rect
from engine.picture.palette import STOP, TRAIL
from engine.picture.view import DASHES, TONES, Change, Icon, Mark, Sign, Tab, Tone, Verdict, View

TAB_SIZE = 12
SIGN_SIZE = 11
LINE_HEIGHT = 14
PADDING = 5
ICON_WIDTH = 13
ROUND = 12
SHARE = 0.45
"""Share of a box's top edge that a tab may take, since arrows come in at its middle."""

ICONS = {
    Icon.TICK: '<path d="M{x} {y}m0 -4l3 3.5l5.5 -7.5" fill="none" stroke="{color}" stroke-width="2"/>',
    Icon.CROSS: '<path d="M{x} {y}m0 -7l7 7m0 -7l-7 7" fill="none" stroke="{color}" stroke-width="2"/>',
    Icon.HERE: '<path d="M{x} {y}m0 -8.5l8 4.25l-8 4.25z" fill="{color}"/>',
}


class Painter:
    """Paints one view over one layout."""

    def __init__(self, layout: Layout, view: View) -> None:
        self.layout = layout
        self.view = view
        self.obstacles: list[Rect] = []
        self.on_arrows: list[Point] = []
        self.shapes: list[str] = []

    # --- what other parts ask -------------------------------------------------------------------------------

    def said(self, ref: str) -> str:
        """What the view says of a box, in words."""
        mark, sign = self.view.marks.get(ref), self.view.box_signs.get(ref)
        return ". ".join(part for part in (mark.said if mark else "", sign.verdict if sign else "") if part)

    def arrow(self, drawn: Drawn) -> str:
        """An arrow as it is, as taken, or as blocked."""
        sign = self.view.arrow_signs.get(drawn.ref)
        if drawn.ref in self.view.taken:
            return drawn.markup + _stroked(drawn, TRAIL, 4)
        if sign and isinstance(sign.verdict, Change):
            return drawn.markup + _stroked(drawn, TONES[sign.verdict].line, 4, DASHES[sign.verdict])
        if sign and sign.verdict is Verdict.BLOCKED:
            return drawn.text + _barred(drawn)
        return drawn.markup

    def layer(self) -> str:
        """Everything that lies over the boxes."""
        if not (self.view.marks or self.view.arrow_signs or self.view.line_signs or self.view.box_signs):
            return ""
        for ref, mark in self.view.marks.items():
            self._border(ref, mark)
        self.obstacles = list(self._standing())
        arrows = [self.layout.drawn[arrow.ref] for arrow in self.layout.plan.arrows]
        self.on_arrows = [drawn.along(n / 20) for drawn in arrows for n in range(21)]
        for ref, mark in self.view.marks.items():
            if mark.tab and ref not in self.layout.plan.gates:
                self._tab(ref, mark.tab)
        for ref, sign in self.view.box_signs.items():
            self._box_sign(ref, sign)
        for (ref, place), sign in self.view.line_signs.items():
            self._line_sign(ref, place, sign)
        for ref, place in sorted(self.view.lines_taken):
            self._line_taken(ref, place)
        for ref, mark in self.view.marks.items():
            if mark.tab and ref in self.layout.plan.gates:
                self._gate_tab(ref, mark.tab)
        for ref, sign in self.view.arrow_signs.items():
            self._arrow_sign(ref, sign)
        return "".join(self.shapes)

    # --- boxes ----------------------------------------------------------------------------------------------

    def _border(self, ref: str, mark: Mark) -> None:
        drawn = self.layout.drawn[ref]
        if not mark.border:
            return
        dash = f' stroke-dasharray="{mark.dash}"' if mark.dash else ""
        stroke = f'fill="none" stroke="{mark.color}" stroke-width="{mark.border:g}"{dash}'
        if ref in self.layout.plan.gates:
            self.shapes.append(f'<polygon points="{drawn.head}" {stroke}/>')
        else:
            rect = drawn.rect
            self.shapes.append(
                f'<rect x="{rect.left:g}" y="{rect.top:g}" width="{rect.width:g}" '
                f'height="{rect.height:g}" rx="{ROUND}" {stroke}/>'
            )

    def _tab(self, ref: str, tab: Tab) -> None:
        box = self.layout.drawn[ref].rect
        entered = any(
            abs(y - box.top) < ROUND and box.left < x < box.right
            for arrow in self.layout.plan.arrows
            if arrow.head == ref
            for x, y in (self.layout.drawn[arrow.ref].along(1),)
        )
        room = box.width * SHARE if entered else box.width
        lines = _wrapped(tab.parts, TAB_SIZE, room - 2 * PADDING - (ICON_WIDTH if tab.icon else 0))
        width, height = _size(lines, TAB_SIZE, tab.icon)
        places = [
            Rect(left, top, left + width, top + height)
            for left, top in (
                (box.left, box.top - height),
                (box.right - width, box.top - height),
                (box.left, box.bottom),
                (box.right - width, box.bottom),
            )
        ]
        self._pill(self._free(places), lines, TAB_SIZE, tab.tone, tab.icon)

    def _box_sign(self, ref: str, sign: Sign) -> None:
        box = self.layout.drawn[ref].rect
        icon = Icon.CROSS if sign.verdict is Verdict.BLOCKED else None
        width, height = _size((sign.verdict,), SIGN_SIZE, icon)
        rect = Rect(box.right - width, box.top - height, box.right, box.top)
        self._pill(rect, (sign.verdict,), SIGN_SIZE, TONES[sign.verdict], icon)

    def _line_sign(self, ref: str, place: int, sign: Sign) -> None:
        box, base = self.layout.drawn[ref].rect, self._line_base(ref, place)
        icon = Icon.CROSS if sign.verdict is Verdict.BLOCKED else None
        width, height = _size((sign.verdict,), SIGN_SIZE, icon)
        left = box.right + PADDING * 2 - width
        rect = Rect(left, base - height + 3, left + width, base + 3)
        self._pill(rect, (sign.verdict,), SIGN_SIZE, TONES[sign.verdict], icon)

    def _line_taken(self, ref: str, place: int) -> None:
        words, base = self.layout.drawn[ref].words, self._line_base(ref, place)
        row = [word for word in words if abs(word.y - base) < SIGN_SIZE / 2]
        left, end = row[0].x, row[-1]
        right = end.x + font(bold=True).width(end.text, end.size)
        self.shapes.append(f'<path d="M{left:g} {base + 4:g}H{right:g}" stroke="{TRAIL}" stroke-width="3"/>')

    def _line_base(self, ref: str, place: int) -> float:
        goals = [word for word in self.layout.drawn[ref].words if word.text.startswith(GOAL)]
        return goals[place].y

    # --- gates and arrows -----------------------------------------------------------------------------------

    def _gate_tab(self, ref: str, tab: Tab) -> None:
        gate = self.layout.drawn[ref].rect
        width, height = _size((", ".join(tab.parts),), TAB_SIZE, tab.icon)
        middle = (gate.top + gate.bottom - height) / 2
        places = [
            Rect(gate.left - width - 2, middle, gate.left - 2, middle + height),
            Rect(gate.right + 2, middle, gate.right + width + 2, middle + height),
            *(
                Rect(left, top, left + width, top + height)
                for top, left in product(
                    (gate.bottom + 2, gate.top - height - 2), (gate.left - width + 20, gate.right - 20)
                )
            ),
        ]
        self._pill(self._free(places), (", ".join(tab.parts),), TAB_SIZE, tab.tone, tab.icon)

    def _arrow_sign(self, ref: str, sign: Sign) -> None:
        drawn = self.layout.drawn[ref]
        icon = Icon.CROSS if sign.verdict is Verdict.BLOCKED else None
        lines = (sign.verdict, *sign.because)
        width, height = _size(lines, SIGN_SIZE, icon)
        beside = [
            Rect(left, y - height / 2, left + width, y + height / 2)
            for share in (0.5, 0.35, 0.65, 0.2, 0.8)
            for x, y in (drawn.along(share),)
            for left in (x - 7 - width, x + 7)
        ]
        by_label: list[Rect] = []
        if drawn.words:
            label = drawn.words_rect
            by_label = [
                Rect(label.left, top, label.left + width, top + height)
                for top in (label.bottom + 2, label.top - 2 - height)
            ]
        main = any(arrow.main for arrow in self.layout.plan.arrows if arrow.ref == ref)
        places = [*beside, *by_label] if main else [*by_label, *beside]
        self._pill(self._free(places), lines, SIGN_SIZE, TONES[sign.verdict], icon)

    def _standing(self) -> Iterator[Rect]:
        """What a sign must not cover: boxes, headings, labels."""
        arrows = {arrow.ref for arrow in self.layout.plan.arrows}
        for ref, drawn in self.layout.drawn.items():
            if ref in self.layout.plan.frames or ref in arrows:
                if drawn.words:
                    yield drawn.words_rect
            else:
                yield drawn.rect

    def _free(self, places: list[Rect]) -> Rect:
        """The first place that covers nothing, else the one that covers least."""
        left, top = -self.layout.shift[0], -self.layout.shift[1]
        page = Rect(left, top, left + self.layout.width, top + self.layout.height)

        def cost(place: Rect) -> float:
            outside = place.left < page.left or place.right > page.right or place.bottom > page.bottom
            covered = sum(place.grown(-1).shared(other) for other in self.obstacles)
            crossed = sum(
                place.left < x < place.right and place.top < y < place.bottom for x, y in self.on_arrows
            )
            return outside * 1e6 + covered + crossed * 20

        return min(places, key=cost)

    def _pill(self, rect: Rect, lines: Iterable[str], size: float, tone: Tone, icon: Icon | None) -> None:
        self.obstacles.append(rect)
        x = rect.left + PADDING + (ICON_WIDTH if icon else 0)
        first = rect.top + LINE_HEIGHT - 2
        text = ""
        for n, line in enumerate(lines):
            weight = 'font-weight="bold" ' if n == 0 or icon is not Icon.CROSS else ""
            text += (
                f'<text x="{rect.left + PADDING if n else x:g}" y="{first + n * LINE_HEIGHT:g}" '
                f'font-size="{size:g}" {weight}fill="{tone.ink}">{escape(drawable(line))}</text>'
            )
        sign = ICONS[icon].format(x=rect.left + PADDING, y=first, color=tone.ink) if icon else ""
        self.shapes.append(
            f'<rect x="{rect.left:g}" y="{rect.top:g}" width="{rect.width:g}" height="{rect.height:g}" '
            f'rx="4" fill="{tone.fill}" stroke="{tone.line}"/>{sign}{text}'
        )


def _size(lines: Iterable[str], size: float, icon: Icon | None) -> tuple[float, float]:
    widths = [
        font(bold=True).width(drawable(line), size) + (ICON_WIDTH if icon and n == 0 else 0)
        for n, line in enumerate(lines)
    ]
    return max(widths) + 2 * PADDING, len(widths) * LINE_HEIGHT + 3


def _wrapped(parts: Iterable[str], size: float, room: float) -> tuple[str, ...]:
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]}, {part}" if lines else part
        if lines and font(bold=True).width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(part)
    return tuple(lines)


def _stroked(drawn: Drawn, color: str, width: float, dash: str = "") -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    head = (
        f'<polygon points="{drawn.head}" fill="{color}" stroke="{color}" stroke-width="3"/>'
        if drawn.head
        else ""
    )
    return f'<path d="{drawn.line}" fill="none" stroke="{color}" stroke-width="{width:g}"{dashed}/>{head}'


def _barred(drawn: Drawn) -> str:
    """A dashed arrow that ends in a bar."""
    *_, (px, py), (x, y) = drawn.curve
    length = ((x - px) ** 2 + (y - py) ** 2) ** 0.5 or 1
    dx, dy = (x - px) / length * 7, (y - py) / length * 7
    return (
        f'<path d="{drawn.line}" fill="none" stroke="{STOP.line}" stroke-width="2.4" stroke-dasharray="6 4"/>'
        f'<path d="M{x + dx - dy:g} {y + dy + dx:g}L{x + dx + dy:g} {y + dy - dx:g}" stroke="{STOP.line}" '
        'stroke-width="4"/>'
    )
