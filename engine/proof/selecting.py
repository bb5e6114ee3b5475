"""Selectors of claims, resolved over a built algorithm, in the order of the definition."""

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import cast

from engine.model.algorithm import Algorithm, StepKind

EVERY = "every"
Tell = Callable[[str, str, Iterable[str]], None]
"""Called with the kind of name (`step`), the name that leads nowhere, and the names there are."""


class Selecting:
    """Resolves selectors; what leads nowhere is told and selects nothing."""

    def __init__(self, algorithm: Algorithm, tell: Tell) -> None:
        self.algorithm = algorithm
        self.tell = tell

    def steps(self, part: object, *, ends: bool = False) -> tuple[str, ...]:
        """Step ids a selector means. `ends`: whether `every` includes them."""
        chosen = self._steps(part, ends=ends)
        return tuple(name for name in self.algorithm.steps if name in chosen)

    def moves(self, part: object) -> tuple[str, ...]:
        """Move ids a selector means; a pattern such as `return_to_*` means every move it fits."""
        chosen = self._moves(part)
        return tuple(name for name in self.algorithm.moves if name in chosen)

    def _steps(self, part: object, *, ends: bool) -> set[str]:
        steps = self.algorithm.steps
        match part:
            case list() | tuple():
                return {
                    name for item in as_items(cast("object", part)) for name in self._steps(item, ends=ends)
                }
            case "every" | "every except ends":
                return {n for n, s in steps.items() if (ends and part == EVERY) or s.kind is not StepKind.END}
            case str():
                return self._known("step", part, steps)
            case Mapping():
                return self._steps_by_keys(cast("Mapping[str, object]", part))
            case _:
                self.tell("selector", str(part), ())
                return set()

    def _steps_by_keys(self, part: Mapping[str, object]) -> set[str]:
        steps = self.algorithm.steps
        chosen = set(steps)
        for key, wanted in part.items():
            names = as_texts(wanted)
            match key:
                case "every":
                    pass
                case "id":
                    chosen &= {n for name in names for n in self._known("step", name, steps)}
                case "kind":
                    kinds = {s.kind.value for s in steps.values()}
                    chosen &= {n for n, s in steps.items() if s.kind.value in self._all("kind", names, kinds)}
                case "group":
                    groups = {s.group for s in steps.values() if s.group}
                    chosen &= {n for n, s in steps.items() if s.group in self._all("group", names, groups)}
                case "class":
                    options = {o for name in names for o in self.algorithm.formulary.members_of(name)}
                    chosen &= {n for n in steps if options & _offered(self.algorithm, n)}
                case "role":
                    roles = {role.value for s in steps.values() for role in s.options}
                    wanted_roles = self._all("role", names, roles)
                    chosen &= {n for n, s in steps.items() if any(r.value in wanted_roles for r in s.options)}
                case "except":
                    chosen -= self._steps(wanted, ends=True)
                case _:
                    self.tell("key", key, ("id", "kind", "group", "class", "role", "except", "every"))
        return chosen

    def _moves(self, part: object) -> set[str]:
        moves = self.algorithm.moves
        match part:
            case list() | tuple():
                return {name for item in as_items(cast("object", part)) for name in self._moves(item)}
            case "every":
                return set(moves)
            case str() if "*" in part:
                found = {name for name in moves if fnmatchcase(name, part)}
                return found or self._known("move", part, moves)
            case str():
                return self._known("move", part, moves)
            case Mapping():
                return self._moves_by_keys(cast("Mapping[str, object]", part))
            case _:
                self.tell("selector", str(part), ())
                return set()

    def _moves_by_keys(self, part: Mapping[str, object]) -> set[str]:
        moves = self.algorithm.moves
        chosen = set(moves)
        for key, wanted in part.items():
            names = as_texts(wanted)
            match key:
                case "id":
                    chosen &= {n for name in names for n in self._moves(name)}
                case "kind":
                    kinds = {"start", "continue", "switch", "augment", "escalate", "de_escalate", "bypass",
                             "return", "exit"}  # fmt: skip
                    chosen &= {n for n, m in moves.items() if m.kind.value in self._all("kind", names, kinds)}
                case "gate":
                    gates = self._all("gate", names, self.algorithm.gates)
                    chosen &= {n for n, m in moves.items() if m.gate in gates}
                case "to":
                    targets = self._steps(wanted, ends=True)
                    chosen &= {n for n, m in moves.items() if m.target in targets}
                case "from":
                    origins = self._steps(wanted, ends=False)
                    chosen &= {n for n, m in moves.items() if origins & set(m.sources)}
                case "except":
                    chosen -= self._moves(wanted)
                case _:
                    self.tell("key", key, ("id", "kind", "gate", "to", "from", "except"))
        return chosen

    def _known(self, what: str, name: str, names: Iterable[str]) -> set[str]:
        if name in names:
            return {name}
        self.tell(what, name, names)
        return set()

    def _all(self, what: str, names: tuple[str, ...], known: Iterable[str]) -> set[str]:
        return {n for name in names for n in self._known(what, name, known)}


def as_items(part: object) -> list[object]:
    """Each item of a list, or the one thing there is."""
    return list(cast("list[object]", part)) if isinstance(part, list | tuple) else [part]


def as_texts(part: object) -> tuple[str, ...]:
    """A text, or each text of a list."""
    return tuple(str(item) for item in as_items(part))


def _offered(algorithm: Algorithm, step: str) -> set[str]:
    rows = (row for rows in algorithm.steps[step].options.values() for row in rows)
    return {option for row in rows for option in row.options}
