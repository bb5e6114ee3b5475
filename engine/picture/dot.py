"""A plan as DOT text. Every word goes through `labels`, so that no name in a definition can become markup."""

from contextlib import AbstractContextManager
from itertools import pairwise
from typing import Protocol, cast

import graphviz

from engine.model.algorithm import Algorithm
from engine.picture.labels import (
    arrow_label,
    box_label,
    end_label,
    frame_label,
    gate_label,
    key_label,
    safety_label,
    start_label,
)
from engine.picture.palette import GATE, INK, LOOKS, PAPER, PLAIN
from engine.picture.plan import Arrow, Box, Frame, GateBox, Plan, Stroke
from engine.picture.planner import plan as planned

GRAPH = {
    "rankdir": "TB",
    "splines": "spline",
    "nodesep": "0.3",
    "ranksep": "0.26",
    "pad": "0.29",
    "bgcolor": PAPER,
    "fontname": "Arial",
    "newrank": "true",
    "compound": "true",
}
NODE = {"fontname": "Arial", "fontsize": "13", "fontcolor": INK, "shape": "plain", "margin": "0"}
EDGE = {
    "fontname": "Arial",
    "fontsize": "13",
    "fontcolor": INK,
    "color": PLAIN.line,
    "arrowsize": "0.8",
    "penwidth": "1.5",
}

STROKES = {
    Stroke.MOVE: {},
    Stroke.URGENT: {"penwidth": "2.2", "style": "dashed"},
    Stroke.WELL: {"penwidth": "1.8", "color": LOOKS["well"].line},
    Stroke.ALONGSIDE: {"penwidth": "2.4", "style": "dotted", "dir": "none", "constraint": "false"},
}


class _Canvas(Protocol):
    """The part of `graphviz.Digraph` used here; the library states no types."""

    source: str

    def node(self, name: str, label: str | None = None, **attributes: str) -> None: ...
    def edge(self, tail_name: str, head_name: str, **attributes: str) -> None: ...
    def attr(self, **attributes: str) -> None: ...
    def subgraph(
        self, *, name: str | None = None, graph_attr: dict[str, str] | None = None
    ) -> AbstractContextManager["_Canvas"]: ...


def dot_text(algorithm: Algorithm) -> str:
    """DOT of the reader's view. The same algorithm gives the same text."""
    return dot_of(planned(algorithm))


def dot_of(plan: Plan) -> str:
    """DOT of a plan."""
    graph = cast("_Canvas", graphviz.Digraph("treadway", graph_attr=GRAPH, node_attr=NODE, edge_attr=EDGE))
    graph.node(
        "start", start_label(), id="start", shape="circle", style="filled", color=INK, fillcolor=INK,
        fontcolor=PAPER, width="0.62", fixedsize="true",
    )  # fmt: skip
    framed = {ref for frame in plan.frames.values() for ref in map(plan.ref_of, frame.steps)}
    for ref in plan.order:
        if ref in plan.gates:
            _gate(graph, plan.gates[ref])
        elif ref not in framed:
            _box(graph, plan, plan.boxes[ref])
    for frame in plan.frames.values():
        with graph.subgraph(name=f"cluster_{frame.ref}") as cluster:
            cluster.attr(
                id=frame.ref, label=frame_label(plan, frame), labeljust="l", labelloc=_heading(plan, frame),
                style="rounded", color=frame.look.line, penwidth="1.6", margin="12",
            )  # fmt: skip
            members = [plan.ref_of(step) for step in frame.steps]
            for ref in members:
                _box(cluster, plan, plan.boxes[ref])
            _side_by_side(cluster, members)
    if plan.interrupts:
        graph.node("safety", safety_label(plan), id="safety")
        _side_by_side(graph, ["start", "safety"])
    _key(graph, plan)
    for arrow in plan.arrows:
        _arrow(graph, plan, arrow)
    for left, right in plan.beside:
        _level(graph, (left, right))
    last = _anchor(plan, plan.main[-1], tail=True)
    graph.edge(last, "key", style="invis", weight="0")
    return graph.source


def _box(graph: _Canvas, plan: Plan, box: Box) -> None:
    if box.leaves:
        graph.node(
            box.ref, end_label(box), id=box.ref, shape="box", style="rounded,filled", fillcolor=PAPER,
            peripheries="2", color=box.look.line, penwidth="1.4", margin="0.12,0.06",
        )  # fmt: skip
    else:
        graph.node(box.ref, box_label(plan, box), id=box.ref)


def _gate(graph: _Canvas, gate: GateBox) -> None:
    graph.node(
        gate.ref, gate_label(), id=gate.ref, shape="hexagon", style="filled", fillcolor=GATE.fill,
        color=GATE.line, penwidth="2", margin="0.04,0.03", width="1.05", height="0.42",
    )  # fmt: skip


def _arrow(graph: _Canvas, plan: Plan, arrow: Arrow) -> None:
    attributes = dict(STROKES[arrow.stroke])
    if arrow.label:
        attributes["label"] = arrow_label(arrow)
    if arrow.main:
        attributes["weight"] = "8"
    if arrow.tail in plan.frames:
        attributes["ltail"] = f"cluster_{arrow.tail}"
    if arrow.head in plan.frames:
        attributes["lhead"] = f"cluster_{arrow.head}"
    tail, head = _anchor(plan, arrow.tail, tail=True), _anchor(plan, arrow.head, tail=False)
    if (head, tail) in plan.beside:  # it points left: DOT keeps level boxes in the order of their edges
        tail, head, attributes["dir"] = head, tail, "back"
    graph.edge(tail, head, id=arrow.ref, **attributes)


def _anchor(plan: Plan, ref: str, *, tail: bool) -> str:
    """A frame's middle step stands for the frame, since DOT joins nodes only."""
    if ref not in plan.frames:
        return ref
    steps = plan.frames[ref].steps
    return plan.ref_of(steps[(len(steps) - 1) // 2])


def _heading(plan: Plan, frame: Frame) -> str:
    """Top, or bottom where arrows to single steps of the choice would run through it."""
    members = {plan.ref_of(step) for step in frame.steps}
    into = any(arrow.head in members and arrow.stroke is not Stroke.URGENT for arrow in plan.arrows)
    out = any(arrow.tail in members for arrow in plan.arrows)
    return "b" if into and not out else "t"


def _level(graph: _Canvas, refs: tuple[str, ...]) -> None:
    with graph.subgraph(graph_attr={"rank": "same"}) as same:
        for ref in refs:
            same.node(ref)


def _side_by_side(graph: _Canvas, refs: list[str]) -> None:
    with graph.subgraph(graph_attr={"rank": "same"}) as same:
        for left, right in pairwise(refs):
            same.edge(left, right, style="invis")


def _key(graph: _Canvas, plan: Plan) -> None:
    graph.node("key", key_label(plan), id="key")
