"""`shadowed-name`: one name hides another, or two things have one title."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import warning
from engine.model.algorithm import Algorithm
from engine.model.place import Finding, Place

CODE = "shadowed-name"


def shadowed_name(draft: Draft) -> Iterator[Finding]:
    """Each field derived in a record that is named like a rule, and each title given twice."""
    algorithm = draft.algorithm
    if algorithm is None:
        return
    yield from _hidden_in_records(algorithm)
    yield from _titles(algorithm)


def _hidden_in_records(algorithm: Algorithm) -> Iterator[Finding]:
    rules = {**algorithm.parameters, **algorithm.defines}
    for kind in algorithm.evidence.values():
        for name in kind.derive:
            if name in rules:
                field = kind.fields.get(name)
                yield warning(
                    CODE,
                    kind.place if field is None else field.place,
                    f"`{name}` of `{kind.id}` hides the rule `{name}` where the record is derived",
                    "a line there would read the record and not the rule that its author may have meant",
                    "give one of them another name",
                )


def _titles(algorithm: Algorithm) -> Iterator[Finding]:
    first: dict[str, tuple[str, Place]] = {}
    for one in (*algorithm.defines.values(), *algorithm.parameters.values(), *algorithm.series.values()):
        if one.title not in first:
            first[one.title] = (one.name, one.place)
            continue
        other, place = first[one.title]
        found = warning(
            CODE,
            one.place,
            f"`{one.name}` has the title of `{other}`: {one.title}",
            "on pages and in documents nobody could tell the two apart",
            "give one of them another title",
        )
        yield Finding(found.code, found.place, found.message, found.why, found.fix, found.severity, place)
