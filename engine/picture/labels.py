"""Labels as Graphviz's HTML-like text. The only place where markup is written; all words are escaped here."""

from collections.abc import Sequence
from html import escape

from engine.picture.font import drawable, font
from engine.picture.palette import GATE, INK, PAPER, PLAIN, RULE, STOP, Look, look_of
from engine.picture.plan import Arrow, Box, Frame, MoveLine, Plan, Stroke
from engine.picture.words import group_title, lines, sentence_case

TITLE_SIZE, BODY_SIZE, KIND_SIZE = 16, 13, 11
SAFETY_COLUMNS = 70
TITLE_COLUMNS, LINE_COLUMNS, GOAL_COLUMNS, END_COLUMNS = 36, 46, 28, 20
GOAL = "\u25ba"
"""Begins the target of a line in a box, and nothing else."""
END_WORD = "LEAVE"
TAB_ROOM = 8
"""Points kept free above the steps of a choice, for the tabs of an overlay."""
VERDICT_ROOM = 52
"""Points kept free at the right of each line in a box, for the verdict that an overlay writes there."""


def words(text: str) -> str:
    """Text that can only be text: undrawable characters replaced, markup escaped.

    Graphviz expands escapes in HTML-like text too: backslash and N would read as the name of the box.
    """
    return escape(drawable(text).replace("\\", "\\\\"), quote=True)


def bold(text: str) -> str:
    """Escaped text in bold; empty stays empty, since DOT rejects an empty element."""
    return f"<b>{words(text)}</b>" if text else ""


def sized(markup: str, size: int, color: str = INK) -> str:
    """Markup in a font size (points) and colour."""
    return f'<font point-size="{size}" color="{color}">{markup}</font>' if markup else ""


def stacked(texts: Sequence[str], size: int = BODY_SIZE, emphasis: int = 0) -> str:
    """Left-aligned lines, one table row each, the first `emphasis` of them bold.

    Graphviz sets lines of one cell tighter once any of them is bold; rows keep them even.
    """
    return "".join(
        f'<tr><td align="left" height="{size + 2}"{_least_width([text], size, heavy=n < emphasis)}>'
        f"{level(sized(bold(text) if n < emphasis else words(text), size))}</td></tr>"
        for n, text in enumerate(texts)
    )


def level(markup: str) -> str:
    """Markup on the same base line as bold text: Graphviz sets a lone plain run two points lower."""
    return f'{markup}<font point-size="1"> </font>'


def table(rows: str, spacing: int = 0, padding: int = 0) -> str:
    """A table without borders."""
    return f'<table border="0" cellborder="0" cellspacing="{spacing}" cellpadding="{padding}">{rows}</table>'


def _least_width(texts: Sequence[str], size: int, *, heavy: bool = False) -> str:
    """A width attribute where Graphviz would guess: it has no measures for characters outside ASCII."""
    if all(text.isascii() for text in texts):
        return ""
    return f' width="{max(font(bold=heavy).width(drawable(text), size) for text in texts):.0f}"'


def _html(markup: str) -> str:
    return f"<{markup}>"


def start_label() -> str:
    """The filled circle."""
    return _html("<b>Start</b>")


def gate_label() -> str:
    """The hexagon."""
    return _html(sized("<b>GATE</b>", BODY_SIZE))


def _title_strip(code: str, title: str, look: Look, kind: str) -> str:
    first, *rest = lines((), title, TITLE_COLUMNS)
    name = (f"{code}  {first}" if code else first, *rest)
    word = (
        f'<td width="12"></td><td align="right">{level(sized(words(kind), KIND_SIZE))}</td>' if kind else ""
    )
    row = f"<tr>{_named(name, TITLE_SIZE)}{word}</tr>"
    return f'<td bgcolor="{look.fill}" cellpadding="4">{table(row)}</td>'


def _named(texts: Sequence[str], size: int, color: str = INK) -> str:
    """A cell of bold lines."""
    rows = '<br align="left"/>'.join(bold(text) for text in texts) + (
        '<br align="left"/>' if len(texts) > 1 else ""
    )
    width = _least_width(texts, size, heavy=True)
    return f'<td align="left" balign="left"{width}>{sized(rows, size, color)}</td>'


def box_label(plan: Plan, box: Box) -> str:
    """A step: title strip, what is done there, and the moves written inside."""
    step, look = box.step, box.look
    kind = "" if step.group and plan.frames else look.word
    code = "" if step.group and plan.frames else (step.code or "")
    rows = [f"<tr>{_title_strip(code, step.title, look, kind)}</tr>"]
    if box.body:
        rows.append(f'<tr><td cellpadding="3" align="left">{table(stacked(box.body))}</td></tr>')
    if box.lines:
        inner = "".join(_line_row(plan, line) for line in box.lines)
        rows.append(f'<tr><td cellpadding="1" align="left">{table(inner, spacing=2, padding=1)}</td></tr>')
    return _html(
        f'<table border="1" color="{look.line}" cellborder="0" cellspacing="4" cellpadding="0" '
        f'style="rounded" bgcolor="{PAPER}">{"".join(rows)}</table>'
    )


def _line_row(plan: Plan, line: MoveLine) -> str:
    first, *rest = lines((), line.goal, GOAL_COLUMNS)
    color = look_of(plan.algorithm.steps[line.targets[0]]).line if len(line.targets) == 1 else INK
    return (
        f'<tr><td align="left">{table(stacked(lines((), line.text, LINE_COLUMNS)))}</td>{_gate_chip(line)}'
        f'{_named((f"{GOAL} {first}", *rest), BODY_SIZE, color)}<td width="{VERDICT_ROOM}"></td></tr>'
    )


def _gate_chip(line: MoveLine) -> str:
    if line.gate is None:
        return '<td width="6"></td><td></td>'
    return (
        f'<td width="6"></td><td fixedsize="true" width="36" height="15" bgcolor="{GATE.fill}" border="1" '
        f'color="{GATE.line}">{sized("<b>GATE</b>", KIND_SIZE - 1)}</td>'
    )


def end_label(box: Box) -> str:
    """A way out."""
    title = lines((), box.step.title, END_COLUMNS)
    rows = [f'<td align="left">{sized(END_WORD, KIND_SIZE)}</td>']
    rows += [
        f'<td align="left"{_least_width([line], BODY_SIZE, heavy=True)}>{sized(bold(line), BODY_SIZE)}</td>'
        for line in title
    ]
    return _html(table("".join(f"<tr>{row}</tr>" for row in rows)))


def frame_label(plan: Plan, frame: Frame) -> str:
    """The heading of a choice."""
    codes = {plan.algorithm.steps[step].code for step in frame.steps}
    code = codes.pop() if len(codes) == 1 else None
    title = (
        f"{code}  {group_title(frame.group)}: choose one"
        if code
        else f"{group_title(frame.group)}: choose one"
    )
    name = sized(bold(title) + 2 * "&#160;", TITLE_SIZE)
    kind = sized(words(frame.look.word), KIND_SIZE)
    rows = f'<tr><td align="left"{_least_width([title], TITLE_SIZE, heavy=True)}>{name}{kind}</td></tr>'
    if frame.line:
        rows += f'<tr><td align="left">{table(_line_row(plan, frame.line), padding=1)}</td></tr>'
    rows += f'<tr><td height="{TAB_ROOM}"></td></tr>'
    return _html(table(rows, padding=3))


def arrow_label(arrow: Arrow) -> str:
    """Short lines beside an arrow, without a background, set off from the line."""
    return _html(
        '<table border="0" cellborder="0" cellpadding="0" cellspacing="0"><tr><td width="8"></td>'
        f'<td align="left">{table(stacked(arrow.label, emphasis=arrow.emphasis))}</td>'
        '<td width="4"></td></tr></table>'
    )


def safety_label(plan: Plan) -> str:
    """The panel that names every interrupt."""
    titles = [interrupt.title for interrupt in plan.algorithm.interrupts.values()]
    comma = "; " if any("," in title for title in titles) else ", "
    sentence = comma.join(title if n == 0 else sentence_case(title) for n, title in enumerate(titles))
    text = lines((), sentence, SAFETY_COLUMNS, most=6)
    heading = (
        f"{sized('<b>STOP</b>', 15, STOP.line)}  {sized('<b>Safety, at any step</b>', 15)}  "
        f"{sized('moves freeze until a clinician releases them', BODY_SIZE)}"
    )
    return _html(
        f'<table border="2" color="{STOP.line}" cellborder="0" cellspacing="4" cellpadding="3" '
        f'style="rounded,dashed" bgcolor="{PAPER}"><tr>'
        f'<td bgcolor="{STOP.fill}" align="left" cellpadding="6">{heading}</td></tr>'
        f'<tr><td align="left">{table(stacked(text))}</td></tr></table>'
    )


def key_label(plan: Plan) -> str:
    """What the shapes mean. Only what occurs in the picture is explained."""
    strokes = {arrow.stroke for arrow in plan.arrows}
    gap = '<td width="10"></td>'
    cells = [f"<td>{sized('<b>Key</b>', BODY_SIZE)}</td>", _sample("STEP", PAPER, PLAIN.line), gap]
    if plan.gates or any(line.gate for box in plan.boxes.values() for line in box.lines):
        counts = {len(gate.items) for gate in plan.algorithm.gates.values()}
        asked = f"{counts.pop()} questions first" if len(counts) == 1 else "questions first"
        cells += [_sample("GATE", GATE.fill, GATE.line), _said(asked), gap]
    if any(box.leaves for box in plan.boxes.values()):
        inner = (
            f'<table border="1" color="{PLAIN.line}" cellborder="0" cellpadding="2">{_row(END_WORD)}</table>'
        )
        cells += [
            f'<td border="1" color="{PLAIN.line}" cellpadding="1">{inner}</td>',
            _said("leaves the pathway"),
            gap,
        ]
    cells += [_stroke_sample("solid", PLAIN.line, 1), _said("move")]
    if Stroke.URGENT in strokes:
        cells += [gap, _stroke_sample("dashed", PLAIN.line, 2), _said("urgent, no gate")]
    if Stroke.ALONGSIDE in strokes:
        cells += [gap, _stroke_sample("dotted", PLAIN.line, 2, head=False), _said("can run alongside")]
    return _html(
        f'<table border="1" color="{RULE}" cellborder="0" cellspacing="3" cellpadding="3" style="rounded" '
        f'bgcolor="{PAPER}"><tr>{"".join(cells)}</tr></table>'
    )


def _row(text: str) -> str:
    return f"<tr><td>{sized(words(text), KIND_SIZE)}</td></tr>"


def _said(text: str) -> str:
    return f'<td align="left">{level(sized(words(text), KIND_SIZE + 1))}</td>'


def _sample(text: str, fill: str, line: str) -> str:
    return (
        f'<td bgcolor="{fill}" border="1" color="{line}" style="rounded">{sized(bold(text), KIND_SIZE)}</td>'
    )


def _stroke_sample(style: str, color: str, width: int, *, head: bool = True) -> str:
    """A short arrow: the lower edge of an empty cell, and a head."""
    line = f'<td width="24" height="9" sides="b" border="{width}" color="{color}" style="{style}"></td>'
    tip = f'<td rowspan="2">{sized(GOAL, KIND_SIZE, color)}</td>' if head else ""
    rows = f'<tr>{line}{tip}</tr><tr><td height="9"></td></tr>'
    return f'<td cellpadding="0">{table(rows)}</td>'
