"""`reserved-name`: a name that the engine or the language has taken."""

from collections.abc import Iterator

from engine.criteria import CriterionError, parse
from engine.definition.draft import Draft
from engine.model.place import Finding, Place
from engine.runtime.names import RESERVED_ROOTS

CODE = "reserved-name"
_RECORD = ("observed_on", "days_since", "previous", "baseline", "last")
_SELECTORS = ("every", "same")


def reserved_name(draft: Draft) -> Iterator[Finding]:
    """Each fact, define, parameter, series, step or move that could not be told from what exists already."""
    for name, place, what in _names(draft):
        if what == "field":
            taken = name in _RECORD
        elif what in ("step", "move"):
            taken = name in _SELECTORS
        else:
            taken = name in RESERVED_ROOTS or not _readable(name)
        if taken:
            yield Finding(
                CODE,
                place,
                f"the {what} `{name}` has a name that means something else already",
                "rules that name it would read the other thing",
                "choose another name",
            )


def _names(draft: Draft) -> Iterator[tuple[str, Place, str]]:
    algorithm = draft.algorithm
    if algorithm is None:
        return
    for kind in algorithm.evidence.values():
        yield kind.id, kind.place, "evidence type"
        for field in kind.fields.values():
            yield field.name, field.place, "field"
    for define in algorithm.defines.values():
        yield define.name, define.place, "define"
    for parameter in algorithm.parameters.values():
        yield parameter.name, parameter.place, "parameter"
    for series in algorithm.series.values():
        yield series.name, series.place, "series"
    for step in algorithm.steps.values():
        yield step.id, step.place, "step"
    for move in algorithm.moves.values():
        yield move.id, move.place, "move"


def _readable(name: str) -> bool:
    """Whether the language reads the name as a name, and not as a word of its own such as `week`."""
    try:
        parse(name)
    except CriterionError:
        return False
    return True
