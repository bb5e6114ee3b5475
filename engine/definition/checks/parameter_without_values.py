"""`parameter-without-values`: a parameter that is a code, without the codes it may be."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import warning
from engine.model.place import Finding

CODE = "parameter-without-values"


def parameter_without_values(draft: Draft) -> Iterator[Finding]:
    """Each parameter that is no number and lists no `values`."""
    for trouble in draft.troubles.of(CODE):
        yield warning(
            CODE,
            trouble.place,
            f"{trouble.owner} is the code `{trouble.name[:60]}`, but does not list the codes it may be",
            "a misspelt code in a criterion would never be noticed, and the line would never hold",
            "add `values:` with every code, such as `values: [US, UK]`",
        )
