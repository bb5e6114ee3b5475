"""`unused-parameter`: a parameter that nothing reads."""

from collections.abc import Iterator

from engine.criteria.syntax import Reference, walk
from engine.definition.draft import Draft
from engine.definition.judging import note
from engine.model.place import Finding

CODE = "unused-parameter"


def unused_parameter(draft: Draft) -> Iterator[Finding]:
    """Each parameter of the algorithm's own file that no criterion or claim names."""
    algorithm = draft.algorithm
    if algorithm is None:
        return
    own = next(iter(draft.files), "")
    used = {
        name
        for one in draft.lines
        if one.checked is not None
        for node in walk(one.checked.tree)
        if isinstance(node, Reference)
        for name in (node.name, *(draft.names.titled(node.name) if node.quoted and draft.names else ()))
    }
    claims = " ".join(str(claim.body) for claim in algorithm.claims.values())
    for name, parameter in algorithm.parameters.items():
        if parameter.place.file == own and name not in used and name not in claims:
            yield note(
                CODE,
                parameter.place,
                f"nothing reads the parameter `{name}`",
                "a clinic could set it, and nothing would change",
                "use it in a criterion, or delete it",
            )
