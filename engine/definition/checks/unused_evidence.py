"""`unused-evidence`: an evidence type that nothing asks for or reads."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import note
from engine.definition.uses import evidence_asked, evidence_read
from engine.model.place import Finding

CODE = "unused-evidence"


def unused_evidence(draft: Draft) -> Iterator[Finding]:
    """Each evidence type of the algorithm's own file that nothing in the algorithm asks for or reads."""
    algorithm = draft.algorithm
    if algorithm is None:
        return
    own = next(iter(draft.files), "")
    used = evidence_asked(algorithm) | evidence_read(draft)
    for name, kind in algorithm.evidence.items():
        if kind.place.file == own and name not in used:
            yield note(
                CODE,
                kind.place,
                f"nothing asks for or reads the evidence type `{name}`",
                "a form would be offered for something that no decision looks at",
                "use it, or delete it",
            )
