"""What the parts of a comparison share: how a change is told before it has a subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Protocol, TypeVar

from engine.definition.diff.change import Effect, Sign
from engine.definition.diff.conditions import Told
from engine.model.criterion import Condition
from engine.model.place import Place

__all__ = ["Comparing", "Titled", "Told", "added_or_not", "listed", "pairs", "value", "words"]
Part = TypeVar("Part")


class Titled(Protocol):
    """A part of an algorithm."""

    @property
    def title(self) -> str:
        """For people."""
        ...

    @property
    def place(self) -> Place:
        """Where it stands."""
        ...


class Comparing(Protocol):
    """What parts with conditions are compared with; see `compare`."""

    def must_hold(self, old: Condition | None, new: Condition | None) -> Iterator[Told]:
        """Changes of a condition that lets through when it is true."""
        ...

    def stands_against(self, old: Condition | None, new: Condition | None) -> Iterator[Told]:
        """Changes of a condition that holds something up when it is true."""
        ...

    def depends(self, old: Condition | None, new: Condition | None) -> Iterator[Told]:
        """Changes of a condition that is read for and against."""
        ...

    def in_both(self, move: str) -> bool:
        """Whether both algorithms have a move; one that came or went is told by itself."""
        ...

    def title_of_move(self, id_: str) -> str:
        """Title of a move of either algorithm, or its id."""
        ...

    def title_of_step(self, id_: str) -> str:
        """Title of a step of either algorithm, or its id."""
        ...

    def title_of_option(self, id_: str) -> str:
        """Title of a treatment of either formulary, or its id."""
        ...

    def title_of_evidence(self, id_: str) -> str:
        """Title of an evidence type of either algorithm, or its id."""
        ...


def words(differs: bool, text: str, effect: Effect) -> Iterator[Told]:
    """One change that is told in a fixed way."""
    if differs:
        yield Sign.CHANGED, effect, text


def added_or_not(
    old: Iterable[str], new: Iterable[str], come: str, gone: str, effect: Effect
) -> Iterator[Told]:
    """Names that came or went; `effect` is that of one more. `{}` stands for the names."""
    was, now = list(dict.fromkeys(old)), list(dict.fromkeys(new))
    plus = [one for one in now if one not in was]
    minus = [one for one in was if one not in now]
    if plus:
        yield Sign.ADDED, effect, come.format(listed(plus))
    if minus:
        yield Sign.REMOVED, effect.turned(), gone.format(listed(minus))


def pairs(
    old: Sequence[Part], new: Sequence[Part], key: Callable[[Part], object]
) -> Iterator[tuple[Part | None, Part | None]]:
    """Parts of two lists by a key, those of the new list first; None where one has no such part."""
    was: Mapping[object, Part] = {key(one): one for one in old}
    now: Mapping[object, Part] = {key(one): one for one in new}
    for name, part in now.items():
        yield was.get(name), part
    for name, part in was.items():
        if name not in now:
            yield part, None


def listed(names: Iterable[str]) -> str:
    """Names as a sentence holds them."""
    *most, last = list(names) or ["none"]
    return f"{', '.join(most)} and {last}" if most else last


def value(said: Decimal | int | str | None) -> str:
    """A number or code without needless zeros."""
    return f"{said.normalize():f}" if isinstance(said, Decimal) else str(said)
