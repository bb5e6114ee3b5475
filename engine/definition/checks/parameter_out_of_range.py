"""`parameter-out-of-range`: a parameter whose value is not among those a clinic may set."""

from collections.abc import Iterator
from decimal import Decimal

from engine.definition.build.desk import map_of
from engine.definition.draft import Draft
from engine.definition.judging import listed
from engine.definition.schema.files import ParameterPart
from engine.model.place import Finding

CODE = "parameter-out-of-range"


def parameter_out_of_range(draft: Draft) -> Iterator[Finding]:
    """Each value outside `from` and `to`, or not in `values`."""
    if draft.algorithm is None:
        return
    parts = {found.name: found.part for found in draft.parts if isinstance(found.part, ParameterPart)}
    for parameter in draft.algorithm.parameters.values():
        allowed = ""
        if parameter.values and str(parameter.value) not in parameter.values:
            allowed = listed(parameter.values)
        elif not isinstance(parameter.value, str):
            value = Decimal(parameter.value)
            low, high = parameter.low, parameter.high
            if (low is not None and value < low) or (high is not None and value > high):
                allowed = f"{'any' if low is None else low} to {'any' if high is None else high}"
        if allowed:
            part = parts.get(parameter.name)
            place = part.spot("value") if part else parameter.place
            if draft.root is not None and parameter.name in draft.root.settings:
                place = map_of(draft.root, "settings").value_place(parameter.name)
            yield Finding(
                CODE,
                place,
                f"`{parameter.name}` is {parameter.value}, but may be {allowed}",
                "the algorithm would begin with a value that no clinic may set",
                "change the value, or what it may be",
            )
