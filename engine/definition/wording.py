"""Problems of criteria, sorted for the checks; and what a part of a criterion may not know."""

from __future__ import annotations

from collections.abc import Iterator

from engine.criteria import CriterionError, Problem, parse
from engine.criteria.syntax import Node, Reference, walk
from engine.definition.draft import Criterion, Draft

SYNTAX = frozenset(
    [
        "bracket-not-matched",
        "character-unknown",
        "criterion-empty",
        "criterion-too-deep",
        "criterion-too-large",
        "criterion-too-long",
        "date-impossible",
        "date-out-of-range",
        "list-misplaced",
        "number-out-of-range",
        "text-escape",
        "text-not-closed",
        "value-missing",
        "word-unexpected",
    ]
)
"""Codes of the language for texts that are no expression."""
UNKNOWN_NAME = "name-unknown"
TOLD_ELSEWHERE = frozenset((UNKNOWN_NAME, "define-circular", "define-unusable"))
"""Codes that another check tells of, at the place where it is to be mended."""

_EVER_UNKNOWN = {
    "trial": ("adequate", "outcome", "days_covered_percent"),
    "base": ("adequate", "outcome", "days_covered_percent"),
    "score": ("now", "baseline", "previous", "last", "total", "observed_on", "last_on"),
    "staging": ("thase_rush", "mgh_s", "msm"),
}
"""Facts of the history that rest on evidence. Other history facts are never unknown; a day that never was
(`stopped_on` of a running trial) is no missing evidence."""


def problems_of(draft: Draft) -> Iterator[tuple[Criterion, Problem]]:
    """Every problem of every criterion, each place once."""
    seen: set[tuple[int, str, int]] = set()
    for judged in draft.lines:
        for problem in judged.problems:
            key = (id(judged.criterion.text), problem.code, problem.start)
            if key not in seen:
                seen.add(key)
                yield judged.criterion, problem


def is_doubted(draft: Draft, written: str) -> bool:
    """Whether a name may exist after all: declared with a problem of its own, or in a library not read."""
    if draft.incomplete:
        return True
    parts = [part.strip().strip('"') for part in written.split(".")]
    beginnings = (".".join(parts[:count]) for count in range(1, len(parts) + 1))
    return any(draft.doubted(name) for name in (*beginnings, *parts[1:]))


def trees_of(draft: Draft) -> dict[str, list[Node]]:
    """The trees of the criteria that make up each define and series; those that cannot be read left out."""
    trees: dict[str, list[Node]] = {}
    for judged in draft.lines:
        name = judged.criterion.named
        if name is None:
            continue
        if judged.checked is not None:
            trees.setdefault(name, []).append(judged.checked.tree)
            continue
        try:
            # One that cannot be typed, because it is part of a circle, can still be read.
            trees.setdefault(name, []).append(parse(judged.criterion.said))
        except CriterionError:
            continue
    return trees


def uses_of(draft: Draft) -> dict[str, set[str]]:
    """For each define and series, the defines and series that its criteria name."""
    if draft.algorithm is None:
        return {}
    if draft.uses is None:
        members = {*draft.algorithm.defines, *draft.algorithm.series}
        trees = trees_of(draft)
        draft.uses = {name: _names_in(draft, trees.get(name, []), members) for name in members}
    return draft.uses


def _names_in(draft: Draft, trees: list[Node], members: set[str]) -> set[str]:
    titles = draft.names
    found: set[str] = set()
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, Reference):
                owners = titles.titled(node.name) if node.quoted and titles else ()
                found.update(one for one in (node.name, *owners) if one in members)
    return found


class Unknowns:
    """Which facts may be unknown, and whether a part of a criterion reads one."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.algorithm = draft.algorithm
        self.defined: dict[str, list[str]] = {}
        for judged in draft.lines:
            if judged.criterion.named is not None and judged.checked is not None:
                self.defined.setdefault(judged.criterion.named, []).extend(sorted(judged.checked.facts))

    def read_by(self, part: Node, criterion: Criterion) -> str | None:
        """The first fact it reads, directly or through defines, that may be unknown."""
        for node in walk(part):
            if isinstance(node, Reference):
                for fact in self._facts(node, criterion):
                    if criterion.derives is not None or self._may_be_unknown(fact):
                        return fact
        return None

    def _facts(self, node: Reference, criterion: Criterion) -> Iterator[str]:
        names = self.draft.names
        name = node.name
        if node.quoted and names is not None:
            name = next(iter(names.titled(name)), name)
        if criterion.derives is None and names is not None and name in names.defines:
            yield from self.defined.get(name, ())
        else:
            yield name

    def _may_be_unknown(self, fact: str) -> bool:
        root, _, rest = fact.partition(".")
        if self.algorithm is None or root in self.algorithm.evidence:
            return rest != "days_since"
        if root in self.algorithm.series:
            one = self.algorithm.series[root]
            return one.take != "count" or one.within is not None
        return root == "failed" or rest in _EVER_UNKNOWN.get(root, ())
