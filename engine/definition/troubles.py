"""Troubles: what reading or building met, before the check of its code puts it into words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.definition.limits import MAX_TROUBLES
from engine.model.place import Mend, Place


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing met on the way from text to algorithm.

    Attributes:
        code: Of the check that tells of it.
        name: The author's own word in question. owner: What it belongs to, in the author's words.
        detail: What the check needs besides (what was expected, what is allowed).
        near: Names the author may have meant, nearest first.
        mends: What would mend it, where reading alone can tell.
    """

    code: str
    place: Place
    name: str = ""
    owner: str = ""
    detail: str = ""
    near: tuple[str, ...] = ()
    related: Place | None = None
    mends: tuple[Mend, ...] = ()


@dataclass
class Troubles:
    """Troubles in the order they were met; those beyond the limit of a code are only counted."""

    _kept: dict[str, list[Trouble]] = field(default_factory=dict[str, list[Trouble]])
    left_out: int = 0

    def add(self, trouble: Trouble) -> None:
        """Keep one more."""
        kept = self._kept.setdefault(trouble.code, [])
        if len(kept) < MAX_TROUBLES:
            kept.append(trouble)
        else:
            self.left_out += 1

    def of(self, *codes: str) -> Iterator[Trouble]:
        """Those of some codes."""
        for code in codes:
            yield from self._kept.get(code, ())

    def codes(self) -> tuple[str, ...]:
        """Codes of which there is any, in the order first met."""
        return tuple(self._kept)

    def __bool__(self) -> bool:
        return bool(self._kept)
