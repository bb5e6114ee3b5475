"""The closed set of colours, each with its dark counterpart, and the words that say the same as a colour."""

from dataclasses import dataclass
from functools import cache

from engine.model.algorithm import Step, StepKind


@dataclass(frozen=True, slots=True)
class Look:
    """How one kind of box looks. `word` repeats the colour, so that nothing rests on colour alone."""

    word: str
    fill: str
    line: str


INK = "#1b2733"
PAPER = "#ffffff"
RULE = "#9aa6b0"
TRAIL = "#0b5394"
TRAIL_TINT = "#e8f0f8"

LOOKS = {
    "assess": Look("ASSESS", "#e3e8ec", "#51606d"),
    "medicine": Look("MEDICINE", "#d6e6f5", "#1f5f99"),
    "therapy": Look("THERAPY", "#e2dcf3", "#5b3f9c"),
    "specialist": Look("SPECIALIST", "#f7dfc9", "#a4530b"),
    "well": Look("STAY WELL", "#d5ecd9", "#1d6b34"),
}
GATE = Look("GATE", "#fff2cc", "#7a4b00")
STOP = Look("STOP", "#fbe4e1", "#a3160c")
PLAIN = LOOKS["assess"]

DARK = {
    INK: "#eef2f5",
    PAPER: "#14191e",
    RULE: "#6b7884",
    TRAIL: "#7cc0ff",
    TRAIL_TINT: "#1d3348",
    "#e3e8ec": "#333d46",
    "#51606d": "#a9b6c1",
    "#d6e6f5": "#173a5a",
    "#1f5f99": "#7fb6e6",
    "#e2dcf3": "#392c63",
    "#5b3f9c": "#b9a5f2",
    "#f7dfc9": "#56331a",
    "#a4530b": "#f0a968",
    "#d5ecd9": "#1c4428",
    "#1d6b34": "#8fdba4",
    "#fff2cc": "#4d3b00",
    "#7a4b00": "#ffd45c",
    "#fbe4e1": "#52201b",
    "#a3160c": "#ff9d93",
}
"""Light colour to dark colour. Every colour of a picture is a key here; a test holds us to it."""


def look_of(step: Step) -> Look:
    """The look the author names, or the one that fits the step's kind and what it offers."""
    if step.look in LOOKS:
        return LOOKS[step.look]
    match step.kind:
        case StepKind.MAINTENANCE:
            return LOOKS["well"]
        case StepKind.TREATMENT:
            return LOOKS["specialist" if step.group else "medicine"]
        case _:
            return LOOKS["well" if step.result == "well" else "assess"]


@cache
def dark_css() -> str:
    """Rules that turn a light picture dark by attribute, where the reader asks for dark.

    CSS beats SVG attributes, so one drawing serves both. Pages serve these rules from their style sheet,
    because their content policy allows no style inside a page; a file that stands alone carries them.
    """
    rules = [
        f'.treadway-diagram [{name}="{light}"]{{{name}:{dark}}}'
        for light, dark in DARK.items()
        for name in ("fill", "stroke")
    ]
    return "@media screen and (prefers-color-scheme:dark){" + "".join(rules) + "}"


def recoloured(svg: str) -> str:
    """The same picture with dark colours written in, for forms that know no style rules (PNG)."""
    for light, dark in DARK.items():
        svg = svg.replace(f'"{light}"', f'"{dark}"')
    return svg
