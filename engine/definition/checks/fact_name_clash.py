"""`fact-name-clash`: a define, parameter, series or evidence type with the name of another of these."""

from collections.abc import Iterator

from engine.definition.checks.reserved_name import reserved_name
from engine.definition.draft import Draft
from engine.definition.judging import an
from engine.model.place import Finding, Place

CODE = "fact-name-clash"


def fact_name_clash(draft: Draft) -> Iterator[Finding]:
    """Each name that criteria could read in two ways, at the later place."""
    algorithm = draft.algorithm
    if algorithm is None:
        return
    told = False
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
            told = True
            other, place = first[name]
            yield Finding(
                CODE,
                one.place,
                f"`{name}` is the name of {an(what)} and of {an(other)}",
                "a criterion that reads it could mean either",
                "give one of them another name",
                related=place,
            )
    elsewhere = any(draft.troubles.of("duplicate-id")) or any(True for _ in reserved_name(draft))
    if draft.clash and not told and not elsewhere:
        yield Finding(
            CODE,
            algorithm.place,
            f"two things criteria can read have one name: {draft.clash}",
            "a criterion that reads it could mean either",
            "give one of them another name",
        )
