"""Writes the SVG: the laid-out picture, made fit for readers of every kind, and a view painted over it.

Nothing here moves a box, so that two views of one algorithm can be laid over each other.
"""

from collections.abc import Iterable
from html import escape

from engine.picture.font import FAMILY
from engine.picture.layout import Drawn, Layout
from engine.picture.painter import Painter
from engine.picture.palette import PAPER, dark_css
from engine.picture.plan import Plan
from engine.picture.view import View
from engine.picture.words import full_name, listed, printable

NO_VIEW = View()


def svg(layout: Layout, view: View = NO_VIEW, *, links: str = "", alone: bool = True) -> str:
    """The picture as one SVG element.

    Args:
        layout: The placed picture.
        view: What to paint over it.
        links: Address of the page that the links lead to; empty stays on the page that shows the picture.
        alone: Carry the rules for dark mode. A page that serves `palette.dark_css` itself leaves them out.
    """
    plan = layout.plan
    painter = Painter(layout, view)
    arrows = "".join(
        f'<g id="map-{arrow.ref}">{painter.arrow(layout.drawn[arrow.ref])}</g>' for arrow in plan.arrows
    )
    title = plan.algorithm.title + (f": {view.title}" if view.title else "")
    style = f"<style>{dark_css()}</style>" if alone else ""
    frames = "".join(layout.drawn[ref].shapes for ref in plan.frames)
    x, y = layout.shift
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {layout.width:g} {layout.height:g}" '
        'class="treadway-diagram" role="group" aria-labelledby="map-title" '
        'aria-describedby="map-description" '
        f'font-family="{escape(FAMILY)}" text-rendering="geometricPrecision">'
        f'<title id="map-title">{_said(title)}</title>'
        f'<desc id="map-description">{_said(described(plan))}</desc>{style}'
        f'<rect width="{layout.width:g}" height="{layout.height:g}" fill="{PAPER}"/>'
        f'<g transform="translate({x:g} {y:g})">'
        f'<g aria-hidden="true">{frames}{arrows}</g>'
        f"{''.join(_boxes(layout, view, painter, links))}"
        f'<g aria-hidden="true">{painter.layer()}</g></g></svg>\n'
    )


def described(plan: Plan) -> str:
    """One sentence on what the picture shows, for readers who do not see it."""
    boxes = [box for box in plan.boxes.values() if not box.leaves]
    ends = [box for box in plan.boxes.values() if box.leaves]
    way = [
        full_name(plan.boxes[ref].step)
        for ref in plan.order
        if ref in plan.boxes and not plan.boxes[ref].leaves
    ]
    said = (
        f"{_many(len(boxes), 'step')}, {_many(len(plan.gates), 'gate')} and {_many(len(ends), 'way')} out. "
    )
    return said + f"Steps in order: {listed(way, 'and')}."


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _boxes(layout: Layout, view: View, painter: Painter, links: str) -> Iterable[str]:
    plan = layout.plan
    yield f'<g id="map-start">{layout.drawn["start"].markup}</g>'
    framed = {plan.ref_of(step): frame for frame in plan.frames.values() for step in frame.steps}
    opened: set[str] = set()
    for ref in plan.link_refs:
        frame = framed.get(ref)
        if frame and frame.ref not in opened:
            opened.add(frame.ref)
            yield f'<g id="map-{frame.ref}">{layout.drawn[frame.ref].text}</g>'
        said = ". ".join(part for part in (spoken(plan, ref), painter.said(ref)) if part)
        yield _link(layout.drawn[ref], ref, said, links)
    yield f'<g id="map-key" role="img" aria-label="Key">{layout.drawn["key"].markup}</g>'


def _link(drawn: Drawn, ref: str, said: str, links: str) -> str:
    """What is drawn, and over it a link without words of its own: its label says the box as a whole."""
    rect = drawn.rect
    return (
        f'<g id="drawn-{ref}" aria-hidden="true">{drawn.markup}</g>'
        f'<a id="map-{ref}" href="{escape(links)}#{ref}" aria-label="{_said(said)}">'
        f'<rect x="{rect.left:g}" y="{rect.top:g}" width="{rect.width:g}" height="{rect.height:g}" '
        'fill="none" pointer-events="all"/></a>'
    )


def spoken(plan: Plan, ref: str) -> str:
    """The name of a box as it is read out."""
    if ref in plan.gates:
        gate = plan.algorithm.gates.get(plan.gates[ref].gate)
        before = listed((full_name(plan.algorithm.steps[step]) for step in plan.gates[ref].targets), "or")
        asked = f": {gate.title}, {_many(len(gate.items), 'question')}" if gate else ""
        return f"Gate before {before}{asked}"
    if ref == "safety":
        return "Safety stops: " + ", ".join(item.title for item in plan.algorithm.interrupts.values())
    box = plan.boxes[ref]
    return f"Leave: {box.step.title}" if box.leaves else f"{full_name(box.step)}, {box.look.word.lower()}"


def _said(text: str) -> str:
    return escape(printable(text), quote=True)
