"""`evidence-never-used`: evidence is required, and no rule reads it."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import note
from engine.definition.uses import evidence_read, requirements_of
from engine.model.place import Finding

CODE = "evidence-never-used"


def evidence_never_used(draft: Draft) -> Iterator[Finding]:
    """Each evidence type that the algorithm's own file requires and no criterion reads, at its first place.

    A requirement that says `because` is meant: what it shows is for the clinician.
    """
    algorithm = draft.algorithm
    if algorithm is None:
        return
    own = next(iter(draft.files), "")
    read = evidence_read(draft)
    read |= {
        fact.partition(".")[0] for gate in algorithm.gates.values() for i in gate.items for fact in i.answer
    }
    for owner, requirement in requirements_of(algorithm):
        if requirement.place.file != own or requirement.because or requirement.type in read:
            continue
        read.add(requirement.type)
        yield note(
            CODE,
            requirement.place,
            f"{owner} requires `{requirement.type}`, and no rule reads it",
            "a clinic would have to record it, and whatever it shows would change nothing",
            "add the criterion that it is asked for, or `because:` with what a clinician makes of it",
        )
