"""`number-without-source`: a number of care that says not where it comes from."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import warning
from engine.definition.schema.base import Part
from engine.definition.schema.evidence import MeasurePart
from engine.definition.schema.files import BandPart, ParameterPart
from engine.definition.schema.formulary import (
    AdequatePart,
    ColumnPart,
    DosePart,
    GapPart,
    LevelPart,
    LimitPart,
    WashoutPart,
)
from engine.model.place import Finding

CODE = "number-without-source"
_NUMBERS: dict[type[Part], tuple[str, ...]] = {
    AdequatePart: ("sessions", "weeks"),
    BandPart: ("points",),
    ColumnPart: ("maximum",),
    DosePart: ("minimum", "maximum", "lowest"),
    GapPart: ("gap",),
    LevelPart: ("at_least",),
    LimitPart: ("maximum",),
    MeasurePart: ("remission_below",),
    ParameterPart: ("value",),
    WashoutPart: ("days",),
}


def number_without_source(draft: Draft) -> Iterator[Finding]:
    """Each parameter, dose, limit, level, washout or cut-off that neither names nor inherits a source."""
    for found in draft.parts:
        stated = [key for key in _NUMBERS.get(type(found.part), ()) if key in found.part.node]
        if not stated or found.covered or "source" in found.part.node.lost:
            continue
        yield warning(
            CODE,
            found.part.spot(stated[0]),
            f"`{stated[0]}` of `{found.name}` states a number without a source",
            "nobody could check it, or notice when the guideline it came from changes",
            "add `source:` with the id of a source, or `unverified: true` while there is none",
        )
