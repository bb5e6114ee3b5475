"""`evidence-never-asked`: a move waits for evidence that a clinic is never asked for."""

from __future__ import annotations

from collections.abc import Iterator

from engine.criteria.syntax import Chain, Node, Reference, walk
from engine.definition.draft import Draft
from engine.definition.judging import note
from engine.definition.uses import evidence_asked
from engine.model.algorithm import Algorithm
from engine.model.criterion import AnyOf, Condition, Line, lines_of
from engine.model.place import Finding

CODE = "evidence-never-asked"


def evidence_never_asked(draft: Draft) -> Iterator[Finding]:
    """Each evidence type without which a move stays undecided, and which is neither required nor ever due."""
    if draft.algorithm is None:
        return
    own = next(iter(draft.files), "")
    reader = _Needed(draft, draft.algorithm)
    told = evidence_asked(draft.algorithm) | reader.shown_when_missing()
    for move in draft.algorithm.moves.values():
        for root in sorted(reader.of(move.when)):
            if root in told or move.place.file != own:
                continue
            told.add(root)
            yield note(
                CODE,
                move.place,
                f"move `{move.id}` waits for `{root}`, and nothing asks for it",
                "it stays unknown until someone records it by chance, and the answer stays undecided",
                f"add `{root}` to the move's `requires`, to a checkpoint's `do` or to a gate",
            )


class _Needed:
    """Which evidence types a condition cannot be true without."""

    def __init__(self, draft: Draft, algorithm: Algorithm) -> None:
        self.algorithm = algorithm
        self.names = draft.names
        self.trees = {one.criterion.said.strip(): one.checked.tree for one in draft.lines if one.checked}

    def of(self, condition: Condition | None) -> set[str]:
        """Those of all alternatives, where there are several."""
        if condition is None:
            return set()
        if isinstance(condition, Line):
            tree = self.trees.get(condition.text)
            return set() if tree is None else self._in(tree)
        found = [self.of(item) for item in condition.items]
        if isinstance(condition, AnyOf):
            return _in_all(found)
        return set[str]().union(*found)

    def _in(self, tree: Node) -> set[str]:
        if isinstance(tree, Chain):
            found = [self._in(item) for item in tree.items]
            return set[str]().union(*found) if tree.op == "and" else _in_all(found)
        if isinstance(tree, Reference):
            titled = self.names.titled(tree.name) if tree.quoted and self.names is not None else ()
            define = self.algorithm.defines.get(titled[0] if titled else tree.name)
            if define is not None:
                return self.of(define.condition)
        return {node.parts[0] for node in walk(tree) if isinstance(node, Reference)} & {
            *self.algorithm.evidence
        }

    def shown_when_missing(self) -> set[str]:
        """Evidence types that a flag of the caseload board calls for."""
        conditions = [flag.when for flag in self.algorithm.flags.values() if flag.when is not None]
        trees = [self.trees.get(line.text) for one in conditions for line in lines_of(one)]
        nodes = (node for tree in trees if tree is not None for node in walk(tree))
        return {node.parts[0] for node in nodes if isinstance(node, Reference)}


def _in_all(found: list[set[str]]) -> set[str]:
    return {name for name in set[str]().union(*found) if all(name in one for one in found)}
