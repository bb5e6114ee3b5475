"""`fact-name-clash`: a define, parameter, series or evidence type with the name of another of these."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import an
from engine.model.place import Finding, Place

CODE = "fact-name-clash"


def fact_name_clash(draft: Draft) -> Iterator[Finding]:
    """Each name that criteria could read in two ways, at the later place."""
    algorithm = draft.algorithm
    if algorithm is None:
        return
    first: dict[str, tuple[str, Place]] = {}
    sections = (
        ("evidence type", algorithm.evidence),
        ("parameter", algorithm.parameters),
        ("series", algorithm.series),
        ("define", algorithm.defines),
    )
    for what, section in sections:
        for name, one in section.items():
            if name not in first:
                first[name] = (what, one.place)
                continue
            other, place = first[name]
            yield Finding(
                CODE,
                one.place,
                f"`{name}` is the name of {an(what)} and of {an(other)}",
                "a criterion that reads it could mean either",
                "give one of them another name",
                related=place,
            )
