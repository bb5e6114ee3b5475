"""`unused-gate`: a gate that no move passes."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.definition.judging import note
from engine.model.place import Finding

CODE = "unused-gate"


def unused_gate(draft: Draft) -> Iterator[Finding]:
    """Each gate, of the file or of a library it uses, that no move names."""
    algorithm = draft.algorithm
    if algorithm is None:
        return
    own = next(iter(draft.files), "")
    passed = {move.gate for move in algorithm.moves.values()}
    for name, gate in algorithm.gates.items():
        if gate.place.file == own and name not in passed:
            yield note(
                CODE,
                gate.place,
                f"no move passes the gate `{name}`",
                "a reader would think that its questions are asked before something",
                f"add `gate: {name}` to the moves that should wait for it, or delete it",
            )
