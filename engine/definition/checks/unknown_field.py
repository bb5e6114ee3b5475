"""`unknown-field`: a field that its evidence type does not have."""

from collections.abc import Iterator

from engine.definition.draft import Draft, Kind
from engine.definition.judging import listed, meant, renamed, unresolved
from engine.model.place import Finding

CODE = "unknown-field"


def unknown_field(draft: Draft) -> Iterator[Finding]:
    """Each field named and not declared, and each evidence type read without naming a field."""
    for reference, near in unresolved(draft, Kind.FIELD):
        prefix = f"{reference.within}."
        fields = [name[len(prefix) :] for name in draft.declared(Kind.FIELD) if name.startswith(prefix)]
        said = (
            f"reads `{prefix}{reference.name}`"
            if reference.name
            else f"reads `{reference.within}` without a field"
        )
        yield Finding(
            CODE,
            reference.place,
            f"{reference.owner} {said}; the fields of `{reference.within}` are {listed(fields)}",
            "the value would always be unknown",
            meant(
                draft,
                reference,
                near,
                f"name one of its fields, such as `{prefix}{fields[0] if fields else 'total'}`",
            ),
            mends=renamed(reference, near),
        )
