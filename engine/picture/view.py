"""What a view adds to the picture: borders, tabs and signs. Where they go is `paint`'s business."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.picture.palette import GATE, INK, LOOKS, PAPER, PLAIN, STOP, TRAIL, TRAIL_TINT


@dataclass(frozen=True, slots=True)
class Tone:
    """Colours of a tab or sign."""

    fill: str
    line: str
    ink: str


FILLED = Tone(TRAIL, TRAIL, PAPER)
TINTED = Tone(TRAIL_TINT, TRAIL, TRAIL)
ALARM = Tone(STOP.line, STOP.line, PAPER)


class Icon(StrEnum):
    """Signs that are drawn, since the font has no glyph for them."""

    TICK = "tick"
    CROSS = "cross"
    HERE = "here"


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab at the top left of a box, or beside a gate. Its parts are joined by commas, broken only there."""

    parts: tuple[str, ...]
    tone: Tone
    icon: Icon | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """What a view says of one box. `said` is the same for readers who do not see it."""

    tab: Tab | None = None
    border: float = 0
    color: str = TRAIL
    said: str = ""
    dash: str = ""


class Verdict(StrEnum):
    """The page's word for an answer, best first."""

    READY = "Ready"
    NOT_YET = "Not yet"
    BLOCKED = "Blocked"
    NOT_OFFERED = "Not offered"


class Change(StrEnum):
    """What became of a part between two versions."""

    ADDED = "+ added"
    REMOVED = "- removed"
    CHANGED = "~ changed"


DASHES = {Change.ADDED: "", Change.REMOVED: "6 5", Change.CHANGED: "14 4 3 4"}
"""Line styles, so that no change rests on colour alone."""

TONES: dict[Verdict | Change, Tone] = {
    Change.ADDED: Tone(LOOKS["well"].fill, LOOKS["well"].line, LOOKS["well"].line),
    Change.REMOVED: Tone(STOP.fill, STOP.line, STOP.line),
    Change.CHANGED: Tone(GATE.fill, GATE.line, INK),
    Verdict.READY: Tone(LOOKS["well"].fill, LOOKS["well"].line, LOOKS["well"].line),
    Verdict.NOT_YET: Tone(GATE.fill, GATE.line, INK),
    Verdict.BLOCKED: Tone(STOP.fill, STOP.line, STOP.line),
    Verdict.NOT_OFFERED: Tone(PLAIN.fill, PLAIN.line, INK),
}


@dataclass(frozen=True, slots=True)
class Sign:
    """A word beside an arrow, on a line in a box, or on a box. `because` is a short reason under it."""

    verdict: Verdict | Change
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """Everything painted over the picture.

    Attributes:
        title: What this view shows, added to the picture's title.
        marks: Ref of a box, gate, end or the safety panel to its mark.
        taken: Refs of arrows that the trail follows.
        lines_taken: Box refs and places of lines in them that the trail follows.
        arrow_signs, line_signs, box_signs: Verdicts or changes by arrow, by box and place of a line, by box.
    """

    title: str = ""
    marks: Mapping[str, Mark] = field(default_factory=dict[str, Mark])
    taken: frozenset[str] = frozenset()
    lines_taken: frozenset[tuple[str, int]] = frozenset()
    arrow_signs: Mapping[str, Sign] = field(default_factory=dict[str, Sign])
    line_signs: Mapping[tuple[str, int], Sign] = field(default_factory=dict[tuple[str, int], Sign])
    box_signs: Mapping[str, Sign] = field(default_factory=dict[str, Sign])
