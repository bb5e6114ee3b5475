"""`unused-conclusion`: a conclusion that no item of its gate leads to."""

from collections.abc import Iterator

from engine.definition.build.desk import map_of
from engine.definition.draft import Draft
from engine.definition.judging import note
from engine.definition.schema.gates import GatePart
from engine.model.place import Finding

CODE = "unused-conclusion"


def unused_conclusion(draft: Draft) -> Iterator[Finding]:
    """Each conclusion that is neither `passed` nor the `else` of an item."""
    for found in draft.parts:
        gate = found.part
        if not isinstance(gate, GatePart) or gate.node.lost:
            continue
        ends = {str(gate.passed), *(str(item.else_) for item in gate.items.values())}
        places = map_of(gate, "conclusions")
        for name in gate.conclusions:
            if str(name) not in ends:
                yield note(
                    CODE,
                    places.key_place(str(name)),
                    f"gate `{found.name}` never ends in `{name}`",
                    "a reader would take it for something that can come out",
                    "name it as the `else` of an item, or delete it",
                )
