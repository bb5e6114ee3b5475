"""`usual-outside-range`: what is usual for a field lies outside what is possible."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.schema.evidence import FieldPart
from engine.model.place import Finding

CODE = "usual-outside-range"


def usual_outside_range(draft: Draft) -> Iterator[Finding]:
    """Each field whose `usual` reaches beyond its `range`."""
    for found in draft.parts:
        field = found.part
        if not isinstance(field, FieldPart) or not field.usual or not field.range:
            continue
        if len(field.usual) != 2 or len(field.range) != 2:
            continue
        low, high = field.range
        if field.usual[0] < low or field.usual[1] > high:
            yield Finding(
                CODE,
                field.node.key_place("usual"),
                f"`{found.name}`: usual is {field.usual[0]} to {field.usual[1]}, "
                f"possible only {low} to {high}",
                "a value would be refused that nobody would even be asked about",
                "narrow `usual`, or widen `range`",
            )
