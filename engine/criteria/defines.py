"""The defines of one table of names: which names which, in what order to check them, and circles.

Everything here goes by a list of work to do, never by recursion, so that a long line of defines is as
safe as a short one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from engine.criteria.names import Names
from engine.criteria.parse import parse
from engine.criteria.problems import CriterionError, Problem
from engine.criteria.syntax import Node, Reference, walk
from engine.criteria.typed import Checked

CheckText = Callable[[str, Node, str], Checked]
"""Checks (text, tree, define), and raises CriterionError."""


def resolved(reference: Reference, names: Names) -> str:
    """The name that a reference means: a quoted identifier may be a title."""
    if reference.quoted:
        owners = names.titled(reference.name)
        if len(owners) == 1:
            return owners[0]
    return reference.name


def defines_in(tree: Node, names: Names) -> tuple[str, ...]:
    """The defines that a tree names itself, in the order written."""
    found = (resolved(part, names) for part in walk(tree) if isinstance(part, Reference))
    return tuple(dict.fromkeys(name for name in found if name in names.defines))


class Defines:
    """Checks each define once, those it needs before it."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.results: dict[str, Checked | tuple[Problem, ...]] = {}
        self._trees: dict[str, Node] = {}
        self._uses: dict[str, tuple[str, ...]] = {}

    @staticmethod
    def of(names: Names) -> Defines:
        """Those of one table; kept with it."""
        found = names.derived.get("defines")
        if not isinstance(found, Defines):
            found = names.derived["defines"] = Defines(names)
        return found

    def settle(self, wanted: Iterable[str], check_text: CheckText) -> None:
        """Put the result of every wanted define, and of all they need, into `results`."""
        todo = [(name, False) for name in wanted]
        entered: set[str] = set()
        while todo:
            name, ready = todo.pop()
            if ready:
                self._check(name, check_text)
            elif name not in self.results and name not in entered:
                entered.add(name)
                todo.append((name, True))
                todo.extend((used, False) for used in self.uses(name))

    def uses(self, name: str) -> tuple[str, ...]:
        """The defines that the text of `name` names; none when it cannot be read."""
        if name not in self._uses:
            try:
                self._trees[name] = parse(self.names.defines[name])
                self._uses[name] = defines_in(self._trees[name], self.names)
            except CriterionError as error:
                self.results[name] = error.problems
                self._uses[name] = ()
        return self._uses[name]

    def circle(self, name: str, used: str) -> tuple[str, ...] | None:
        """The shortest way from `name` by its part `used` back to `name`, both ends included."""
        came_from: dict[str, str] = {used: name}
        queue = deque([used])
        while queue:
            at = queue.popleft()
            if at == name:
                way = [at]
                while (at := came_from[at]) != name:
                    way.append(at)
                return (name, *reversed(way))
            for following in self.uses(at):
                if following not in came_from:
                    came_from[following] = at
                    queue.append(following)
        return None

    def _check(self, name: str, check_text: CheckText) -> None:
        if name in self.results:
            return
        try:
            self.results[name] = check_text(self.names.defines[name], self._trees[name], name)
        except CriterionError as error:
            self.results[name] = error.problems
